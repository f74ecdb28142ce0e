"""The Kotlin core against the real web process on loopback: an account's life, bad networks, two devices, disasters."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from sample_clients.python import ids, records
from tests.android.driver import Driver, Phone
from tests.client.helpers import score
from tests.relay import Relay, relay
from tests.servers import WebProcess, web_process
from tests.surroundings import free_port

PASSWORD = "a long password"
SYNC = {"consents": {"sync": 1}}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A running web process with an empty database."""
    folder = tmp_path_factory.mktemp("server")
    with web_process(folder, f"sqlite:///{folder / 'api.db'}") as one:
        yield one


@pytest.fixture
def wire(server: WebProcess):
    """A relay to it, which loses answers."""
    with relay(server.port) as one:
        yield one


@pytest.fixture
def email() -> str:
    return f"{uuid.uuid4().hex}@example.org"


@pytest.fixture
def phone(driver: Driver, wire: Relay, tmp_path: Path, email: str) -> Phone:
    """A phone that is signed in to a new account."""
    one = Phone(driver, tmp_path / "phone", wire.url)
    assert one.do("sign_in", how="register", email=email, password=PASSWORD, device="phone", **SYNC)
    return one


@pytest.fixture
def tablet(phone: Phone, driver: Driver, wire: Relay, tmp_path: Path, email: str) -> Phone:
    """Another device of the same account."""
    one = Phone(driver, tmp_path / "tablet", wire.url)
    assert one.do("sign_in", how="login", email=email, password=PASSWORD, device="tablet") is None
    return one


def done(pushed: int = 0, pulled: int = 0) -> dict[str, Any]:
    return {"pushed": pushed, "pulled": pulled, "refused": 0, "complete": True}


def kept(phone: Phone, **changes: Any) -> dict[str, Any]:
    """A record that the phone keeps."""
    record = score(**changes)
    phone.do("add", record=record)
    return record


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


def test_two_devices_come_to_the_same_history_with_small_pages(phone, tablet):
    made = [kept(phone if n % 2 else tablet) for n in range(9)]
    assert phone.do("sync", limit=2)["complete"] and tablet.do("sync", limit=2)["complete"]
    assert phone.do("sync", limit=2)["complete"]
    assert phone.then == tablet.then and phone.then["xor"] == records.fold(made)


def test_a_delete_reaches_the_other_device_and_is_not_undone_by_it(phone, tablet):
    record = kept(phone)
    phone.do("sync")
    tablet.do("sync")
    tablet.do("delete", id=record["id"])
    phone.do("note", id=record["id"], text="still here? 살 🙂")
    tablet.do("sync")
    assert phone.do("sync")["complete"] and tablet.do("sync")["complete"]
    assert record["id"] not in phone.then["live"] and phone.then == tablet.then


def test_a_conflict_keeps_both_copies_on_both_devices(phone, tablet):
    record = kept(phone)
    phone.do("sync")
    tablet.do("add", record=record | {"part": 3})
    assert tablet.do("sync")["complete"] and phone.do("sync")["complete"]
    assert sorted(one["part"] for one in phone.do("history")) == [0, 3] and phone.then["xor"] == tablet.then["xor"]
    assert ids.second_id(record | {"part": 3}) in phone.then["live"]


def test_a_refused_record_stays_here_and_blocks_nobody(phone):
    bad, good = kept(phone, part=9), kept(phone)
    assert phone.do("sync") == done(pushed=1, pulled=1) | {"refused": 1}
    assert phone.then["parked"] == [bad["id"]] and set(phone.then["live"]) == {bad["id"], good["id"]}


def test_nothing_is_sent_without_consent_and_all_of_it_with(phone):
    phone.do("consent", versions={"sync": 0})
    kept(phone)
    assert phone.do("sync") == "consent-required" and phone.then["unsent"] == 1
    phone.do("consent", versions={"sync": 1})
    assert phone.do("sync") == done(pushed=1, pulled=1)


def test_more_than_a_batch_of_large_notes_arrives_whole(phone, tablet):
    record = kept(phone)
    texts = ["살" * 4000] * 80 + ["short"] * 130
    phone.do("add_all", records=[records.note_record(record["id"], text) for text in texts])
    assert phone.do("sync")["complete"] and tablet.do("sync")["complete"]
    assert tablet.then == phone.then and len(tablet.then["live"]) == 211


def test_another_account_is_refused_here_and_after_erasing_is_not(phone, driver, wire, tmp_path):
    kept(phone)
    other = {"email": f"{uuid.uuid4().hex}@example.org", "password": PASSWORD, "device": "d"}
    assert Phone(driver, tmp_path / "other", wire.url).do("sign_in", how="register", **other, **SYNC)
    assert phone.do("sign_in", how="login", **other) == "other-account"
    phone.do("erase")
    assert phone.then["live"] == [] and not phone.then["signed_in"]
    assert phone.do("sign_in", how="login", **other) is None and phone.do("sync") == done()


def test_an_account_leaves_with_its_history_only_for_the_right_password(phone, tablet, email):
    record = kept(phone)
    phone.do("sync")
    tablet.do("sync")
    assert phone.do("delete_account", password="not this one") == "bad-credentials"
    assert phone.do("export", password=PASSWORD) > 1000  # bytes of a ZIP
    phone.do("delete_account", password=PASSWORD)
    assert phone.then["live"] == [] and not phone.then["signed_in"]
    assert tablet.do("sync").startswith("refresh-") and tablet.then["live"] == [record["id"]]
    assert phone.do("sign_in", how="login", email=email, password=PASSWORD, device="d") == "bad-credentials"


def test_signing_out_keeps_the_history_and_the_way_back(phone, email):
    record = kept(phone)
    assert phone.do("sign_out") is True and not phone.then["signed_in"]
    assert phone.do("sync") == "unauthorized" and phone.then["live"] == [record["id"]]
    phone.do("sign_in", how="login", email=email, password=PASSWORD, device="phone")
    assert phone.do("sync") == done(pushed=1, pulled=1)


def test_after_a_restore_from_a_backup_the_devices_bring_back_what_it_lacks(driver, core, tmp_path, email):
    folder = tmp_path / "server"
    folder.mkdir()
    with web_process(folder, f"sqlite:///{folder / 'api.db'}") as server:
        phone, tablet = (Phone(driver, tmp_path / name, f"http://127.0.0.1:{server.port}") for name in ("p", "t"))
        phone.do("sign_in", how="register", email=email, password=PASSWORD, device="p", **SYNC)
        tablet.do("sign_in", how="login", email=email, password=PASSWORD, device="t")
        old, doomed = kept(phone), kept(phone)
        assert phone.do("sync")["complete"] and tablet.do("sync")["complete"]
        server.operate("backup", str(folder / "monday.db"))
        new = kept(tablet)
        tablet.do("delete", id=doomed["id"])
        assert tablet.do("sync")["complete"] and phone.do("sync")["complete"]
        server.stop()
        server.operate("restore", str(folder / "monday.db"))
        server.start()
        assert phone.do("sync")["complete"] and tablet.do("sync")["complete"]
        assert phone.then == tablet.then and phone.then["live"] == sorted([old["id"], new["id"]])
