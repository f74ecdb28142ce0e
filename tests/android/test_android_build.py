"""The Android client compiles with warnings as errors, its own tests pass, and Android Studio would build the same."""

import json
import re
from xml.etree import ElementTree

import pytest

from tests.android.build import ANDROID, Build, written

MAVEN = {"m": "http://maven.apache.org/POM/4.0.0"}
MODULES = ("core", "app")
BUNDLE = ANDROID.parents[1] / "mobile_export" / "reference"
NAMESPACE = "{http://schemas.android.com/apk/res/android}"
SOURCES = sorted(path for path in ANDROID.rglob("*.kt") if "target" not in path.parts)


def properties(module: str) -> dict[str, str]:
    """Versions as a module's pom.xml names them."""
    found = ElementTree.parse(ANDROID / module / "pom.xml").getroot().find("m:properties", MAVEN)
    return {} if found is None else {one.tag.split("}")[1]: one.text or "" for one in found}


def gradle(module: str) -> str:
    """A module's build.gradle.kts."""
    return (ANDROID / module / "build.gradle.kts").read_text("utf-8")


def constant(name: str) -> str:
    """A text that the app's sources give a name to."""
    (found,) = re.findall(rf'const val {name} = "([^"]+)"', "\n".join(path.read_text("utf-8") for path in SOURCES))
    return found


def look() -> str:
    """The colours of the screens, as the sources hold them on one line each."""
    return re.sub(r"\s+", " ", (ANDROID / "app/src/main/kotlin/Look.kt").read_text())


def test_everything_builds_with_warnings_as_errors(build: Build):
    assert "<arg>-Werror</arg>" in (ANDROID / "pom.xml").read_text()
    assert build.status == 0, build.log


@pytest.mark.parametrize("module", MODULES)
def test_every_test_that_is_written_ran_and_passed(build: Build, module: str):
    said = build.said(module)
    assert {name: why for name, why in said.items() if why} == {}
    assert len(said) > 20 and written(module) <= said.keys()


def test_gradle_builds_with_mavens_versions():
    maven = properties(".")
    libraries = {
        "com.squareup.okhttp3:okhttp": maven["okhttp.version"],
        "org.jetbrains.kotlinx:kotlinx-serialization-json": maven["serialization.version"],
        "org.bouncycastle:bcprov-jdk18on": maven["bouncycastle.version"],
    }
    assert dict(re.findall(r'"([\w.]+:[\w-]+):([\d.]+)"', gradle("core"))) == libraries
    assert set(re.findall(r'"org.jetbrains.kotlin.\w+"\) version "([\d.]+)"', gradle("."))) == {maven["kotlin.version"]}


def test_one_version_of_executorch_is_named_everywhere():
    named = re.findall(r'"org.pytorch:executorch-android:([\d.]+)"', gradle("app"))
    bundle = json.loads((BUNDLE / "bundle.json").read_text())
    (phone,) = [file for file in bundle["files"] if file["backend"] == "xnnpack" and file["role"] == "phone"]
    assert named == [constant("RUNTIME")] == [properties("executorch")["executorch.version"]] == [phone["min_runtime"]]


@pytest.mark.parametrize("module", MODULES)
def test_gradle_compiles_for_the_java_and_the_android_that_maven_checks(module: str):
    assert f"JvmTarget.JVM_{properties('.')['kotlin.compiler.jvmTarget']}" in gradle(module)
    assert "allWarningsAsErrors = true" in gradle(module)
    assert "gummy-bears-api-26<" in (ANDROID / "pom.xml").read_text() and "minSdk = 26" in gradle("app")


def test_the_manifest_names_classes_that_there_are():
    application = ElementTree.parse(ANDROID / "app/src/main/AndroidManifest.xml").getroot().find("application")
    assert application is not None
    named = {part.get(f"{NAMESPACE}name", "") for part in application.iter() if part.tag not in ("action", "category")}
    classes = set(re.findall(r"^(?:open )?class (\w+)", "\n".join(path.read_text() for path in SOURCES), re.M))
    assert named - {""} == {".SkinScoreApp", ".MainActivity", ".BackgroundService", ".CameraFile"}
    assert {name.removeprefix(".") for name in named - {""}} <= classes
    assert '"content://${context.packageName}.camera/' in "\n".join(path.read_text() for path in SOURCES)


def test_resources_are_xml_and_name_what_there_is():
    folder = ANDROID / "app/src/main"
    files = [folder / "AndroidManifest.xml", *sorted((folder / "res").rglob("*.xml"))]
    roots = [ElementTree.parse(path).getroot() for path in files]
    text = "\n".join(ElementTree.tostring(root, "unicode") for root in roots)
    held = {f"{path.parent.name.split('-')[0]}/{path.stem}" for path in files[1:]}
    held |= {f"{one.tag}/{one.get('name')}" for root in roots for one in root if root.tag == "resources"}
    named = set(re.findall(r'[">]@((?:style|mipmap|drawable|color)/\w+)["<]', text))
    assert len(named) >= 4 and named <= held
    (accents,) = re.findall(r"val accent = if \(isNight\) 0xFF(\w{6}).toInt\(\) else 0xFF(\w{6})", look())
    assert set(re.findall(r'name="accent">#(\w+)<', text)) == set(accents)


def test_the_readme_expects_the_grades_and_the_size_of_the_committed_model():
    readme = (ANDROID / "README.md").read_text("utf-8")
    golden = json.loads((BUNDLE / "golden.json").read_text())["photos"][0]["outputs"]["int8"]["grades"]
    (model,) = BUNDLE.glob("*.pte")
    assert f"as a cheek gives {' '.join(map(str, golden))}." in readme
    assert f"{model.stat().st_size / 1e6:.1f} MB `.pte`" in readme


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_lines_are_at_most_120_columns(path):
    assert max(map(len, path.read_text("utf-8").splitlines())) <= 120
