"""Put a bundle, and the channel beside it, on the server: both are proven before either is live.

What is proven is the copy that will be served. The bundle goes live by one rename and its channel by another, in this
order: a crash leaves what was live before, or the new bundle without its channel, and publishing again finishes it.
Imports what runs a model, so only the command imports this module.
"""

from pathlib import Path
from typing import Any

from api.explanations import files_of
from api.models import held, store
from api.models.channels import proven_channel
from api.models.errors import NotPublished
from api.models.proving import Candidate, Terms, proven_bundle
from mobile_export.channel import ChannelError, parsed
from mobile_export.parts import BundleError


def publish(folder: Path, terms: Terms) -> list[str]:
    """Publish the bundle in `folder` and its channel; a sentence about each. Raises `NotPublished`, nothing is live."""
    with store.alone(terms.store) as scratch:
        try:
            bundle = proven_bundle(folder, scratch / "bundle", terms)
            channel = proven_channel(folder, scratch / "channel", bundle, terms)
        except (BundleError, ChannelError) as error:
            raise NotPublished(str(error)) from None
        said = [_publish_bundle(bundle, terms.store), _publish_channel(channel, terms.store)]
        return said + _warnings(bundle.data)


def _publish_bundle(bundle: Candidate, place: Path) -> str:
    if bundle.held is None:
        store.go_live(bundle.copy, place / held.BUNDLES / bundle.sha256)
        return f"{bundle.named} is published"
    signature = bundle.held.folder / held.SIGNATURE
    if store.same(bundle.copy / held.SIGNATURE, signature):
        return f"{bundle.named} was published before"
    store.go_live(bundle.copy / held.SIGNATURE, signature)
    return f"{bundle.named} was published before; its signature is the new one now"


def _publish_channel(channel: Path | None, place: Path) -> str:
    if channel is not None:
        sequence = parsed((channel / held.CHANNEL).read_bytes())["sequence"]
        store.go_live(channel, place / held.CHANNELS / str(sequence))
    said = held.channel(place)
    if said is None:
        return "no channel names it yet: python -m mobile_export.sign channel BUNDLE --key KEY, then publish again"
    share = f"to {said['rollout_pct']} of 100 installs until {said['expires_at']}"
    return f"channel {said['sequence']} offers bundle {said['bundle_sha256'][:12]}… {share}"


def _warnings(bundle: dict[str, Any]) -> list[str]:
    """That heatmaps end with a bundle which no worker can load."""
    try:
        files_of(bundle)
    except ValueError as error:
        return [f"there are no heatmaps while it is the current one: {error}"]
    return []
