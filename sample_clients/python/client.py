"""The client as five calls: score, sign in, sync, heatmaps, history."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from . import heat, records
from .bundle import TRUSTED_KEYS, Bundle
from .heatmaps import Heatmaps, explained
from .http import Server, ServerError
from .models import Models
from .scorer import Grading, Scorer
from .store import Store
from .sync import Outcome, sync
from .update import Outcome as Updated
from .update import update


class NotPossible(RuntimeError):
    """What was asked does not fit the local history; the text says what to do."""


class Client:
    """One person's client: a bundle, a home folder, a server. The history can be read when the bundle cannot."""

    def __init__(self, bundle: Path, home: Path, server: str, trusted_keys: Path = TRUSTED_KEYS) -> None:
        self.store = Store(home)
        self.models = Models(bundle, home, self.store, trusted_keys)
        self.server = Server(server, self.store)

    @cached_property
    def bundle(self) -> Bundle:
        """The verified bundle. Raises `BundleError`."""
        return self.models.open()

    @cached_property
    def scorer(self) -> Scorer:
        """The grader of that bundle."""
        return Scorer(self.bundle)

    def score(self, photo: Path, part: int, save: bool = True, captured_at: str | None = None) -> tuple[Grading, dict]:
        """Grade a photo offline; keep its record and queue it for the next sync."""
        grading = self.scorer.score(photo, part)
        record = records.score_record(grading, self.bundle, captured_at)
        if save and record["attributes"]:
            self.store.add(record)
        return grading, record

    def has_guest_history(self) -> bool:
        """Whether there are records here that belong to no account yet."""
        return self.store.setting("account") is None and bool(self.store.live())

    def sign_in(
        self,
        how: str,
        email: str,
        password: str,
        device: str,
        adopt: bool,
        code: str | None = None,
        consents: Mapping[str, int] | None = None,
    ) -> str | None:
        """Register, log in, or recover with a code; the next recovery code where there is one, to be shown once.

        A guest's history joins the account when its owner said so. `consents` are the versions of the texts that the
        owner of a new account was shown and agreed to. Raises `NotPossible`.
        """
        if self.has_guest_history() and not adopt:
            raise NotPossible("there is a history without an account here: add --adopt to take it into this account")
        return self.server.sign_in(how, email, password, device, code, consents)

    def sign_out(self) -> bool:
        """End this device's login; False when the server could not be told. The history stays."""
        try:
            self.server.call("POST", "/v1/auth/logout")
            return True
        except ServerError:
            return False
        finally:
            self.server.forget()

    def erase_here(self) -> None:
        """Forget account, login and history here, whatever the server holds: no other account may sign in before."""
        self.server.forget()
        self.store.erase()

    def sync(self, limit: int | None = None) -> Outcome:
        """Push and pull. Raises `ServerError` when the server cannot be reached; nothing is lost."""
        return sync(self.store, self.server, limit)

    def trend(self, attribute: str, part: int | None = None, bucket: str = "day") -> dict[str, Any]:
        """One attribute over days, weeks or months, as the server puts it together from what was synced."""
        asked = {"attribute": attribute, "bucket": bucket} | ({} if part is None else {"part": part})
        return self.server.call("GET", "/v1/scores/trend", params=asked).json()

    def update(self) -> Updated:
        """Take a newer model if the server's channel offers one; what was recorded before keeps its own model's name.

        Raises `UpdateRefused`, `BundleError` or `ServerError`; the model in use stays then.
        """
        try:
            return update(self.models, self.server)
        finally:  # also after a refusal: the channel may have withdrawn the model in use
            for cached in ("bundle", "scorer"):
                self.__dict__.pop(cached, None)

    def consent_text(self, purpose: str) -> tuple[int, str]:
        """Version and text of what a purpose asks to agree to, as the server has them now."""
        form = {"consent_texts": {purpose: {"version": int, "text": str}}}
        held = self.server.call("GET", "/v1/account").json(form)["consent_texts"][purpose]
        return held["version"], held["text"]

    def consent(self, **versions: int) -> None:
        """Agree to a version of the text of a purpose, which its owner was shown; 0 withdraws."""
        self.server.call("PATCH", "/v1/account", json={"consents": versions})

    def heatmaps(self, grading: Grading) -> Heatmaps:
        """Ask the server to explain a photo. Uploads the model's input square, lossless, not the camera file."""
        return explained(self.server, heat.png(grading.pixels), self.bundle.model_sha256)

    def history(self) -> list[dict[str, Any]]:
        """All live scores, oldest first."""
        return [record for record in self.store.live() if record["kind"] == "score"]

    def notes(self) -> dict[str, str]:
        """The text that shows at each score: the newest note's; empty where it was taken away."""
        return self.store.notes()
