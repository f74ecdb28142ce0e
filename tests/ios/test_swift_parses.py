"""What can be known of the Swift package without a Swift compiler: it parses, and its parts keep to their rooms."""

import json
import plistlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_swift
from tree_sitter import Language, Node, Parser

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sample_clients" / "ios"
GOLDEN = ROOT / "sample_clients" / "golden"
FILES = sorted(path for path in PACKAGE.rglob("*.swift") if ".build" not in path.parts)
SOURCES = {name: sorted((PACKAGE / "Sources" / f"SkinScore{name}").glob("*.swift")) for name in ("Core", "ML", "UI")}
TESTS = "\n".join(path.read_text("utf-8") for path in sorted((PACKAGE / "Tests").rglob("*.swift")))
FOUNDATION = {"Foundation"}
WHERE_PRESENT = {"FoundationNetworking", "CryptoKit", "Security", "Darwin", "Glibc", "Musl"}
PARSER = Parser(Language(tree_sitter_swift.language()))
WORDS = re.compile(r'^"([\w.-]+)" = "((?:[^"\\]|\\.)*)";$', re.MULTILINE)
PLACES = re.compile(r"%(?:lld|@)")


def faults(text: bytes) -> list[str]:
    """Where a text is no Swift."""
    return [f"line {node.start_point[0] + 1}: {node.text!r}" for node in _wrong(PARSER.parse(text).root_node)]


def _wrong(node: Node) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    for child in node.children:
        yield from _wrong(child)


def unguarded(text: str) -> list[str]:
    """Imports outside any `#if canImport`."""
    depth, found = 0, []
    for line in map(str.strip, text.splitlines()):
        depth += line.startswith("#if") - line.startswith("#endif")
        if imported := re.match(r"(?:@\w+ )?import (\w+)", line):
            found += [imported[1]] if depth == 0 else []
    return found


def strings(language: str) -> dict[str, str]:
    """The words of the screens."""
    path = PACKAGE / "Sources" / "SkinScoreUI" / "Resources" / f"{language}.lproj" / "Localizable.strings"
    return dict(WORDS.findall(path.read_text("utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_swift_file_parses_without_an_error(path):
    assert faults(path.read_bytes()) == []


@pytest.mark.parametrize("broken", [b"func f( -> Int {}", b"struct S { let x: Int", b"let x = [1, 2", b"if { }}"])
def test_a_file_that_is_no_swift_is_noticed(broken):
    assert faults(broken)


def test_there_is_something_to_parse():
    assert all(len(SOURCES[name]) >= least for name, least in (("Core", 20), ("ML", 5), ("UI", 5)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_lines_are_at_most_120_columns_and_files_open_with_a_comment(path):
    text = path.read_text("utf-8")
    assert text.startswith("//") and max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("path", SOURCES["Core"], ids=lambda path: path.name)
def test_the_core_needs_foundation_alone(path):
    text = path.read_text("utf-8")
    assert set(unguarded(text)) <= FOUNDATION
    assert set(re.findall(r"^\s*import (\w+)", text, re.MULTILINE)) <= FOUNDATION | WHERE_PRESENT


@pytest.mark.parametrize("path", SOURCES["Core"], ids=lambda path: path.name)
def test_what_a_system_may_lack_is_guarded_by_its_name(path):
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    for place, line in enumerate(lines):
        if (imported := re.match(r"import (\w+)", line)) and imported[1] in WHERE_PRESENT:
            assert lines[place - 1].endswith(f"if canImport({imported[1]})")


@pytest.mark.parametrize(
    ("path", "needs"),
    [(path, "CoreML") for path in SOURCES["ML"]] + [(path, "SwiftUI") for path in SOURCES["UI"]],
    ids=lambda one: getattr(one, "name", one),
)
def test_apples_frameworks_are_behind_a_guard_around_the_whole_file(path, needs):
    code = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("//")]
    assert code[0].startswith(f"#if canImport({needs})") and code[-1] == "#endif"
    assert not any(line.startswith(("#else", "#endif")) for line in code[:-1])


def test_every_golden_file_is_named_by_a_test():
    for conversation in (GOLDEN / "conversations").glob("*.json"):
        assert f'play("{conversation.stem}")' in TESTS
    for vectors in [*GOLDEN.glob("*.json"), ROOT / "mobile_export" / "reference" / "golden.json"]:
        assert vectors.name in TESTS


@pytest.mark.parametrize("path", SOURCES["Core"], ids=lambda path: path.name)
def test_every_module_of_the_core_is_named_by_a_test(path):
    declared = re.findall(
        r"^(?:public )?(?:final )?(?:struct|enum|actor|class|protocol|extension) (\w+)", path.read_text("utf-8"), re.M
    )
    assert any(re.search(rf"\b{name}\b", TESTS) for name in declared), declared


def test_both_languages_say_the_same_things_with_the_same_values():
    english, korean = strings("en"), strings("ko")
    assert english.keys() == korean.keys() and len(english) > 80
    assert [key for key in english if PLACES.findall(english[key]) != PLACES.findall(korean[key])] == []


def test_every_word_that_a_screen_asks_for_is_there():
    text, known = "\n".join(path.read_text("utf-8") for path in SOURCES["UI"]), strings("en")
    asked = set(
        re.findall(
            r'"((?:nav|status|action|part|guide|grade|result|advice|history|entry|trend|account|consent)'
            r'\.[\w-]+(?:\.[\w-]+)*)"',
            text,
        )
    )
    assert len(asked) > 50 and asked <= known.keys()
    made = {f"{name}.{part}" for name in ("part", "guide") for part in range(4)}
    made |= {f"result.direction.{more}" for more in ("better", "worse", "neutral")}
    made |= {f"advice.{one}" for one in ("too-dark", "too-bright", "clipped", "blurred")}
    assert made <= known.keys()


def test_every_trouble_of_the_client_has_words():
    text = "\n".join(path.read_text("utf-8") for group in SOURCES.values() for path in group)
    codes = set(re.findall(r'Trouble\(\s*"([a-z0-9-]+)"', text))
    on_linux_alone = {"no-ed25519"}
    assert len(codes) > 20 and {f"error.{code}" for code in codes - on_linux_alone} <= strings("en").keys()


def test_the_privacy_manifest_reads_and_says_that_nobody_is_tracked():
    manifest = plistlib.loads((PACKAGE / "Sources/SkinScoreUI/Resources/PrivacyInfo.xcprivacy").read_bytes())
    assert manifest["NSPrivacyTracking"] is False
    assert not any(one["NSPrivacyCollectedDataTypeTracking"] for one in manifest["NSPrivacyCollectedDataTypes"])


def test_the_steps_for_a_mac_expect_the_grades_of_the_committed_golden_photos():
    golden = json.loads((ROOT / "mobile_export" / "reference" / "golden.json").read_text())["photos"]
    grades = [" ".join(map(str, photo["outputs"]["w8a16"]["grades"])) for photo in golden]
    readme = (PACKAGE / "README.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ")[1:] for line in readme.splitlines() if line.startswith("| grades |")]
    assert [cell for row in rows for cell in row] == grades
    assert f"as a cheek gives {grades[0]}." in readme
