"""The Kotlin core on a bad network: offline work, lost and broken answers, tokens that rotate, apps that restart."""

import uuid

import pytest

from sample_clients.python import records
from tests.android.accounts import PASSWORD, SYNC, done, kept
from tests.android.driver import Driver, Phone
from tests.client.helpers import score
from tests.surroundings import free_port


def test_work_of_a_guest_waits_offline_and_joins_the_account_that_is_signed_up(driver, wire, tmp_path, email):
    phone = Phone(driver, tmp_path / "phone", f"http://127.0.0.1:{free_port()}")
    record = kept(phone)
    who = {"email": email, "password": PASSWORD, "device": "phone"}
    assert phone.do("sign_in", how="register", **who, **SYNC, adopt=False) == "adopt"
    assert phone.do("sign_in", how="register", **who, **SYNC) == "offline"
    assert phone.then["live"] == [record["id"]] and phone.then["unsent"] == 1
    phone.close()
    phone.server = wire.url
    assert phone.open() is None
    assert phone.do("sign_in", how="register", **who, **SYNC).count("-") >= 3  # a recovery code
    assert phone.do("sync") == done(pushed=1, pulled=1)
    assert phone.then["xor"] == records.fold([record])


@pytest.mark.parametrize("how", ["register", "recover"])
def test_a_lost_answer_to_a_sign_in_costs_neither_account_nor_recovery_code(phone, wire, driver, tmp_path, how):
    other = Phone(driver, tmp_path / "other", wire.url)
    who = {"email": f"{uuid.uuid4().hex}@example.org", "password": PASSWORD, "device": "d"}
    if how == "recover":
        who["code"] = Phone(driver, tmp_path / "first", wire.url).do("sign_in", how="register", **who, **SYNC)
    wire.cut = 0
    assert (code := other.do("sign_in", how=how, **who)) and wire.cut is None
    third = Phone(driver, tmp_path / "third", wire.url)
    assert third.do("sign_in", how="recover", **who | {"code": code})


def test_a_lost_answer_pushes_nothing_twice(phone, wire):
    record = kept(phone)
    wire.cut = 0
    assert phone.do("sync")["complete"] and wire.cut is None
    assert phone.then["unsent"] == 0 and phone.then["xor"] == records.fold([record])


def test_a_lost_refresh_is_forgiven_and_the_login_lasts(phone, wire):
    for _ in range(2):
        phone.do("forget_access")
        wire.cut = 0
        assert phone.do("sync") == done() and phone.then["signed_in"] and wire.cut is None


def test_an_answer_that_breaks_off_half_way_is_asked_for_again(phone, tablet, wire):
    phone.do("add_all", records=[score() for _ in range(40)])
    phone.do("sync")
    tablet.do("forget_access")
    wire.cut = 6000  # the refresh goes through, the page does not
    assert tablet.do("sync") == done(pulled=40) and wire.cut is None


def test_an_answer_that_is_cut_at_any_place_is_asked_for_again(phone, wire):
    kept(phone)
    phone.do("sync")
    for cut in range(0, 700, 20):
        kept(phone)
        wire.cut = cut
        assert phone.do("sync")["complete"]
    assert phone.then["unsent"] == 0 and len(phone.then["live"]) == 36


def test_twenty_threads_that_need_a_token_refresh_it_once(phone, wire):
    before = bytes(wire.heard).count(b"POST /v1/auth/refresh")
    assert phone.do("ask_at_once", threads=20) == [True] * 20
    assert bytes(wire.heard).count(b"POST /v1/auth/refresh") == before + 1 and phone.then["signed_in"]


def test_two_processes_never_share_a_login(phone, core):
    assert Phone(phone.driver, phone.home, phone.server).opened == "in-use"  # nor does that open the door for others
    second = Driver()
    assert Phone(second, phone.home, phone.server).opened == "in-use"
    second.close()
    assert phone.do("sync") == done()


def test_a_restarted_app_is_signed_in_and_goes_on(phone):
    record = kept(phone)
    phone.close()
    assert phone.open() is None
    assert phone.do("sync") == done(pushed=1, pulled=1) and phone.then["live"] == [record["id"]]


def test_a_stolen_old_token_ends_the_login_and_not_the_history(phone, wire):
    stolen = (phone.home / "login").read_text()
    record = kept(phone)
    for _ in range(2):
        phone.do("forget_access")
        phone.do("sync")
    (phone.home / "login").write_text(stolen)
    phone.do("forget_access")
    assert phone.do("sync") == "refresh-reused"
    assert not phone.then["signed_in"] and phone.then["live"] == [record["id"]]
    assert phone.do("sync") == "unauthorized"
