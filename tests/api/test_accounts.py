"""Accounts: registering, consents to numbered texts, new passwords, and what needs a fresh token."""

import threading
import unicodedata

import pytest

from api import consents, passwords
from api.tables import Account, ConsentChange
from tests.api.conftest import PASSWORD, Person
from tests.api.helpers import score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

NEW = "another long password"
SENSITIVE = [
    ("DELETE", "/v1/account", {}),
    ("GET", "/v1/account/export", {}),
    ("PATCH", "/v1/account", {"json": {"password": NEW}}),
    ("PATCH", "/v1/account", {"json": {"new_recovery_code": True}}),
]


def slug(answer) -> str:
    return answer.json["type"].rpartition(":")[2]


def log_in(guest, email, password):
    return guest.ask("POST", "/v1/auth/login", json={"email": email, "password": password})


def test_closed_registration_takes_nobody_and_lets_members_in(restarted, owner):
    closed = restarted(registration_open=False)
    guest = Person(closed.test_client())
    refused = guest.ask("POST", "/v1/auth/register", json={"email": "new@example.org", "password": PASSWORD})
    assert refused.status_code == 403 and slug(refused) == "registration-closed"
    assert Account.select().count() == 1
    assert log_in(guest, owner.email, PASSWORD).status_code == 200


@pytest.mark.parametrize("field", ["email", "device_name", "platform"])
def test_control_characters_are_refused_before_a_database_chokes_on_them(guest, field):
    body = {"email": "new@example.org", "password": PASSWORD, field: "a\x00@b.cc"}
    answer = guest.ask("POST", "/v1/auth/register", json=body)
    assert answer.status_code == 422 and answer.json["errors"][0]["pointer"] == f"/{field}"


@pytest.mark.parametrize("value", ["yes", 1.5, -1, [True]])
def test_a_consent_is_a_version_or_a_plain_yes_or_no(owner, value):
    answer = owner.ask("PATCH", "/v1/account", json={"consents": {"sync": value}})
    assert answer.status_code == 422
    assert ConsentChange.select().where(ConsentChange.purpose == "sync").count() == 1


def test_an_account_agrees_to_nothing_by_being_made(guest):
    made = guest.ask("POST", "/v1/auth/register", json={"email": "new@example.org", "password": PASSWORD})
    headers = {"Authorization": f"Bearer {made.json['access_token']}"}
    assert guest.ask("GET", "/v1/account", headers=headers).json["consents"] == {"sync": False, "heatmap": False}
    assert slug(guest.ask("GET", "/v1/sync", headers=headers)) == "consent-required"
    assert ConsentChange.select().count() == 0


@pytest.mark.parametrize("said", [True, 1, 1.0])
def test_what_is_agreed_to_when_registering_is_kept(guest, said):
    body = {"email": "new@example.org", "password": PASSWORD, "consents": {"sync": said}}
    assert guest.ask("POST", "/v1/auth/register", json=body).status_code == 201
    assert [(change.purpose, change.version) for change in ConsentChange.select()] == [("sync", 1)]


def test_a_withdrawn_consent_is_403_until_it_is_given_again(owner):
    owner.ask("PATCH", "/v1/account", json={"consents": {"sync": 0}})
    refused = owner.ask("POST", "/v1/sync", json={"records": [score(1)]})
    assert refused.status_code == 403 and slug(refused) == "consent-required"
    owner.ask("PATCH", "/v1/account", json={"consents": {"sync": 1}})
    assert owner.ask("POST", "/v1/sync", json={"records": [score(1)]}).status_code == 200


def test_a_new_text_needs_a_new_consent_and_a_plain_yes_is_to_the_first_text(owner, monkeypatch):
    monkeypatch.setitem(consents.TEXTS, "sync", consents.Text(2, "A new text."))
    assert slug(owner.ask("GET", "/v1/sync")) == "consent-required"
    owner.ask("PATCH", "/v1/account", json={"consents": {"sync": True}})
    assert slug(owner.ask("GET", "/v1/sync")) == "consent-required"
    shown = owner.ask("GET", "/v1/account").json["consent_texts"]["sync"]
    assert shown == {"version": 2, "text": "A new text."}
    owner.ask("PATCH", "/v1/account", json={"consents": {"sync": shown["version"]}})
    assert owner.ask("GET", "/v1/sync").status_code == 200


