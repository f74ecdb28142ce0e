"""The account itself: the ways in, also after a lost answer, another password, taking everything along, the end."""

import re
import zipfile

from playwright.sync_api import Route, expect

from tests.web.person import PASSWORD

NEW = "another long password"


def lost(route: Route) -> None:
    """The server does what it was asked, and its answer never arrives."""
    route.fetch()
    route.abort()


def test_a_lost_answer_to_a_registration_costs_no_recovery_code(opened):
    person, new = opened(), opened()
    person.page.route("**/v1/auth/register", lost)
    person.fill_in("register", PASSWORD)
    person.says("The server cannot be reached")
    person.page.unroute("**/v1/auth/register")
    person.reload()
    person.sign_in()
    new.email = person.email
    new.sign_in("recover", NEW, code=person.recovery_code)


def busy(route: Route) -> None:
    """More tries than the server allows in a while."""
    problem = {"type": "urn:skinscore:problem:rate-limited", "title": "Too many requests", "status": 429}
    route.fulfill(status=429, headers={"Retry-After": "240"}, content_type="application/problem+json", json=problem)


def test_who_is_to_wait_long_is_told_until_when_and_asks_once(opened):
    person = opened()
    asked: list[str] = []
    person.page.route("**/v1/auth/login", lambda route: (asked.append(route.request.url), busy(route)))
    person.fill_in("login", PASSWORD)
    expect(person.page.get_by_role("alert")).to_have_text(re.compile(r"Too many tries.* Not before \d\d:\d\d:\d\d"))
    assert len(asked) == 1


def test_a_new_password_ends_the_other_logins_and_is_the_one_from_then_on(opened):
    phone, tablet = opened(), opened()
    phone.sign_in()
    tablet.email = phone.email
    tablet.sign_in("login")
    phone.reload()
    expect(phone.button("End login")).to_have_count(1)
    phone.button("Change password").click()
    phone.page.get_by_role("dialog").get_by_label("New password").fill(NEW)
    phone.confirm("Change password", "a wrong password")
    phone.says("E-mail or password is wrong.")
    phone.confirm("Change password")
    phone.says("Your password is changed.")
    expect(phone.button("End login")).to_have_count(0)
    tablet.reload()
    tablet.says("Your login has ended")
    tablet.fill_in("login", PASSWORD)
    tablet.says("E-mail or password is wrong.")
    tablet.sign_in("login", NEW)


def test_export_holds_the_history_and_deletion_leaves_nothing(opened, photos, tmp_path):
    person = opened()
    person.sign_in()
    person.grade(photos["skin.png"])
    person.synced()
    person.see("/account")
    person.button("Export everything").click()
    with person.page.expect_download() as download:
        person.confirm("Export everything")
    download.value.save_as(tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "export.zip") as held:
        assert "captured_at" in "".join(held.read(name).decode() for name in held.namelist())
    person.button("Delete account").click()
    person.confirm("Delete account", "a wrong password")
    person.says("E-mail or password is wrong.")
    person.confirm("Delete account")
    person.says("You use SkinScore without an account")
    person.has_entries(0)
    person.fill_in("login", PASSWORD)
    person.says("E-mail or password is wrong.")


def test_the_recovery_code_brings_the_history_back_to_a_new_phone(opened, photos):
    lost, new = opened(), opened()
    lost.sign_in()
    lost.grade(photos["skin.png"])
    lost.synced()
    new.email = lost.email
    new.sign_in("recover", NEW, code=lost.recovery_code)
    assert new.recovery_code != lost.recovery_code
    new.has_entries(1)
    lost.reload()
    lost.see("/account")
    lost.says("Your login has ended")
