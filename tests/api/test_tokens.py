"""Access tokens: every wrong one is a 401 problem, whatever it claims and however it is carried; keys rotate."""

import base64
import hmac
import json
import time
from functools import cache
from pathlib import Path
from unittest import mock

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from api import clock, verified
from api.tokens import AUDIENCE, ISSUER

KEY = "a" * 32


def token(person, key=KEY, headers=None, algorithm="HS256", **claims) -> str:
    real = jwt.decode(person.tokens["access_token"], KEY, algorithms=["HS256"], audience=AUDIENCE, issuer=ISSUER)
    changed = {name: value for name, value in (real | claims).items() if value is not None}
    return jwt.encode(changed, key, algorithm, headers={"typ": "at+jwt", "kid": "k1"} | (headers or {}))


def with_header(person, header: dict, digest: str = "sha256") -> str:
    """A token signed by the right key over any header; PyJWT itself refuses to write some of them."""
    claims = token(person).split(".")[1]
    signed = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=") + b"." + claims.encode()
    mac = base64.urlsafe_b64encode(hmac.digest(KEY.encode(), signed, digest)).rstrip(b"=")
    return (signed + b"." + mac).decode()


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


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
        "another key under the older kid": token(person, headers={"kid": "k0"}),
        "a key the token itself brings": token(person, key="z" * 32, headers={"jku": "https://evil.example/keys"}),
        "a longer hash": with_header(person, {"alg": "HS512", "typ": "at+jwt", "kid": "k1"}, "sha512"),
        "an RSA signature": token(person, key=rsa_key(), algorithm="RS256"),
        "RSA named over an HMAC": with_header(person, {"alg": "RS256", "typ": "at+jwt", "kid": "k1"}),
        "none named over an HMAC": with_header(person, {"alg": "none", "typ": "at+jwt", "kid": "k1"}),
        "signature cut off": token(person).rsplit(".", 1)[0] + ".",
        "not valid yet": token(person, nbf=int(time.time()) + 3600),
        "no audience": token(person, aud=None),
        "no issuer": token(person, iss=None),
        "no subject": token(person, sub=None),
        "no device login": token(person, sid=None),
        "generation that is no number": token(person, gen="1"),
        "other type": token(person, headers={"typ": "JWT"}),
        "refresh type": token(person, type="refresh"),
        "unknown login": token(person, sid="nobody"),
        "no generation": token(person, gen=None),
    }


def test_every_bad_access_token_is_a_401_problem(owner, guest):
    for name, bad in list(bad_tokens(owner).items()) * 2:  # the second time some were verified before
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


def test_a_token_of_the_older_key_is_still_accepted(owner, guest):
    older = token(owner, key="b" * 32, headers={"kid": "k0"})
    assert guest.ask("GET", "/v1/account", headers={"Authorization": f"Bearer {older}"}).status_code == 200


def test_nothing_in_the_database_opens_an_account(owner, config):
    path = config.database_url.removeprefix("sqlite:///")
    stored = b"".join(Path(path + tail).read_bytes() for tail in ("", "-wal"))
    assert owner.tokens["refresh_token"].rsplit(".", 1)[1].encode() not in stored
    assert b"a long password" not in stored


# Tokens that were verified before


