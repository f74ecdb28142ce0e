"""What proves who someone is: the password, and the recovery code for the day it is forgotten or the phone lost."""

import hashlib
import secrets
import uuid
from typing import Any

from api import clock, consents, logins, passwords
from api.database import write_transaction
from api.problems import Problem
from api.tables import Account, Device, RecoveryCode, SyncHead

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # 5 bits a sign; I, L, O and U are left out, they are misread
GROUPS, SIGNS = 4, 5


def enrol(email: str, password_hash: str, said: dict[str, int]) -> Account:
    """A new account. Belongs in a write transaction; IntegrityError when the e-mail is taken."""
    account = Account.create(id=uuid.uuid4().hex, email=email, password_hash=password_hash, created_at=clock.now())
    SyncHead.create(account=account, epoch=uuid.uuid4().hex)
    consents.record(account, said)
    return account


def proven(email: str, password: str) -> Account:
    """The account of that e-mail and password. Raises the problem `bad-credentials`, the same for either."""
    account = Account.get_or_none(Account.email == email)
    if not passwords.matches(account.password_hash if account else None, password) or account is None:
        raise Problem("bad-credentials")
    if passwords.outdated(account.password_hash):
        stronger = passwords.hash_password(password)
        with write_transaction():
            hold(account)
            Account.update(password_hash=stronger).where(Account.id == account.id).execute()
        account.password_hash = stronger
    return account


def hold(account: Account, refusal: str = "bad-credentials") -> None:
    """Lock the account's row as it was read. Raises `refusal` if it was deleted or got another password meanwhile."""
    as_read = (Account.id == account.id) & (Account.password_hash == account.password_hash)
    if not Account.update(created_at=Account.created_at).where(as_read).execute():
        raise Problem(refusal)


def change_password(account: Account, password_hash: str, kept: Device | None = None) -> None:
    """Set the password and end the device logins except one. Belongs in a write transaction."""
    Account.update(password_hash=password_hash).where(Account.id == account.id).execute()
    logins.end_others(account.id, kept.id if kept else None)


def recover(email: str, code: str, password_hash: str) -> Account | None:
    """Use the code up, set the password, end every device login; the account, which needs its next code.

    None, the same for a wrong code and an unknown e-mail. Belongs in a write transaction.
    """
    account = Account.get_or_none(Account.email == email)
    # Deleting the code is the check, so that of two at once one wins.
    if account is None or not RecoveryCode.delete().where(_this(account, code)).execute():
        return None
    change_password(account, password_hash)
    return account


def new_recovery_code(account: Account, source: bytes | None = None) -> str:
    """A code to be shown once, the one before is void. Belongs in a write transaction.

    It is made of 32 secret bytes, random ones unless `source` is given.
    """
    code = code_of(source or secrets.token_bytes(32))
    RecoveryCode.delete().where(RecoveryCode.account == account).execute()
    RecoveryCode.create(account=account, code_hash=_hashed(account.id, code), made_at=clock.now())
    return code


def code_of(source: bytes) -> str:
    """The recovery code in 32 random bytes."""
    signs = "".join(ALPHABET[byte % 32] for byte in source[: GROUPS * SIGNS])
    return "-".join(signs[at : at + SIGNS] for at in range(0, len(signs), SIGNS))


def opens(account: Account, code: str) -> bool:
    """Whether this is the account's recovery code now."""
    return RecoveryCode.select().where(_this(account, code)).exists()


def read(code: str) -> str:
    """A code as people type it, as its signs alone."""
    return code.upper().translate(str.maketrans("OIL", "011", "- "))


def _this(account: Account, code: str) -> Any:
    return (RecoveryCode.account == account) & (RecoveryCode.code_hash == _hashed(account.id, code))


def _hashed(account_id: str, code: str) -> str:
    """SHA-256 is enough: 100 random bits cannot be guessed, however fast the hash."""
    return hashlib.sha256(f"{account_id} {read(code)}".encode()).hexdigest()
