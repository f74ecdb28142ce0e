"""What must hold before a channel is put in force: apps that follow the one in force now would follow it."""

from pathlib import Path
from typing import Any

from api.models import held, store
from api.models.errors import NotPublished
from api.models.proving import Candidate, Terms, insist, refuse_development_key
from mobile_export.channel import check_channel, parsed

FILES = (held.CHANNEL, held.CHANNEL_SIGNATURE)


def proven_channel(folder: Path, to: Path, bundle: Candidate, terms: Terms) -> Path | None:
    """A proven copy, at `to`, of the channel in `folder`; None where there is none, or it is in force already.

    Raises `NotPublished` or mobile_export's `ChannelError`.
    """
    new, in_force = store.copied(folder, FILES, to), held.channel_folder(terms.store)
    if not (new / held.CHANNEL).is_file() or all(store.same(new / name, in_force / name) for name in FILES):
        return None
    said = parsed((new / held.CHANNEL).read_bytes())
    named = _held_bundle(said["bundle_sha256"], bundle, terms.store)
    outcome = check_channel(new, named.raw, terms.trusted)
    insist({"channel": outcome})
    refuse_development_key(outcome["key_id"], terms)
    _insist_on_newer(said, named, terms.store)
    return new


def _held_bundle(sha256: str, new: Candidate, place: Path) -> Candidate:
    """The bundle that a channel names. Raises `NotPublished` where the server would not have it."""
    if sha256 == new.sha256:
        return new
    for one in held.offered(place):
        if one.sha256 == sha256:
            return Candidate(one.folder, (one.folder / held.DESCRIPTION).read_bytes(), one.data, one)
    raise NotPublished(f"the channel names bundle {sha256[:12]}…, which this server does not offer: publish it first")


def _insist_on_newer(said: dict[str, Any], named: Candidate, place: Path) -> None:
    """Whether apps that follow the channel in force would follow this one. Raises `NotPublished`."""
    before = held.channel(place)
    if before is None:
        return
    if said["sequence"] <= before["sequence"]:
        raise NotPublished(
            f"channel {said['sequence']} does not rise above {before['sequence']}, which is in force: sign a new one"
        )
    last = next((b.data["sequence"] for b in held.held(place) if b.sha256 == before["bundle_sha256"]), 0)
    if named.data["sequence"] < last and not said["rollback"]:
        raise NotPublished(
            f"the channel goes back to {named.named} and does not say so, so apps would refuse it:"
            " sign it with --rollback-to"
        )