def test_a_token_that_was_accepted_before_is_refused_with_any_other_signature(owner, guest):
    head, _, signature = owner.tokens["access_token"].rpartition(".")
    assert owner.ask("GET", "/v1/account").status_code == 200
    for at in (0, len(signature) // 2):
        other = "A" if signature[at] != "A" else "B"
        changed = f"{head}.{signature[:at]}{other}{signature[at + 1 :]}"
        answer = guest.ask("GET", "/v1/account", headers={"Authorization": f"Bearer {changed}"})
        assert answer.json["type"].endswith("invalid-token")


def test_a_token_whose_times_do_not_hold_any_more_is_verified_anew(app, owner, monkeypatch):
    verifying = mock.Mock(wraps=jwt.api_jwt._jwt_global_obj.decode)
    monkeypatch.setattr("flask_jwt_extended.tokens.jwt.decode", verifying)
    owner.ask("GET", "/v1/account")
    verifying.reset_mock()
    owner.ask("GET", "/v1/account")
    assert not verifying.called
    later = time.time() + 601
    monkeypatch.setattr(time, "time", lambda: later)
    owner.ask("GET", "/v1/account")
    assert verifying.called


def test_no_more_tokens_are_remembered_than_there_is_room_for(app, owner, monkeypatch):
    monkeypatch.setattr(verified, "REMEMBERED", 2)
    for _ in range(5):
        assert owner.fresh().ask("GET", "/v1/account").status_code == 200
    assert len(app.extensions["flask-jwt-extended"]._verified) <= 2


# What carries the token


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer {} {}", "Basic {}", "Token {}", "{}", "Bearer ä"])
def test_a_token_that_is_carried_wrongly_is_a_401_problem(owner, guest, header):
    carried = header.replace("{}", owner.tokens["access_token"])
    answer = guest.ask("GET", "/v1/account", headers={"Authorization": carried})
    assert answer.status_code == 401 and answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_in_the_address_or_in_a_cookie_is_not_looked_at(owner, guest):
    access = owner.tokens["access_token"]
    guest.client.set_cookie("access_token_cookie", access)
    answer = guest.ask("GET", f"/v1/account?jwt={access}")
    assert answer.json["type"].endswith("unauthorized") and answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_access_token_names_its_device_login_and_tells_nothing_personal(owner):
    claims = jwt.decode(owner.tokens["access_token"], options={"verify_signature": False})
    assert claims["sid"] == owner.tokens["device_id"] and claims["exp"] - claims["iat"] == 600
    assert set(claims) == {"aud", "exp", "fresh", "gen", "iat", "iss", "jti", "nbf", "sid", "sub", "type"}
    assert owner.email not in str(claims)


# Fresh tokens


def test_a_fresh_token_is_fresh_for_five_minutes(owner):
    claims = jwt.decode(owner.fresh().tokens["access_token"], options={"verify_signature": False})
    assert claims["fresh"] - claims["iat"] in (299, 300, 301) and claims["exp"] - claims["iat"] == 300


def test_a_token_that_is_not_fresh_any_more_asks_for_the_password_again(owner, guest):
    for fresh, status in ((int(time.time()) + 5, 200), (int(time.time()) - 1, 401), (False, 401)):
        headers = {"Authorization": f"Bearer {token(owner, fresh=fresh)}"}
        assert guest.ask("GET", "/v1/account/export", headers=headers).status_code == status


# Keys that change


def test_a_new_signing_key_is_put_in_front_while_the_old_one_is_still_accepted(restarted, owner):
    rotated = restarted(jwt_keys={"k2": "c" * 32, "k1": KEY})
    client = rotated.test_client()
    old = {"Authorization": f"Bearer {owner.tokens['access_token']}"}
    assert client.get("/v1/account", headers=old).status_code == 200
    renewed = client.post("/v1/auth/refresh", json={"refresh_token": owner.tokens["refresh_token"]}).json
    assert jwt.get_unverified_header(renewed["access_token"])["kid"] == "k2"
    without_old = restarted(jwt_keys={"k2": "c" * 32}).test_client()
    assert without_old.get("/v1/account", headers=old).status_code == 401
    new = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert without_old.get("/v1/account", headers=new).status_code == 200


def test_a_new_refresh_key_logs_nobody_out_while_the_old_one_is_listed(restarted, owner, config):
    old, new = config.refresh_key, "n" * 32
    body = {"refresh_token": owner.tokens["refresh_token"]}
    listed = restarted(refresh_key=new, old_refresh_keys=(old,)).test_client()
    renewed = listed.post("/v1/auth/refresh", json=body).json
    alone = restarted(refresh_key=new).test_client()
    assert alone.post("/v1/auth/refresh", json=body).json["type"].endswith("refresh-revoked")
    assert alone.post("/v1/auth/refresh", json={"refresh_token": renewed["refresh_token"]}).status_code == 200
