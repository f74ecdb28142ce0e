"""The Kotlin core and a real server: two devices of one account, conflicts, consent, farewell, a restored backup."""

import uuid

from sample_clients.python import ids, records
from tests.android.accounts import PASSWORD, SYNC, done, kept
from tests.android.driver import Phone
from tests.servers import web_process


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
