"""An application on a real SQLite file, with a tiny model folder and people who use it."""

import dataclasses
import hashlib
import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import beats, create_app
from api.config import Config
from api.database import database
from tests.faults.erase import fill

PASSWORD = "a long password"


@dataclass
class Person:
    """Someone with an account, or a guest without one."""

    client: FlaskClient
    email: str = ""
    tokens: dict[str, Any] | None = None

    def ask(self, method: str, path: str, **options: Any):
        headers = options.pop("headers", {})
        if self.tokens:
            headers = {"Authorization": f"Bearer {self.tokens['access_token']}"} | headers
        return self.client.open(path, method=method, headers=headers, **options)

    def fresh(self) -> "Person":
        """The same person with a token from `/v1/auth/reauth`."""
        answer = self.ask("POST", "/v1/auth/reauth", json={"password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Person(self.client, self.email, (self.tokens or {}) | answer.json)

    def delete_account(self) -> dict[str, Any]:
        """The receipt."""
        answer = self.fresh().ask("DELETE", "/v1/account")
        assert answer.status_code == 200, answer.text
        return answer.json

    def elsewhere(self, **body: Any) -> "Person":
        """The same person, signed in on another device."""
        client = self.client.application.test_client()
        answer = client.post("/v1/auth/login", json={"email": self.email, "password": PASSWORD} | body)
        assert answer.status_code == 200, answer.text
        return Person(client, self.email, answer.json)


@pytest.fixture
def model_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    part = b"model bytes" * 100
    (folder / "model.pte").write_bytes(part)
    (folder / "golden.json").write_text("{}")
    bundle = {
        "schema": 1,
        "name": "tiny",
        "version": "0.0.1",
        "sequence": 1,
        "attributes": [{"key": "oil"}, {"key": "wrinkle"}],
        "files": [{"format": "executorch", "role": "phone", "parts": [_part("model.pte", part)]}],
        "golden": _part("golden.json", b"{}"),
    }
    (folder / "bundle.json").write_text(json.dumps(bundle))
    (folder / "bundle.sig").write_text('{"key_id": "x"}')
    return folder


def _part(path: str, data: bytes) -> dict[str, Any]:
    return {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


@pytest.fixture
def config(tmp_path: Path, database_url: str, model_dir: Path) -> Config:
    root = Path(__file__).parents[2] / "api" / "static"
    keys = {"k1": "a" * 32, "k0": "b" * 32}
    return Config(database_url, model_dir, root, keys, "r" * 32, b"p" * 32, erasure_ledger=tmp_path / "erased")


@pytest.fixture
def app(config: Config):
    app = create_app(config)
    yield app
    app.extensions["doorbell"].close()
    database.close()


@pytest.fixture
def restarted(app, config: Config):
    """Starts the application again on the same database, with other settings."""

    def start(**changes: Any):
        database.close()
        return create_app(dataclasses.replace(config, **changes))

    return start


@pytest.fixture
def guest(app) -> Person:
    return Person(app.test_client())


@pytest.fixture
def sign_up(app):
    def make(email: str | None = None, **consents: bool) -> Person:
        email = email or f"{uuid.uuid4().hex}@example.org"
        body = {"email": email, "password": PASSWORD, "consents": {"sync": True} | consents}
        answer = app.test_client().post("/v1/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        return Person(app.test_client(), email, answer.json)

    return make


@pytest.fixture
def owner(sign_up) -> Person:
    return sign_up("owner@example.org", heatmap=True)


@pytest.fixture
def other(sign_up) -> Person:
    return sign_up("other@example.org", heatmap=True)


@pytest.fixture
def alive(app) -> None:
    """A worker showed that it lives."""
    beats.beat(beats.WORKER)


@pytest.fixture
def words(owner) -> list[bytes]:
    """What must not be found once the owner's account is deleted."""
    return [*fill(owner.ask, owner.email), owner.tokens["device_id"].encode()]
