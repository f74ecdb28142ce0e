"""Refresh tokens rotate, survive a lost answer, end a replay, in every position of the chain."""

import pytest

from api import clock
from api.tables import Device
from tests.api.helpers import at_once

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def refresh(person, refresh_token):
    return person.client.post("/v1/auth/refresh", json={"refresh_token": refresh_token})


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


@pytest.mark.parametrize("length", [2, 3, 4])
@pytest.mark.parametrize("arrived", [False, True])
@pytest.mark.parametrize("minutes", [0, 2])
def test_a_refresh_token_used_again_is_a_lost_answer_or_ends_the_login(owner, monkeypatch, length, arrived, minutes):
    chain = [owner.tokens["refresh_token"]]
    for _ in range(length - 1):
        issued = refresh(owner, chain[-1]).json
        chain.append(issued["refresh_token"])
    if arrived:
        owner.client.get("/v1/account", headers={"Authorization": f"Bearer {issued['access_token']}"})
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + minutes * 60)
    device, kept = Device.get(), Device.select().dicts().get()
    for position, presented in enumerate(chain):
        Device.delete().execute()
        Device.insert(kept).execute()
        from_the_end = len(chain) - 1 - position
        answer = refresh(owner, presented)
        if from_the_end == 0:
            assert answer.status_code == 200 and answer.json["refresh_token"] not in chain
        elif from_the_end == 1 and not (arrived and minutes):
            assert answer.json["refresh_token"] == chain[-1]
        else:
            assert answer.json["type"].endswith("refresh-reused")
            assert not Device.select().where(Device.id == device.id).exists()


def test_two_that_refresh_at_once_get_the_same_token(owner):
    answers = at_once(2, lambda: refresh(owner, owner.tokens["refresh_token"]))
    assert len({answer.json["refresh_token"] for answer in answers}) == 1


def test_a_stolen_old_refresh_token_ends_the_device_login_and_no_other(owner):
    tablet = owner.elsewhere()
    second = refresh(owner, owner.tokens["refresh_token"]).json
    third = refresh(owner, second["refresh_token"]).json
    assert refresh(owner, owner.tokens["refresh_token"]).json["type"].endswith("refresh-reused")
    assert refresh(owner, third["refresh_token"]).json["type"].endswith("refresh-revoked")
    assert tablet.ask("GET", "/v1/account").status_code == 200


def test_a_login_that_a_restored_database_knows_at_an_older_generation_goes_on(owner):
    restored = Device.select().dicts().get()
    second = refresh(owner, owner.tokens["refresh_token"]).json
    third = refresh(owner, second["refresh_token"]).json
    Device.delete().execute()
    Device.insert(restored).execute()
    fourth = refresh(owner, third["refresh_token"])
    assert fourth.status_code == 200
    assert refresh(owner, second["refresh_token"]).json["type"].endswith("refresh-reused")


def test_a_device_login_ends_after_a_year_however_busy(owner, monkeypatch):
    start = clock.now()
    Device.update(created_at=start - 366 * 86400).execute()
    assert refresh(owner, owner.tokens["refresh_token"]).json["type"].endswith("refresh-expired")
    assert Device.select().count() == 0
