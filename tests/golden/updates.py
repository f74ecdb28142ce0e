"""Write the vectors that every client's update logic is held to: sample_clients/golden/updates.json.

    python -m tests.golden.updates           # after a change of the channel, the bundle or the rollout
    python -m tests.golden.updates --check   # status 1 when the file is not what this writes

Keys, documents and decisions follow from fixed seeds, so the same file comes out every time. What must come of each
case is written here by hand; that the Python client agrees is a test.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mobile_export.channel import Terms, compose
from mobile_export.signing import SigningKey

FILE = Path(__file__).parents[2] / "sample_clients" / "golden" / "updates.json"
ISSUED, NOW = datetime(2026, 5, 4, 12, tzinfo=UTC), "2026-05-05T12:00:00Z"
KINDS = {
    "executorch": ("xnnpack", "int8", "phone"),
    "coreml": ("coreml", "w8a16", "phone"),
    "onnx": ("onnxruntime", "w8a32", "web"),
}
RUNTIMES = {"executorch": "1.4.0", "coreml": "iOS 17", "onnx": "1.14"}
LATER = {"executorch": "99.0.0", "coreml": "iOS 99", "onnx": "99.0"}
INSTALLS = [hashlib.sha256(f"install {n}".encode()).hexdigest()[:32] for n in range(12)]


def key(key_id: str) -> SigningKey:
    """A key that is the same in every run, and worth nothing."""
    return SigningKey(key_id, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(key_id.encode()).digest()))


FIRST, SECOND, STRANGER = key("golden-1"), key("golden-2"), key("stranger")


def signed(content: Any, by: SigningKey = FIRST, name: str | None = None) -> dict[str, str]:
    """A document's exact text and its signature."""
    text = json.dumps(content, indent=1) + "\n"
    signature = by.sign(text.encode())
    return {"text": text, "signature": signature.replace(by.key_id, name) if name else signature}


