"""A lost phone or a forgotten password: the recovery code, once, and the operator's reset."""

import contextlib
import json
import re
import threading

import pytest

from api import admin
from api.__main__ import main
from api.database import database, write_transaction
from api.tables import Account
from tests.api.conftest import PASSWORD
from tests.api.helpers import at_once, score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

NEW = "another long password"


@pytest.fixture
def operator(config, monkeypatch, capsys):
    """`python -m api admin …` beside the server; status, stdout and stderr."""
    monkeypatch.setenv("DATABASE_URL", config.database_url)
    serving = database.obj

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["admin", *arguments])
        database.initialize(serving)
        return status, *capsys.readouterr()

    return run


def recover(guest, email, code, password=NEW):
    body = {"email": email, "recovery_code": code, "password": password}
    return guest.ask("POST", "/v1/auth/recover", json=body)


def test_the_code_is_shown_at_registration_and_nowhere_else(owner):
    code = owner.tokens["recovery_code"]
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", code)
    assert "recovery_code" not in owner.elsewhere().tokens
    assert "recovery_code" not in owner.ask("GET", "/v1/account").json


def test_a_history_survives_a_lost_phone_and_a_forgotten_password(owner, guest):
    owner.ask("POST", "/v1/sync", json={"records": [score(1)]})
    answer = recover(guest, owner.email, owner.tokens["recovery_code"])
    assert answer.status_code == 200
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert guest.ask("GET", "/v1/sync", headers=headers).json["head"]["count"] == 1
    assert owner.ask("GET", "/v1/sync").status_code == 401  # whoever has the lost phone


def test_a_code_works_once_and_the_next_one_comes_with_the_answer(owner, guest):
    first = owner.tokens["recovery_code"]
    second = recover(guest, owner.email, first).json["recovery_code"]
    used = recover(guest, owner.email, first)
    assert used.status_code == 401 and used.json["type"].endswith("bad-recovery-code")
    assert recover(guest, owner.email, second).status_code == 200


def test_a_code_can_be_typed_as_people_type(owner, guest):
    typed = owner.tokens["recovery_code"].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert recover(guest, owner.email, typed).status_code == 200


def test_a_wrong_code_and_an_unknown_account_answer_alike_and_change_nothing(owner, other, guest):
    wrong = recover(guest, owner.email, other.tokens["recovery_code"])
    unknown = recover(guest, "who@example.org", owner.tokens["recovery_code"])
    assert wrong.json | {"request_id": ""} == unknown.json | {"request_id": ""}
    assert owner.ask("GET", "/v1/account").status_code == 200
    assert owner.elsewhere().tokens  # the password is the old one


def test_a_new_code_can_be_had_with_the_password_and_voids_the_old_one(owner, guest):
    answer = owner.fresh().ask("PATCH", "/v1/account", json={"new_recovery_code": True})
    assert recover(guest, owner.email, owner.tokens["recovery_code"]).status_code == 401
    assert recover(guest, owner.email, answer.json["recovery_code"]).status_code == 200


def test_the_operators_reset_gives_a_code_that_sets_the_password(owner, guest, operator):
    status, out, _ = operator("reset", owner.email.upper(), "--json", "-")
    assert status == 0 and json.loads(out)["email"] == owner.email
    assert owner.ask("GET", "/v1/account").status_code == 200  # until the code is used
    assert recover(guest, owner.email, owner.tokens["recovery_code"]).status_code == 401
    assert recover(guest, owner.email, json.loads(out)["recovery_code"]).status_code == 200
    assert owner.ask("GET", "/v1/account").status_code == 401


def test_the_operator_adds_an_account_that_its_owner_opens_with_the_code(guest, operator):
    _, out, _ = operator("add", "new@example.org")
    assert recover(guest, "new@example.org", out.split()[-1], PASSWORD).status_code == 200
    assert operator("add", "new@example.org")[0] == 2


def test_the_operator_is_told_what_to_do_about_an_unknown_address(app, operator):
    status, out, error = operator("reset", "who@example.org")
    assert status == 2 and out == "" and "DATABASE_URL" in error and error.count("\n") == 1


def test_a_reset_that_meets_a_deletion_is_a_sentence(owner):
    told = []

    def reset() -> None:
        with database.connection_context(), contextlib.suppress(admin.NotDone):
            told.append(admin.reset(owner.email))

    operator = threading.Thread(target=reset)
    with write_transaction():
        Account.delete().where(Account.email == owner.email).execute()
        operator.start()
        operator.join(0.3)  # it waits for the row, or for its turn
    operator.join()
    assert told == []


def test_resets_at_the_same_moment_leave_one_code_that_works(owner, guest):
    def reset() -> str:
        with database.connection_context():
            return admin.reset(owner.email)

    told = at_once(4, reset)
    assert sorted(recover(guest, owner.email, code).status_code for code in told) == [200, 401, 401, 401]