def test_nobody_agrees_to_a_text_that_is_not_written_yet(owner):
    assert slug(owner.ask("PATCH", "/v1/account", json={"consents": {"sync": 2}})) == "invalid"
    assert owner.ask("GET", "/v1/account").json["consents"]["sync"] is True


def test_every_change_of_a_consent_is_kept(owner):
    for said in (False, True):
        owner.ask("PATCH", "/v1/account", json={"consents": {"heatmap": said}})
    kept = ConsentChange.select().where(ConsentChange.purpose == "heatmap").order_by(ConsentChange.id)
    assert [change.version for change in kept] == [1, 0, 1]


@pytest.mark.parametrize(("method", "path", "options"), SENSITIVE)
def test_without_a_fresh_token_nothing_sensitive_happens(owner, guest, method, path, options):
    answer = owner.ask(method, path, **options)
    assert answer.status_code == 401 and slug(answer) == "fresh-token-required"
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_user_authentication", max_age=300'
    assert log_in(guest, owner.email, PASSWORD).status_code == 200


@pytest.mark.parametrize(("method", "path", "options"), SENSITIVE)
def test_a_fresh_token_opens_what_is_sensitive(owner, method, path, options):
    assert owner.fresh().ask(method, path, **options).status_code == 200


def test_the_wrong_password_gives_no_fresh_token(owner):
    answer = owner.ask("POST", "/v1/auth/reauth", json={"password": "not the password"})
    assert answer.status_code == 401 and slug(answer) == "bad-credentials"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_new_password_ends_the_other_device_logins_and_keeps_this_one(owner, guest):
    tablet = owner.elsewhere()
    assert owner.fresh().ask("PATCH", "/v1/account", json={"password": NEW}).status_code == 200
    assert owner.ask("GET", "/v1/account").status_code == 200
    assert tablet.ask("GET", "/v1/account").status_code == 401
    refused = tablet.client.post("/v1/auth/refresh", json={"refresh_token": tablet.tokens["refresh_token"]})
    assert slug(refused) == "refresh-revoked"
    assert slug(log_in(guest, owner.email, PASSWORD)) == "bad-credentials"
    assert log_in(guest, owner.email, NEW).status_code == 200


@pytest.mark.parametrize(("typed", "again"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_password_is_the_same_from_keyboards_that_write_its_characters_differently(owner, guest, typed, again):
    password = "맑은 피부 한 장 2026"
    body = {"password": unicodedata.normalize(typed, password)}
    assert owner.fresh().ask("PATCH", "/v1/account", json=body).status_code == 200
    assert log_in(guest, owner.email, unicodedata.normalize(again, password)).status_code == 200
    assert slug(log_in(guest, owner.email, password.replace("한", "하"))) == "bad-credentials"


def test_a_password_is_as_long_as_it_is_read(guest):
    three = unicodedata.normalize("NFD", "한국어")  # eight code points
    body = {"email": "short@example.org", "password": three}
    assert slug(guest.ask("POST", "/v1/auth/register", json=body)) == "invalid"


def test_a_login_that_was_checked_before_the_password_changed_does_not_survive_the_change(owner, guest, monkeypatch):
    matches = passwords.matches

    def change_meanwhile(stored, password):
        Account.update(password_hash="changed").where(Account.email == owner.email).execute()
        return matches(stored, password)

    monkeypatch.setattr(passwords, "matches", change_meanwhile)
    assert slug(log_in(guest, owner.email, PASSWORD)) == "bad-credentials"


def test_a_hash_of_weaker_parameters_is_renewed_at_the_next_login(owner, guest, monkeypatch):
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    Account.update(password_hash=weak).where(Account.email == owner.email).execute()
    assert log_in(guest, owner.email, PASSWORD).status_code == 200
    renewed = Account.get(Account.email == owner.email).password_hash
    assert renewed.startswith("$argon2id$") and "m=19456,t=2,p=1" in renewed
    assert log_in(guest, owner.email, PASSWORD).status_code == 200


def test_no_more_passwords_are_hashed_at_once_than_allowed_and_the_rest_is_told_to_come_back(guest, monkeypatch):
    monkeypatch.setattr(passwords, "_slots", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    with passwords._slot():
        busy = log_in(guest, "me@example.org", PASSWORD)
    assert busy.status_code == 503 and slug(busy) == "busy" and busy.headers["Retry-After"]
    assert slug(log_in(guest, "me@example.org", PASSWORD)) == "bad-credentials"
