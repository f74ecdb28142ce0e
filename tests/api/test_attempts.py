"""A lost answer to a registration or a recovery: whoever made the attempt gets it again, nobody else gets anything."""

import pytest

from api import clock
from api.attempts import REPEAT_SECONDS
from api.tables import TABLES, Account, Device, RecoveryCode
from tests.api.conftest import PASSWORD, Person
from tests.api.helpers import at_once

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

NEW = "another long password"
KEY, OTHER_KEY = "one-attempt-of-32-characters-xxx", "another-attempt-of-32-characters"
ME = {"email": "me@example.org", "password": PASSWORD, "idempotency_key": KEY}
SAME = ("account_id", "device_id", "refresh_token", "recovery_code")


def register(guest, **changes):
    return guest.ask("POST", "/v1/auth/register", json=ME | changes)


def recover(guest, code, **changes):
    body = ME | {"password": NEW, "idempotency_key": OTHER_KEY, "recovery_code": code}
    return guest.ask("POST", "/v1/auth/recover", json=body | changes)


def same(first, second) -> bool:
    return all(first.json[name] == second.json[name] for name in SAME)


def slug(answer) -> str:
    return answer.json["type"].rpartition(":")[2]


def use(guest, answer) -> int:
    return guest.ask(
        "GET", "/v1/account", headers={"Authorization": f"Bearer {answer.json['access_token']}"}
    ).status_code


def test_a_registration_sent_again_gets_the_same_account_login_and_code(guest):
    first, second = register(guest), register(guest)
    assert first.status_code == second.status_code == 201 and same(first, second)
    assert Account.select().count() == Device.select().count() == 1
    assert use(guest, first) == use(guest, second) == 200


def test_a_recovery_sent_again_gets_the_same_login_and_code_and_the_code_works(guest):
    code = register(guest).json["recovery_code"]
    first, second = recover(guest, code), recover(guest, code)
    assert first.status_code == second.status_code == 200 and same(first, second)
    assert Device.select().count() == 1
    assert recover(guest, second.json["recovery_code"], idempotency_key=KEY).status_code == 200


@pytest.mark.parametrize("changes", [{"idempotency_key": OTHER_KEY}, {"idempotency_key": None}, {"password": NEW}])
def test_nobody_else_gets_an_account_by_registering_again(guest, changes):
    first = register(guest)
    refused = register(guest, **changes)
    assert refused.status_code == 409 and slug(refused) == "email-taken"
    assert use(guest, first) == 200


@pytest.mark.parametrize(
    "changes", [{"idempotency_key": KEY}, {"idempotency_key": None}, {"password": PASSWORD}, {"recovery_code": "x"}]
)
def test_nobody_else_gets_an_account_by_recovering_again(guest, changes):
    code = register(guest).json["recovery_code"]
    first = recover(guest, code)
    refused = recover(guest, code, **changes)
    assert refused.status_code == 401 and slug(refused) == "bad-recovery-code"
    assert use(guest, first) == 200


def test_an_answer_that_was_used_had_arrived(guest):
    first = register(guest)
    assert use(guest, first) == 200
    assert slug(register(guest)) == "email-taken"


def test_an_answer_whose_refresh_token_was_used_had_arrived(guest):
    guest.ask("POST", "/v1/auth/refresh", json={"refresh_token": register(guest).json["refresh_token"]})
    assert slug(register(guest)) == "email-taken"


def test_a_repeat_comes_within_a_day(guest, monkeypatch):
    register(guest)
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + REPEAT_SECONDS + 1)
    assert slug(register(guest)) == "email-taken"


def test_a_code_that_the_operator_replaced_meanwhile_is_not_shown_again(guest):
    register(guest)
    RecoveryCode.update(code_hash="replaced").execute()
    assert slug(register(guest)) == "email-taken"


def test_nothing_in_the_database_names_the_attempt_or_opens_the_account(guest):
    answer = register(guest)
    stored = str([list(table.select().dicts()) for table in TABLES])
    told = answer.json["recovery_code"], answer.json["refresh_token"].rpartition(".")[2], KEY
    assert not [word for word in told if word in stored]


def test_without_a_key_every_registration_stands_for_itself(guest):
    assert register(guest, idempotency_key=None).status_code == 201
    assert slug(register(guest, idempotency_key=None)) == "email-taken"


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "spaces are not part of a key"])
def test_a_key_that_could_be_guessed_is_refused(guest, key):
    assert register(guest, idempotency_key=key).json["errors"][0]["pointer"] == "/idempotency_key"


def test_tries_that_arrive_at_once_are_answered_alike(app):
    answers = at_once(4, lambda: register(Person(app.test_client())))
    assert all(same(answers[0], answer) for answer in answers)
    assert Account.select().count() == Device.select().count() == 1
