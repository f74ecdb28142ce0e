"""Device logins: seen by their owner, ended by their owner, and nobody else's business."""

import pytest

from api import logins
from api.tables import Device

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def listed(person):
    return person.ask("GET", "/v1/auth/devices").json["devices"]


def test_the_list_tells_devices_apart_and_marks_this_one(owner):
    tablet = owner.elsewhere(device_name="my tablet", platform="android")
    mine = {device["id"]: device for device in listed(tablet)}
    assert set(mine) == {owner.tokens["device_id"], tablet.tokens["device_id"]}
    shown = mine[tablet.tokens["device_id"]]
    assert (shown["name"], shown["platform"], shown["current"]) == ("my tablet", "android", True)
    assert mine[owner.tokens["device_id"]]["current"] is False


def test_an_ended_device_login_cannot_refresh_and_the_others_go_on(owner):
    tablet = owner.elsewhere()
    assert owner.ask("DELETE", f"/v1/auth/devices/{tablet.tokens['device_id']}").status_code == 204
    refused = owner.client.post("/v1/auth/refresh", json={"refresh_token": tablet.tokens["refresh_token"]})
    assert refused.json["type"].endswith("refresh-revoked")
    assert [device["id"] for device in listed(owner)] == [owner.tokens["device_id"]]


def test_ending_it_twice_is_404(owner):
    tablet = owner.elsewhere()
    path = f"/v1/auth/devices/{tablet.tokens['device_id']}"
    assert [owner.ask("DELETE", path).status_code for _ in range(2)] == [204, 404]


def test_nobody_lists_or_ends_the_device_logins_of_another_account(owner, other):
    assert owner.tokens["device_id"] not in str(listed(other))
    assert other.ask("DELETE", f"/v1/auth/devices/{owner.tokens['device_id']}").status_code == 404
    assert owner.ask("GET", "/v1/account").status_code == 200


def test_a_login_sweeps_the_accounts_expired_device_logins_away(owner):
    Device.update(last_used=0).where(Device.id == owner.tokens["device_id"]).execute()
    tablet = owner.elsewhere()
    assert [device.id for device in Device.select()] == [tablet.tokens["device_id"]]


def test_an_account_has_so_many_device_logins_and_the_one_unused_for_longest_ends(owner, monkeypatch):
    monkeypatch.setattr(logins, "MOST", 3)
    Device.update(last_used=Device.last_used - 60).execute()
    later = [owner.elsewhere() for _ in range(3)]
    assert {device["id"] for device in listed(later[0])} == {one.tokens["device_id"] for one in later}
    assert owner.ask("GET", "/v1/account").status_code == 401
