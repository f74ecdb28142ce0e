"""What a bundle proves by itself: its signature, the hashes of its files, and their answers on the golden photos."""

import json
from pathlib import Path
from typing import Any

from mobile_export.errors import ExportError
from mobile_export.formats import FORMATS, STRUCTURE, Format
from mobile_export.golden_check import check_golden
from mobile_export.parts import changed, listed
from mobile_export.runners import runner_of
from mobile_export.signing import SignatureError, verify
from training.runtime import Runner

CheckResult = dict[str, Any]
Checks = dict[str, CheckResult]


def signed_and_whole(folder: Path, raw: bytes, bundle: dict[str, Any], trusted: dict[str, str]) -> Checks:
    """Signature and hashes: before them nothing is run. `raw` is the exact content of bundle.json."""
    return {"signature": check_signature(folder, raw, trusted), "hashes": check_hashes(folder, bundle)}


def golden_answers(folder: Path, bundle: dict[str, Any]) -> tuple[Checks, dict[str, Runner]]:
    """The golden answers of every file that runs here, the structure of the others, and what runs each file.

    Raises `ValueError` for a file of no known kind.
    """
    golden = json.loads((folder / bundle["golden"]["path"]).read_text("utf-8"))
    checks: Checks = {}
    runners: dict[str, Runner] = {}
    for row in rows_of(bundle):
        checks |= check_file(folder / row.path, row, golden, runners)
    return checks, runners


def rows_of(bundle: dict[str, Any]) -> list[Format]:
    """The rows of `formats` that the bundle lists. Raises `ValueError` for a file of no row."""
    paths = [part["path"] for part in listed(bundle)]
    rows = [row for row in FORMATS if any(belongs(path, row) for path in paths)]
    strange = [p for p in paths if p != bundle["golden"]["path"] and not any(belongs(p, row) for row in rows)]
    if strange:
        raise ValueError(f"this version cannot prove {strange[0]}")
    return rows


def belongs(path: str, row: Format) -> bool:
    """Whether a listed path is this row's file, or lies in its folder."""
    return path == row.path or path.startswith(f"{row.path}/")


def check_file(path: Path, row: Format, golden: dict[str, Any], runners: dict[str, Runner]) -> Checks:
    """Golden answers of one file, whose runner joins `runners`; its structure alone where nothing runs it here."""
    try:
        runner = runner_of(row, path)
    except ExportError as error:
        return {f"structure_{row.name}": {"ok": False, "faults": [str(error)]}}
    if runner is None:
        return {f"structure_{row.name}": {"ok": True}} if row.proof == STRUCTURE else {}
    runners[row.name] = runner
    return {f"golden_{row.name}": check_golden(golden, row.precision, runner)}


def check_signature(folder: Path, raw: bytes, trusted: dict[str, str]) -> CheckResult:
    """The signature over the exact bytes of bundle.json, by a trusted key."""
    try:
        document = (folder / "bundle.sig").read_bytes().decode("utf-8", "replace")
        return {"ok": True, "key_id": verify(raw, document, trusted, "bundle.json")}
    except OSError:
        return {"ok": False, "faults": ["bundle.sig is missing"]}
    except SignatureError as error:
        return {"ok": False, "faults": [str(error)]}


def check_hashes(folder: Path, bundle: dict[str, Any]) -> CheckResult:
    """Size and SHA-256 of every part."""
    faults = changed(folder, bundle)
    return {"ok": not faults, "parts": len(list(listed(bundle))), "faults": faults}
