"""Keys, signatures of bundles, what a check refuses, and what a re-export does to version, sequence and old bundle."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mobile_export import __main__ as exporter
from mobile_export import check, sign, signing
from mobile_export.bundle import part
from mobile_export.formats import FORMATS, Format
from mobile_export.placing import swap
from mobile_export.versions import VersionError, keep_previous, next_release

ROOT = Path(__file__).parents[2]


def write_dummy(folder: Path, sequence: int = 1, version: str = "0.1.0") -> Path:
    """A bundle that lists every format's file; the files hold a few bytes and are never run."""
    folder.mkdir(parents=True)
    for row in FORMATS:
        path = folder / row.path
        names = ("Manifest.json", "Data/weights/weight.bin") if path.suffix == ".mlpackage" else ("",)
        for name in names:
            file = path / name if name else path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(f"{row.path} {name} of {sequence}".encode())
    (folder / "golden.json").write_text(f'{{"of": {sequence}}}')
    document = {"name": "dummy", "version": version, "sequence": sequence}
    files = [file_record(folder, row) for row in FORMATS]
    document |= {"files": files, "golden": part(folder, folder / "golden.json")}
    (folder / "bundle.json").write_text(json.dumps(document, indent=1))
    return folder


def file_record(folder: Path, row: Format) -> dict:
    path = folder / row.path
    parts = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    record = {name: getattr(row, name) for name in ("format", "backend", "precision", "role", "min_runtime")}
    return record | {"metrics": {}, "parts": [part(folder, p) for p in parts]}


@pytest.fixture
def keys(tmp_path, capsys):
    """A key made by the command, and the file that makes it trusted."""
    folder = tmp_path / "keys"  # made by the command too
    assert sign.main(["keygen", "ops", "--out", str(folder)]) == 0
    (folder / "trusted.json").write_text(capsys.readouterr().out)
    return folder


@pytest.fixture
def bundle(tmp_path, keys):
    folder = write_dummy(tmp_path / "bundle")
    assert sign.main(["bundle", str(folder), "--key", str(keys / "ops.pem")]) == 0
    return folder


@pytest.fixture
def checked(bundle, keys, capsys):
    """Runs the check on the bundle; status and the faults of signature and hashes."""

    def run(trusted: Path = keys / "trusted.json") -> tuple[int, list[str]]:
        capsys.readouterr()
        status = check.main([str(bundle), "--trusted-keys", str(trusted), "--json", "-"])
        said = capsys.readouterr()
        if status == 2:
            return status, [said.err]
        checks = json.loads(said.out)["checks"]
        assert set(checks) == {"signature", "hashes"}  # nothing else ran
        return status, [fault for one in checks.values() for fault in one.get("faults", [])]

    return run


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def listed(folder: Path) -> list[str]:
    document = json.loads((folder / "bundle.json").read_text())
    return [one["path"] for file in document["files"] for one in file["parts"]] + ["golden.json"]


def test_a_flipped_byte_of_any_listed_file_is_refused_with_that_files_name(bundle, checked):
    paths = listed(bundle)
    assert len(paths) > len(FORMATS)
    for path in paths:
        flip(bundle / path, -1)
        assert checked() == (1, [f"{path} is missing or was changed"])
        flip(bundle / path, -1)


def test_a_missing_part_is_refused_with_its_name(bundle, checked):
    (bundle / "golden.json").unlink()
    assert checked() == (1, ["golden.json is missing or was changed"])


def test_every_flipped_byte_of_the_signature_is_refused(bundle, checked):
    whole = (bundle / "bundle.sig").read_bytes()
    for place in range(len(whole)):
        flip(bundle / "bundle.sig", place)
        status, faults = checked()
        assert status == 1 and "bundle" in faults[0], place
        (bundle / "bundle.sig").write_bytes(whole)


def test_every_flipped_byte_of_the_description_is_refused_by_name(bundle, checked):
    whole = (bundle / "bundle.json").read_bytes()
    for place in range(0, len(whole), 5):
        flip(bundle / "bundle.json", place)
        status, faults = checked()
        assert status in (1, 2) and any("bundle.json" in fault for fault in faults), place
        (bundle / "bundle.json").write_bytes(whole)


def test_a_bundle_without_a_signature_is_refused(bundle, checked):
    (bundle / "bundle.sig").unlink()
    assert checked() == (1, ["bundle.sig is missing"])


def test_an_unknown_key_is_refused_by_its_name(checked, tmp_path, keys, capsys):
    (tmp_path / "other.json").write_text(
        json.dumps({"another": json.loads((keys / "trusted.json").read_text())["ops"]})
    )
    assert checked(tmp_path / "other.json") == (1, ["bundle.json is signed by 'ops', which is not a trusted key"])


@pytest.mark.parametrize("text", ["{", "[]", '{"ops": 3}', '{"ops": "AAAA"}'])
def test_trusted_keys_of_another_form_end_with_2_and_one_sentence(checked, tmp_path, text):
    (tmp_path / "bad.json").write_text(text)
    status, said = checked(tmp_path / "bad.json")
    assert status == 2 and "must hold JSON" in said[0] and said[0].count("\n") == 1


def test_a_key_is_never_overwritten_and_only_its_owner_reads_it(keys, capsys):
    before = (keys / "ops.pem").read_bytes()
    assert sign.main(["keygen", "ops", "--out", str(keys)]) == 2
    assert "never overwritten" in capsys.readouterr().err and (keys / "ops.pem").read_bytes() == before
    assert (keys / "ops.pem").stat().st_mode & 0o077 == 0