def bundle(sequence: int, runtime: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """A description with the fields that an update looks at, with a file for each kind of client."""
    files = [_file(sequence, kind, (runtime or RUNTIMES)[kind]) | changes for kind in RUNTIMES]
    golden = {"path": "golden.json", "bytes": 2, "sha256": hashlib.sha256(b"{}").hexdigest()}
    named = {"schema": 1, "name": "golden", "version": f"0.1.{sequence}", "sequence": sequence}
    return named | {"files": files, "golden": golden}


def _file(sequence: int, kind: str, runtime: str) -> dict[str, Any]:
    backend, precision, role = KINDS[kind]
    part = {"path": f"model.{kind}", "bytes": 4, "sha256": hashlib.sha256(f"{kind} {sequence}".encode()).hexdigest()}
    about = {"format": kind, "backend": backend, "precision": precision, "role": role, "min_runtime": runtime}
    return about | {"parts": [part]}


def sha256_of(document: dict[str, str]) -> str:
    """The hash by which a channel names a bundle."""
    return hashlib.sha256(document["text"].encode()).hexdigest()


BUNDLES = {sequence: signed(bundle(sequence)) for sequence in (3, 4, 5)}
HASHES = {sequence: sha256_of(document) for sequence, document in BUNDLES.items()}
DEVICE = {"channel": "stable", "app": "1.2.0", "seen": 6, "revoked": [], "install_id": INSTALLS[0], "in_use": HASHES[3]}


def channel(number: int = 7, names: int = 4, revoked: Sequence[int] = (), **terms: Any) -> dict[str, Any]:
    """A channel's content."""
    content = compose(HASHES[names], None, Terms(sequence=number, **terms), [], ISSUED)
    return content | {"revoked": [HASHES[n] for n in revoked]}


def turned(document: dict[str, str], which: str) -> dict[str, str]:
    """The document with one character changed after it was signed."""
    text = document[which]
    place = text.index("7")
    return document | {which: f"{text[:place]}8{text[place + 1 :]}"}


def channels() -> list[dict[str, Any]]:
    """What comes of a channel: keep, wait, take, or the reason of a refusal."""
    good, everywhere = signed(channel()), channel()
    mine = [n for n in range(100) if n > turn(INSTALLS[0], HASHES[4])][0]
    later = {name: value for name, value in everywhere.items() if name != "rollout_pct"}
    return [
        _case("it names a newer bundle for everybody", good, "take"),
        _case("by the second key", signed(everywhere, SECOND), "take"),
        _case("fields that nobody knows yet", signed(everywhere | {"note": {"for": "later"}}), "take"),
        _case("by a key that is not trusted", signed(everywhere, STRANGER), "unknown-key"),
        _case("by a stranger under a trusted name", signed(everywhere, STRANGER, "golden-1"), "changed"),
        _case("changed after it was signed", turned(good, "text"), "changed"),
        _case("a signature that is no JSON", good | {"signature": "{"}, "unknown-key"),
        _case("one more line end", good | {"text": good["text"] + "\n"}, "changed"),
        _case("another schema", signed(everywhere | {"schema": 2}), "other-form"),
        _case("a field is missing", signed(later), "other-form"),
        _case("another channel", signed(channel(channel="beta")), "other-channel"),
        _case("a lower sequence than was seen", signed(channel(5)), "older-channel"),
        _case("the sequence that was seen", signed(channel(6)), "take"),
        _case("the last second before it expires", good, "take", now="2026-05-18T11:59:59Z"),
        _case("the moment at which it expires", good, "expired", now="2026-05-18T12:00:00Z"),
        _case("it needs a later app", signed(channel(min_app="1.10.0")), "app-too-old"),
        _case("it needs this app", signed(channel(min_app="1.2.0")), "take"),
        _case("it names what it revokes", signed(channel(revoked=[4])), "withdrawn"),
        _case("it names what an earlier one revoked", good, "withdrawn", revoked=[HASHES[4]]),
        _case("it names the bundle in use", signed(channel(names=3)), "keep"),
        _case("just not this install's turn", signed(channel(rollout_pct=mine - 1)), "wait"),
        _case("just this install's turn", signed(channel(rollout_pct=mine)), "take"),
        _case("nobody's turn", signed(channel(rollout_pct=0)), "wait"),
        _case("nobody's turn, and the bundle in use is revoked", signed(channel(rollout_pct=0, revoked=[3])), "take"),
        _case("nobody's turn, and no bundle works here", signed(channel(rollout_pct=0)), "take", in_use=None),
    ]


def _case(name: str, document: dict[str, str], decision: str, now: str = NOW, **device: Any) -> dict[str, Any]:
    return {"name": name, **document, "device": DEVICE | device, "now": now, "decision": decision}


def bundles() -> list[dict[str, Any]]:
    """What comes of the description that a channel's bundle turns out to be."""
    late, strange = signed(bundle(4, LATER)), signed(bundle(4, format="other"))
    outside = signed(bundle(4, parts=[{"path": "../model.pte", "bytes": 4, "sha256": "0" * 64}]))
    return [
        _offered("a newer one", BUNDLES[4], 3, "take"),
        _offered("by the second key", signed(bundle(4), SECOND), 3, "take"),
        _offered("no bundle works here", BUNDLES[3], None, "take"),
        _offered("the same sequence", BUNDLES[4], 4, "not-newer"),
        _offered("an older one", BUNDLES[3], 4, "not-newer"),
        _offered("an older one, and the channel goes back", BUNDLES[3], 4, "take", rollback=True),
        _offered("another one than the channel names", BUNDLES[5], 3, "other-bundle", names=HASHES[4]),
        _offered("by a key that is not trusted", signed(bundle(4), STRANGER), 3, "unknown-key"),
        _offered("by a stranger under a trusted name", signed(bundle(4), STRANGER, "golden-1"), 3, "changed"),
        _offered("another schema", signed(bundle(4) | {"schema": 2}), 3, "other-form"),
        _offered("a runtime that is not here", late, 3, "runtime-too-old"),
        _offered("no file for this client", strange, 3, "no-file"),
        _offered("a file outside its folder", outside, 3, "outside"),
    ]


def _offered(
    name: str, document: dict[str, str], in_use: int | None, decision: str, rollback: bool = False, names: str = ""
) -> dict[str, Any]:
    said = {"bundle_sha256": names or sha256_of(document), "rollback": rollback}
    return {"name": name, **document, "channel": said, "in_use_sequence": in_use, "decision": decision}


def turn(install_id: str, bundle_sha256: str) -> int:
    """The rule of the rollout, written once more, so that the client's is not checked by itself."""
    return int(hashlib.sha256(f"{install_id}:{bundle_sha256}".encode()).hexdigest()[:16], 16) % 100


def document() -> dict[str, Any]:
    """The whole file."""
    turns = [
        {"install_id": install, "bundle_sha256": HASHES[n], "turn": turn(install, HASHES[n])}
        for n in (3, 4)
        for install in INSTALLS
    ]
    trusted = {one.key_id: one.public for one in (FIRST, SECOND)}
    return {"trusted": trusted, "channels": channels(), "bundles": bundles(), "turns": turns}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file, or say whether it is as it would be written."""
    p = argparse.ArgumentParser(
        "python -m tests.golden.updates", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--check", action="store_true", help="write nothing; status 1 when the file differs")
    text = json.dumps(document(), indent=1) + "\n"
    if p.parse_args(argv).check:
        return 0 if FILE.exists() and FILE.read_text("utf-8") == text else 1
    FILE.write_text(text, "utf-8")
    print(f"written: {FILE}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
