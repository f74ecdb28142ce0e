"""Wrong access tokens are 401 problems; refresh tokens rotate, survive a lost answer, end a replay."""

import base64
import hmac
import json
import time
from pathlib import Path

import jwt
import pytest

from api import clock
from api.tokens import AUDIENCE, ISSUER

KEY = "a" * 32


def token(person, key=KEY, headers=None, algorithm="HS256", **claims) -> str:
    real = jwt.decode(person.tokens["access_token"], KEY, algorithms=["HS256"], audience=AUDIENCE, issuer=ISSUER)
    return jwt.encode(real | claims, key, algorithm, headers={"typ": "at+jwt", "kid": "k1"} | (headers or {}))


def with_header(person, header: dict) -> str:
    """A token signed by the right key over any header; PyJWT itself refuses to write some of them."""
    claims = token(person).split(".")[1]
    signed = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=") + b"." + claims.encode()
    mac = base64.urlsafe_b64encode(hmac.digest(KEY.encode(), signed, "sha256")).rstrip(b"=")
    return (signed + b"." + mac).decode()


def bad_tokens(person) -> dict[str, str]:
    return {
        "garbage": "x",
        "three parts of garbage": "a.b.c",
        "a refresh token": person.tokens["refresh_token"],
        "another key": token(person, key="z" * 32),
        "unknown kid": token(person, headers={"kid": "k9"}),
        "no kid": with_header(person, {"alg": "HS256", "typ": "at+jwt"}),
        "kid that is no text": with_header(person, {"alg": "HS256", "typ": "at+jwt", "kid": 1}),
        "damaged claims": token(person).replace(".", ".x", 1),
        "no expiry": token(person, exp=None),
        "no signature": token(person, key=None, algorithm="none"),
        "expired": token(person, exp=int(time.time()) - 3600),
        "other audience": token(person, aud="else"),
        "other issuer": token(person, iss="else"),
        "numeric subject": token(person, sub=7),
        "other type": token(person, headers={"typ": "JWT"}),
        "refresh type": token(person, type="refresh"),
        "unknown login": token(person, sid="nobody"),
        "text as generation": token(person, gen="1"),
    }


def test_every_bad_access_token_is_a_401_problem(owner, guest):
    for name, bad in bad_tokens(owner).items():
        answer = guest.ask("GET", "/v1/account", headers={"Authorization": f"Bearer {bad}"})
        assert answer.status_code == 401, name
        assert answer.content_type == "application/problem+json", name
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), name


def test_the_control_token_is_accepted(owner, guest):
    answer = guest.ask("GET", "/v1/account", headers={"Authorization": f"Bearer {token(owner)}"})
    assert answer.status_code == 200


def test_the_forged_headers_are_refused_for_what_they_say_and_not_for_their_signature(owner, guest):
    whole = with_header(owner, {"alg": "HS256", "typ": "at+jwt", "kid": "k1"})
    assert guest.ask("GET", "/v1/account", headers={"Authorization": f"Bearer {whole}"}).status_code == 200


def test_an_access_token_ends_after_ten_minutes(owner, monkeypatch):
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + 599)
    assert owner.ask("GET", "/v1/account").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: start + 600 + 31)
    assert owner.ask("GET", "/v1/account").json["type"].endswith("invalid-token")


def test_a_previous_token_within_a_minute_is_a_lost_answer_even_after_use(owner, monkeypatch):
    current = refresh(owner, owner.tokens["refresh_token"]).json
    owner.client.get("/v1/account", headers={"Authorization": f"Bearer {current['access_token']}"})
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + 59)
    assert refresh(owner, owner.tokens["refresh_token"]).json["refresh_token"] == current["refresh_token"]


def test_a_lost_answer_is_forgiven_days_later_while_the_new_token_was_never_used(owner, monkeypatch):
    current = refresh(owner, owner.tokens["refresh_token"]).json
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + 7 * 86400)
    assert refresh(owner, owner.tokens["refresh_token"]).json["refresh_token"] == current["refresh_token"]


def test_a_token_of_the_older_key_is_still_accepted(owner, guest):
    older = token(owner, key="b" * 32, headers={"kid": "k0"})
    assert guest.ask("GET", "/v1/account", headers={"Authorization": f"Bearer {older}"}).status_code == 200


def refresh(person, refresh_token):
    return person.client.post("/v1/auth/refresh", json={"refresh_token": refresh_token})


def test_a_refresh_token_rotates(owner):
    answer = refresh(owner, owner.tokens["refresh_token"])
    assert answer.status_code == 200
    assert answer.json["refresh_token"] != owner.tokens["refresh_token"]


def test_a_lost_answer_gets_the_same_current_token_again(owner):
    first = refresh(owner, owner.tokens["refresh_token"]).json
    again = refresh(owner, owner.tokens["refresh_token"])
    assert again.status_code == 200
    assert again.json["refresh_token"] == first["refresh_token"]


def test_a_previous_token_after_the_current_was_used_ends_the_login(owner, monkeypatch):
    current = refresh(owner, owner.tokens["refresh_token"]).json
    owner.client.get("/v1/account", headers={"Authorization": f"Bearer {current['access_token']}"})
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + 61)
    replay = refresh(owner, owner.tokens["refresh_token"])
    assert replay.json["type"].endswith("refresh-reused")
    assert refresh(owner, current["refresh_token"]).json["type"].endswith("refresh-revoked")


def test_a_token_two_generations_old_ends_the_login(owner):
    second = refresh(owner, owner.tokens["refresh_token"]).json
    refresh(owner, second["refresh_token"])
    assert refresh(owner, owner.tokens["refresh_token"]).json["type"].endswith("refresh-reused")


def test_an_idle_login_expires(owner, monkeypatch):
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + 61 * 86400)
    assert refresh(owner, owner.tokens["refresh_token"]).json["type"].endswith("refresh-expired")


@pytest.mark.parametrize("forged", ["", "a.1.b", "..", "a.b.c", "ä.1.x"])
def test_a_forged_refresh_token_is_refused(owner, forged):
    assert refresh(owner, forged).status_code == 401


def test_logout_ends_the_login_at_once(owner):
    assert owner.ask("POST", "/v1/auth/logout").status_code == 204
    assert owner.ask("GET", "/v1/account").status_code == 401
    assert refresh(owner, owner.tokens["refresh_token"]).status_code == 401


def test_nothing_in_the_database_opens_an_account(owner, config):
    path = config.database_url.removeprefix("sqlite:///")
    stored = b"".join(Path(path + tail).read_bytes() for tail in ("", "-wal"))
    assert owner.tokens["refresh_token"].rsplit(".", 1)[1].encode() not in stored
    assert b"a long password" not in stored
