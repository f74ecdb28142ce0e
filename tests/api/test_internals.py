"""Two libraries are overridden where they offer no public way at that speed; an upgrade that moves it fails here.

flask-jwt-extended verifies a token at every request, and Flask-Limiter looks limits up before every view.
"""

import inspect

import flask_jwt_extended.tokens
import pytest
from flask_jwt_extended import JWTManager
from flask_limiter import Limiter

from tests.api.conftest import PASSWORD

VERIFIES = "flask-jwt-extended verifies tokens elsewhere since its upgrade: see JWTManager and adapt api/verified.py"
COUNTS = "Flask-Limiter counts elsewhere since its upgrade: see Limiter and adapt `Decorated` in api/limits.py"


def parameters(library: type, name: str) -> list[str]:
    return list(inspect.signature(getattr(library, name)).parameters) if hasattr(library, name) else []


@pytest.mark.parametrize(
    ("library", "name", "known", "sentence"),
    [
        (JWTManager, "_decode_jwt_from_config", ["self", "encoded_token", "csrf_value", "allow_expired"], VERIFIES),
        (Limiter, "_check_request_limit", ["self", "callable_name", "in_middleware"], COUNTS),
    ],
)
def test_what_is_overridden_is_there_and_takes_what_it_took(library, name, known, sentence):
    assert parameters(library, name) == known, sentence


def test_a_token_is_verified_once(owner, monkeypatch):
    decode, verified = flask_jwt_extended.tokens.jwt.decode, []
    monkeypatch.setattr(flask_jwt_extended.tokens.jwt, "decode", lambda *a, **k: verified.append(1) or decode(*a, **k))
    assert owner.ask("GET", "/v1/account").status_code == 200
    assert verified, VERIFIES
    verified.clear()
    assert owner.ask("GET", "/v1/account").status_code == 200
    assert not verified, VERIFIES


def test_limits_are_looked_up_where_a_view_is_decorated_and_nowhere_else(owner, monkeypatch):
    check, looked = Limiter._check_request_limit, []
    monkeypatch.setattr(Limiter, "_check_request_limit", lambda self, *given: looked.append(1) or check(self, *given))
    assert owner.ask("GET", "/v1/account").status_code == 200
    assert not looked, COUNTS
    assert owner.ask("POST", "/v1/auth/reauth", json={"password": PASSWORD}).status_code == 200
    assert looked, COUNTS
