"""What an operator can set, read from the environment once.

| variable      | meaning                                                        | default                |
|---------------|----------------------------------------------------------------|------------------------|
| SKINSCORE_ENV | `development` or `production`                                  | development            |
| DATABASE_URL  | `sqlite:///PATH` (one web process) or `postgresql://…` (any number) | sqlite:///var/skinscore.db |
| MODEL_DIR     | folder of the bundle to serve                                  | mobile_export/reference |
| WEB_ROOT      | folder with the page at `/`                                    | api/static             |
| JWT_KEYS      | signing keys, `kid:secret,…`, the first one signs              | made at start (development) |
| REFRESH_KEY   | secret of refresh tokens and cursors                           | made at start (development) |
| PHOTO_KEY     | 32 bytes in hex; photos waiting for a heatmap are sealed by it | made at start (development) |
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SECRETS = ("JWT_KEYS", "REFRESH_KEY", "PHOTO_KEY")


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

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """Raises `ConfigError` when a secret is missing outside development, or malformed anywhere."""
        env = with_development_secrets(environment)
        try:
            keys = dict(item.split(":", 1) for item in env["JWT_KEYS"].split(","))
            photo_key = bytes.fromhex(env["PHOTO_KEY"])
        except ValueError:
            raise ConfigError("JWT_KEYS must read kid:secret,… and PHOTO_KEY must be hexadecimal") from None
        if len(photo_key) != 32 or min(map(len, [*keys.values(), env["REFRESH_KEY"]])) < 32:
            raise ConfigError("JWT_KEYS and REFRESH_KEY need 32 characters or more, PHOTO_KEY 32 bytes (64 hex digits)")
        return cls(
            env.get("DATABASE_URL", "sqlite:///var/skinscore.db"),
            Path(env.get("MODEL_DIR", HERE.parent / "mobile_export" / "reference")),
            Path(env.get("WEB_ROOT", HERE / "static")).resolve(),
            keys,
            env["REFRESH_KEY"],
            photo_key,
        )


def with_development_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with throw-away secrets where it has none; only in development."""
    missing = [name for name in SECRETS if not environment.get(name)]
    mode = environment.get("SKINSCORE_ENV", "development")
    if missing and mode != "development":
        hint = "python -c 'import secrets; print(secrets.token_hex(32))' makes one"
        raise ConfigError(f"set {', '.join(missing)} before starting in {mode}: {hint}")
    made = {name: secrets.token_hex(32) for name in missing}
    if "JWT_KEYS" in made:
        made["JWT_KEYS"] = f"dev:{made['JWT_KEYS']}"
    return {**environment, **made}
