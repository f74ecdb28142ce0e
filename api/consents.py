"""Consents: one per purpose, to a numbered text. A new text needs a new consent; every change is kept.

Making an account agrees to nothing: a consent is an act of its own, for one purpose, after its text was shown (GDPR,
articles 4(11) and 7), so a client that shows no text cannot have one. Whoever agrees to nothing keeps the history on
the phone, where everything works.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_jwt_extended import current_user

from api import clock
from api.problems import Problem
from api.tables import Account, ConsentChange


@dataclass(frozen=True)
class Text:
    """What is agreed to."""

    version: int
    text: str


TEXTS = {
    "sync": Text(1, "Your scores and notes are stored on this server, so that your other devices have them too."),
    "heatmap": Text(
        1,
        "The photo you choose is sent to this server, held encrypted for at most 10 minutes and deleted; "
        "the pictures made from it contain nothing of it and are kept for 24 hours.",
    ),
}


def record(account: Account, said: Mapping[str, int]) -> None:
    """Write down the version agreed to for each purpose, 0 to withdraw. Belongs in a write transaction."""
    for purpose, version in said.items():
        if version > TEXTS[purpose].version:
            raise Problem("invalid", f"the text for {purpose} is version {TEXTS[purpose].version}: GET /v1/account")
        setattr(account, f"consent_{purpose}", version)
        ConsentChange.create(account=account, purpose=purpose, version=version, at=clock.now())
    columns = {f"consent_{purpose}": version for purpose, version in said.items()}
    if columns:
        Account.update(columns).where(Account.id == account.id).execute()


def holds(account: Account, purpose: str) -> bool:
    """Whether the account agreed to the text as it stands now."""
    return getattr(account, f"consent_{purpose}") == TEXTS[purpose].version


def need_consent(purpose: str) -> Account:
    """The signed-in account, or the problem `consent-required`."""
    owner: Account = current_user.account
    if not holds(owner, purpose):
        asked = f'{{"consents": {{"{purpose}": {TEXTS[purpose].version}}}}}'
        raise Problem("consent-required", f"PATCH /v1/account with {asked} gives it")
    return owner
