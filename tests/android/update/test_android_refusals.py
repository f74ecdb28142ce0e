"""What the Kotlin core must not take from a real server it refuses, with the reason that all clients share."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.model_folder import MODEL, REFERENCE

PTE = "skinscore_xnnpack_int8.pte"


@dataclass(frozen=True)
class Case:
    """A reason, and what leads to it: fields of the bundle, terms of the channel, contents of files on the server."""

    reason: str
    bundle: dict[str, Any] = field(default_factory=dict)
    terms: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


def part(path: str, data: bytes) -> dict[str, Any]:
    """How a bundle lists a file."""
    return {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


NONE = b"no program"


def holding(**changes: Any) -> dict[str, Any]:
    """A bundle with one file, which is none that a runtime takes."""
    kind = {"format": "executorch", "backend": "xnnpack", "precision": "int8", "min_runtime": "1.4.0"}
    return {"files": [kind | {"parts": [part(PTE, NONE)]} | changes]}


def flipped() -> bytes:
    """The model file with one bit changed."""
    data = bytearray((REFERENCE / PTE).read_bytes())
    data[len(data) // 3] ^= 1
    return bytes(data)


def other_golden() -> bytes:
    """The golden photos with one other grade."""
    golden = json.loads((REFERENCE / "golden.json").read_bytes())
    golden["photos"][7]["outputs"]["int8"]["grades"][0] ^= 1
    return json.dumps(golden).encode()


WRONG = other_golden()
CASES = {
    "an older model": Case("not-newer", {"sequence": 3}),
    "a model that nobody signed": Case("changed", {"signed": False}),
    "another form": Case("other-form", {"schema": 2}),
    "a later runtime": Case("runtime-too-old", holding(min_runtime="99.0.0")),
    "no file for this phone": Case("no-file", holding(backend="vulkan")),
    "a file outside": Case("outside", holding(parts=[part("../x.pte", NONE)])),
    "a damaged file": Case("damaged", files={PTE: flipped()}),
    "a file that is no program": Case("does-not-run", holding(), files={PTE: NONE}),
    "wrong answers": Case("wrong-answers", {"golden": part("golden.json", WRONG)}, files={"golden.json": WRONG}),
    "another channel": Case("other-channel", terms={"channel": "beta"}),
    "a later app": Case("app-too-old", terms={"min_app": "9.0.0"}),
}


@pytest.mark.parametrize("name", CASES)
def test_what_must_not_be_taken_is_refused_and_the_old_model_grades(phone, operator, graded_by, name):
    case = CASES[name]
    changes = {"sequence": 90, "version": "0.9.0"} | case.bundle
    offered = operator.publish(**changes)
    for file, data in case.files.items():
        operator.replace(operator.path / "previous" / str(changes["sequence"]) / file, data)
    operator.offer(offered, **case.terms)
    assert phone.do("update") == case.reason
    assert graded_by() == MODEL["sequence"]


def test_a_server_without_a_channel_and_one_without_its_model_say_so(phone, operator):
    assert phone.do("update") == "no-channel"
    operator.offer("0" * 64)
    assert phone.do("update") == "not-held"
