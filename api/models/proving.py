"""What must hold before a bundle may go live: signature, hashes, a rising sequence, the golden answers of every file.

Imports what runs a model.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from api.models import held, store
from api.models.errors import NotPublished
from mobile_export.parts import listed, read_bundle
from mobile_export.proof import Checks, golden_answers, signed_and_whole
from mobile_export.signing import DEVELOPMENT_KEY, read_key


@dataclass(frozen=True)
class Terms:
    """Where to publish, which keys are believed, and whether the development key may be one of them."""

    store: Path
    trusted: dict[str, str]
    development: bool


@dataclass(frozen=True)
class Candidate:
    """A bundle on its way: the proven copy, its exact description, and the same bundle where it is held already."""

    copy: Path
    raw: bytes
    data: dict[str, Any]
    held: held.Bundle | None

    @property
    def sha256(self) -> str:
        """The bundle's hash."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def named(self) -> str:
        """Name, version and sequence, for people."""
        return "{name} {version} (sequence {sequence})".format_map(self.data)


def proven_bundle(folder: Path, to: Path, terms: Terms) -> Candidate:
    """A proven copy, at `to`, of the bundle in `folder`. Raises `NotPublished` or mobile_export's `BundleError`."""
    _, listing = read_bundle(folder)
    raw, data = read_bundle(store.copied(folder, _files(listing), to))
    checks = signed_and_whole(to, raw, data, terms.trusted)
    insist(checks)
    refuse_development_key(checks["signature"]["key_id"], terms)
    known = held.held(terms.store)
    sha256 = hashlib.sha256(raw).hexdigest()
    candidate = Candidate(to, raw, data, next((one for one in known if one.sha256 == sha256), None))
    if candidate.held is None:
        _insist_on_rise(candidate, known)
        insist(_golden(to, data))
    elif candidate.held.withdrawn:
        raise NotPublished(f"{candidate.named} was withdrawn: export it again, under a higher sequence")
    return candidate


def _files(data: dict[str, Any]) -> list[str]:
    """Paths of all that makes up a bundle. Raises `NotPublished` for one outside its folder."""
    paths = [part["path"] for part in listed(data)]
    if outside := [path for path in paths if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts]:
        raise NotPublished(f"the bundle lists a file outside itself: {outside[0]}")
    return [*paths, held.DESCRIPTION, held.SIGNATURE]


def _golden(folder: Path, data: dict[str, Any]) -> Checks:
    try:
        return golden_answers(folder, data)[0]
    except (ValueError, LookupError, TypeError) as error:
        raise NotPublished(f"the bundle cannot be proven: {error}") from None


def insist(checks: Checks) -> None:
    """Raises `NotPublished` with every fault."""
    faults = [f"{name}: {fault}" for name, check in checks.items() for fault in check.get("faults", [])]
    if faults:
        raise NotPublished("; ".join(faults))


def _insist_on_rise(candidate: Candidate, known: list[held.Bundle]) -> None:
    highest = max((bundle.data["sequence"] for bundle in known), default=0)
    if candidate.data["sequence"] <= highest:
        raise NotPublished(
            f"{candidate.named} does not rise above sequence {highest}, which was published before:"
            " apps would refuse it, so export it again with a higher one"
        )


def refuse_development_key(key_id: str, terms: Terms) -> None:
    """Raises `NotPublished` outside development, under whatever name the key goes."""
    if not terms.development and terms.trusted[key_id] == read_key(DEVELOPMENT_KEY).public:
        raise NotPublished(
            f"it is signed by {DEVELOPMENT_KEY.stem}, whose private half is public: sign it with a key of your own"
        )