def test_the_key_may_come_from_the_environment_under_a_name(bundle, keys, checked, monkeypatch):
    monkeypatch.setenv(signing.VARIABLE, (keys / "ops.pem").read_text())
    (bundle / "bundle.sig").unlink()
    assert sign.main(["bundle", str(bundle)]) == 2
    assert sign.main(["bundle", str(bundle), "--key-id", "ops"]) == 0
    flip(bundle / "golden.json", 0)
    assert checked() == (1, ["golden.json is missing or was changed"])  # the signature is not among the faults


def test_a_named_file_wins_over_the_environment(keys, tmp_path):
    other = signing.make_key(tmp_path, "other")
    environment = {signing.VARIABLE: (keys / "ops.pem").read_text()}
    found = signing.find_key(tmp_path / "other.pem", None, environment=environment)
    assert (found.key_id, found.public) == ("other", other.public)
    assert signing.find_key(None, "ops", tmp_path / "other.pem", environment).key_id == "ops"
    assert signing.find_key(None, None, tmp_path / "other.pem", {}).key_id == "other"


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_named_in_one_sentence(bundle, tmp_path, text, capsys):
    (tmp_path / "bad.pem").write_text(text)
    assert sign.main(["bundle", str(bundle), "--key", str(tmp_path / "bad.pem")]) == 2
    assert "bad.pem holds no Ed25519 key" in capsys.readouterr().err


def test_no_key_at_all_says_what_to_do(bundle, monkeypatch, capsys):
    monkeypatch.delenv(signing.VARIABLE, raising=False)
    assert sign.main(["bundle", str(bundle)]) == 2
    assert "--key" in capsys.readouterr().err


def test_a_bundle_with_a_damaged_file_is_not_signed(bundle, keys, capsys):
    before = (bundle / "bundle.sig").read_bytes()
    flip(bundle / "golden.json", 0)
    assert sign.main(["bundle", str(bundle), "--key", str(keys / "ops.pem")]) == 2
    assert "golden.json" in capsys.readouterr().err and (bundle / "bundle.sig").read_bytes() == before


def test_a_private_key_does_not_show_in_a_print(keys):
    assert "private" not in repr(signing.read_key(keys / "ops.pem"))


def test_signing_needs_neither_torch_nor_numpy(bundle, keys):
    code = (
        "import sys; from mobile_export import sign; sign.main(sys.argv[1:]);"
        "sys.exit(bool({'torch', 'numpy', 'training', 'PIL'} & set(sys.modules)))"
    )
    for words in (["bundle", str(bundle)], ["channel", str(bundle)]):
        command = [sys.executable, "-c", code, *words, "--key", str(keys / "ops.pem")]
        assert subprocess.run(command, cwd=ROOT, env=os.environ, check=False, capture_output=True).returncode == 0
    assert (bundle / "channel.sig").is_file()


def test_the_first_export_starts_at_one(tmp_path):
    assert next_release(tmp_path / "new", None, None) == ("0.1.0", 1)
    assert next_release(tmp_path / "new", "2.0.0", 9) == ("2.0.0", 9)


def test_a_re_export_raises_patch_and_sequence_by_itself(bundle):
    assert next_release(bundle, None, None) == ("0.1.1", 2)
    assert next_release(bundle, "1.0.0", 7) == ("1.0.0", 7)


@pytest.mark.parametrize(("version", "sequence"), [(None, 1), (None, 0), ("1.0", None), ("new", 5)])
def test_a_sequence_that_does_not_rise_or_a_version_of_another_form_is_an_error(bundle, version, sequence):
    with pytest.raises(VersionError):
        next_release(bundle, version, sequence)


def test_every_earlier_bundle_is_kept_whole_and_the_channel_stays_in_force(bundle, tmp_path, keys):
    assert sign.main(["channel", str(bundle), "--key", str(keys / "ops.pem")]) == 0
    second = write_dummy(tmp_path / "second", 2)
    keep_previous(bundle, second)
    third = write_dummy(tmp_path / "third", 3)
    keep_previous(second, third)
    assert sorted(path.name for path in (third / "previous").iterdir()) == ["1", "2"]
    for path in [*listed(bundle), "bundle.json", "bundle.sig"]:
        assert (third / "previous" / "1" / path).read_bytes() == (bundle / path).read_bytes()
    assert not (third / "previous" / "2" / "previous").exists() and not list((third / "previous").rglob("channel.*"))
    assert (third / "channel.json").read_bytes() == (bundle / "channel.json").read_bytes()
    assert (third / "channel.sig").read_bytes() == (bundle / "channel.sig").read_bytes()


def test_an_empty_folder_has_no_bundle_to_keep(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    keep_previous(tmp_path / "old", tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_re_export_takes_the_place_of_the_old_bundle_which_stays_under_previous(bundle, tmp_path):
    before = {path: (bundle / path).read_bytes() for path in [*listed(bundle), "bundle.json"]}
    version, sequence = next_release(bundle, None, None)
    new = write_dummy(tmp_path / "new", sequence, version)
    keep_previous(bundle, new)
    swap(new, bundle, tmp_path / "aside")
    assert json.loads((bundle / "bundle.json").read_text())["version"] == "0.1.1"
    assert {path: (bundle / "previous" / "1" / path).read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("--sequence 1", "does not rise above 1"), ("--version 2", "three numbers"), ("--key absent", "cannot be read")],
)
def test_the_exporter_refuses_before_it_works(bundle, words, sentence, capsys):
    assert exporter.main(["--checkpoint", "absent", "--out", str(bundle), *words.split()]) == 2
    assert sentence in capsys.readouterr().err
