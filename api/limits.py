"""How often one may try, counted by Flask-Limiter in memory, or in LIMIT_STORE for several processes.

| what                     | counted by          | limit                                                        |
|--------------------------|---------------------|--------------------------------------------------------------|
| every sign-in            | address             | SIGN_IN_LIMIT, generous: carriers put many behind one        |
| every refresh            | address             | 1,500 in 5 minutes                                           |
| wrong passwords, codes   | account             | from the 5th in an hour the answer waits, 0.25 s to 4 s; 300 |
| wrong passwords, codes   | account and address | 20 an hour: who guesses shuts out himself, not the owner     |
| export; heatmaps         | account             | 10; 120 an hour                                              |
| photos on their way      | account             | 2 at once in a process, in its memory alone (`uploads.py`)   |
| changes of an account    | account             | 60 an hour: each consent is kept for ever                    |

Keys are keyed hashes: neither store nor log learns an address or an e-mail.
"""

import hashlib
import hmac
import ipaddress
import math
import threading
import time
from typing import Any

import limits as counting
from flask import Flask, Response, request
from flask_jwt_extended import current_user
from flask_limiter import Limiter, RateLimitExceeded
from limits.errors import ConfigurationError, StorageError

from api.config import Config, ConfigError, current
from api.problems import Problem, document, respond

FREE_TRIES, FIRST_PAUSE, LONGEST_PAUSE = 5, 0.25, 4.0  # s
GUESSES = "300 per hour"
PARKED = 2  # threads: who guesses must not keep others from syncing
_parked = threading.BoundedSemaphore(PARKED)
sleep = time.sleep


def address() -> str:
    """The caller's address; of IPv6 the /64, which one subscriber has to himself."""
    try:
        found = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return _veiled("unknown")
    return _veiled(str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False)))


def account() -> str:
    """The account that is tried: the one that the body names, or the one signed in. Only for routes that check it."""
    body = request.get_json(silent=True)
    named = body.get("email") if isinstance(body, dict) else None
    return signed_in() if named is None else _veiled(named.lower() if isinstance(named, str) else "")


def signed_in() -> str:
    """The account signed in, whatever a body says: nobody moves his count to another account."""
    return _veiled(current_user.account.email)


def account_and_address() -> str:
    """One account as tried from one address."""
    return f"{account()} {address()}"


def _veiled(text: str) -> str:
    return hmac.new(
        f"limit {current().refresh_key}".encode(), text.encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()


def _refused(response: Response) -> bool:
    return response.status_code == 401


class Decorated(Limiter):
    """Counts where a view is decorated, and looks nothing up before all the others."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = Decorated(address)
signing_in = limiter.shared_limit(lambda: current().sign_in_limit, scope="sign-in")
refreshing = limiter.limit("1500 per 5 minutes")
exporting = limiter.limit("10 per hour", key_func=signed_in)
changing = limiter.limit("60 per hour", key_func=signed_in)
explaining = limiter.limit("120 per hour", key_func=signed_in)
_per_account = limiter.shared_limit(GUESSES, scope="guess", key_func=account, deduct_when=_refused)
_per_pair = limiter.shared_limit("20 per hour", scope="pair", key_func=account_and_address, deduct_when=_refused)


def guessing(view: Any) -> Any:
    """For a route that checks a password or a code: limits it, by account and address."""
    return signing_in(_per_account(_per_pair(view)))


def slow_down() -> None:
    """Wait, the longer the more wrong tries this account had; `rate-limited` where two are waiting already."""
    item = counting.parse(GUESSES)
    wrong = item.amount - limiter.limiter.get_window_stats(item, account(), "guess").remaining
    if wrong < FREE_TRIES:
        return
    if not _parked.acquire(blocking=False):
        raise Problem("rate-limited", "others try this at the same moment: try again in a few seconds")
    try:
        sleep(min(FIRST_PAUSE * 2 ** (wrong - FREE_TRIES), LONGEST_PAUSE))
    finally:
        _parked.release()


def register(app: Flask, config: Config) -> None:
    """Start counting. Raises `ConfigError` for a store or a limit that cannot be used."""
    app.config.update(RATELIMIT_STORAGE_URI=config.limit_store, RATELIMIT_STORAGE_OPTIONS={"wrap_exceptions": True})
    try:
        counting.parse_many(config.sign_in_limit)
        limiter.init_app(app)
    except ValueError:
        raise ConfigError("SIGN_IN_LIMIT must read such as '120 per minute;1200 per hour'") from None
    except ConfigurationError as error:
        raise ConfigError(f"LIMIT_STORE cannot be used: {error}") from None

    @app.errorhandler(RateLimitExceeded)
    def too_often(_: RateLimitExceeded) -> Response:
        held = limiter.current_limit
        seconds = max(1, math.ceil(held.window.reset_time - time.time())) if held else 60
        return respond(document("rate-limited", f"wait {seconds} s and try again"), {"Retry-After": str(seconds)})

    @app.errorhandler(StorageError)
    def uncounted(_: StorageError) -> Response:
        """Without a count nobody may guess; what needs no count goes on."""
        return respond(document("busy", "tries cannot be counted right now: try again in a minute"))
