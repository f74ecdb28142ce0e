"""What an operator can set, read from the environment once.

| variable      | meaning                                                        | default                |
|---------------|----------------------------------------------------------------|------------------------|
| SKINSCORE_ENV | `development` or `production`                                  | development            |
| DATABASE_URL  | `sqlite:///PATH` (one web process) or `postgresql://…` (any number) | sqlite:///var/skinscore.db |
| QUEUE_URL     | doorbell of the heatmap workers: `redis://…`, `postgresql://…` | beside DATABASE_URL    |
| MODEL_DIR     | folder that `api.models publish` fills, or one exported bundle | mobile_export/reference |
| WEB_ROOT      | folder with the page at `/`                                    | the web client when it is built |
| JWT_KEYS      | signing keys, `kid:secret,…`, the first one signs              | made at start (development) |
| REFRESH_KEY   | secret of refresh tokens, cursors, ledger; `new,old` to rotate | made at start (development) |
| PHOTO_KEY     | 32 bytes in hex; photos waiting for a heatmap are sealed by it | made at start (development) |
| REGISTRATION  | `open`, or `closed`: then `python -m api admin add EMAIL`      | open                   |
| TRUSTED_PROXIES | proxies in front that set X-Forwarded-For and -Proto         | 0: no header is believed |
| SIGN_IN_LIMIT | sign-ins per address, generous since carriers share addresses  | 120 per minute;1200 per hour |
| LIMIT_STORE   | where tries are counted; `redis://…` for several web processes | memory://              |
| METRICS_PORT  | loopback port with Prometheus text (`api/metrics.py`)           | 0: none                |
| PROMETHEUS_MULTIPROC_DIR | empty folder that gunicorns of your own share for it | `serve` makes one    |
| LOG_REQUESTS  | `yes`, or `no`: then only what goes wrong is logged            | yes                    |
| ERASURE_LEDGER | file that keeps erased accounts erased after a restore | SQLite's file + .erased, else var/erased |
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

HERE = Path(__file__).parent
SECRETS = ("JWT_KEYS", "REFRESH_KEY", "PHOTO_KEY")
SIGN_IN_LIMIT = "120 per minute;1200 per hour"


class ConfigError(ValueError):
    """The environment is not fit to start; the text says what to set."""


@dataclass(frozen=True)
class Config:
    """Settings of one process."""

    database_url: str
    model_dir: Path
    web_root: Path
    jwt_keys: dict[str, str]
    refresh_key: str
    photo_key: bytes
    old_refresh_keys: tuple[str, ...] = ()
    registration_open: bool = True
    trusted_proxies: int = 0
    sign_in_limit: str = SIGN_IN_LIMIT
    limit_store: str = "memory://"
    erasure_ledger: Path | None = None
    metrics_port: int = 0
    log_requests: bool = True
    queue_url: str = ""

    @property
    def refresh_keys(self) -> tuple[str, ...]:
        """The key that signs, then those that are still accepted."""
        return (self.refresh_key, *self.old_refresh_keys)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """Raises `ConfigError` when a secret is missing outside development, or malformed anywhere."""
        env = with_development_secrets(environment)
        try:
            keys = dict(item.split(":", 1) for item in env["JWT_KEYS"].split(","))
            photo_key = bytes.fromhex(env["PHOTO_KEY"])
        except ValueError:
            raise ConfigError("JWT_KEYS must read kid:secret,… and PHOTO_KEY must be hexadecimal") from None
        refresh_keys = env["REFRESH_KEY"].split(",")
        if len(photo_key) != 32 or min(map(len, [*keys.values(), *refresh_keys])) < 32:
            raise ConfigError("JWT_KEYS and REFRESH_KEY need 32 characters or more, PHOTO_KEY 32 bytes (64 hex digits)")
        return cls(
            env.get("DATABASE_URL", "sqlite:///var/skinscore.db"),
            model_dir(env),
            Path(env.get("WEB_ROOT") or _web_root()).resolve(),
            keys,
            refresh_keys[0],
            photo_key,
            tuple(refresh_keys[1:]),
            _choice(env, "REGISTRATION", "open", "closed") == "open",
            _count(env, "TRUSTED_PROXIES", 9),
            env.get("SIGN_IN_LIMIT") or SIGN_IN_LIMIT,
            env.get("LIMIT_STORE") or "memory://",
            Path(env["ERASURE_LEDGER"]) if env.get("ERASURE_LEDGER") else None,
            _count(env, "METRICS_PORT", 65535),
            _choice(env, "LOG_REQUESTS", "yes", "no") == "yes",
            queue_url=env.get("QUEUE_URL") or "",
        )


def _web_root() -> Path:
    built = HERE.parent / "sample_clients" / "web" / "dist"
    return built if (built / "index.html").is_file() else HERE / "static"


def current() -> Config:
    """The settings of the application that answers this request."""
    return current_app.extensions["skinscore"]


def model_dir(environment: Mapping[str, str]) -> Path:
    """Where models lie; a command that touches nothing else needs no other setting."""
    return Path(environment.get("MODEL_DIR") or HERE.parent / "mobile_export" / "reference")


def is_development(environment: Mapping[str, str]) -> bool:
    """Whether throw-away secrets and the public development key will do."""
    return environment.get("SKINSCORE_ENV", "development") == "development"


def _choice(env: Mapping[str, str], name: str, *known: str) -> str:
    chosen = env.get(name) or known[0]
    if chosen not in known:
        raise ConfigError(f"{name} must be {' or '.join(known)}")
    return chosen


def _count(env: Mapping[str, str], name: str, most: int) -> int:
    written = env.get(name) or "0"
    if not re.fullmatch("[0-9]{1,5}", written) or int(written) > most:
        raise ConfigError(f"{name} must be a number from 0 to {most}")
    return int(written)


def with_development_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with throw-away secrets where it has none; only in development."""
    missing = [name for name in SECRETS if not environment.get(name)]
    if missing and not is_development(environment):
        hint = "python -c 'import secrets; print(secrets.token_hex(32))' makes one"
        raise ConfigError(f"set {', '.join(missing)} before starting in {environment['SKINSCORE_ENV']}: {hint}")
    made = {name: secrets.token_hex(32) for name in missing}
    if "JWT_KEYS" in made:
        made["JWT_KEYS"] = f"dev:{made['JWT_KEYS']}"
    return {**environment, **made}
