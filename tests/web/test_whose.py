"""Whose history it is: guests, accounts, their devices and tabs, and the ways in and out."""

import zipfile

from playwright.sync_api import expect

from tests.web import looks


def test_a_guests_history_joins_only_who_agrees_and_no_other_account_sees_it(opened, photos):
    person = opened()
    person.grade(photos["skin.png"])
    person.has_entries(1)
    person.sign_in(adopt=True)
    person.has_entries(1)
    person.synced()
    person.see("/account")
    person.button("Sign out").click()
    person.page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    person.says("You use SkinScore without an account")
    person.has_entries(0)
    person.grade(photos["other.png"])
    first, person.email = person.email, f"other-{person.email}"
    person.sign_in(adopt=False)
    person.has_entries(0)
    person.see("/account")
    person.button("Sign out").click()
    person.page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    person.has_entries(1)  # what was left behind is the guest's
    person.email = first
    person.sign_in("login", adopt=False)
    person.has_entries(1)


def test_a_tab_follows_what_another_tab_does(opened, photos):
    first = opened()
    first.grade(photos["skin.png"])
    tab = first.page.context.new_page()
    tab.goto("/#/history")
    expect(tab.locator(".entry")).to_have_count(1)
    first.sign_in(adopt=True)
    expect(tab.get_by_text("All synced")).to_be_visible()
    first.grade(photos["other.png"])
    expect(tab.locator(".entry")).to_have_count(2)


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
    person.see("/account/login")
    person.page.get_by_label("E-mail").fill(person.email)
    person.page.get_by_label("Password").fill("a long password")
    person.page.locator("form").get_by_role("button").click()
    person.says("E-mail or password is wrong.")


def test_without_consent_the_history_stays_here_until_it_is_given(opened, photos):
    person = opened()
    person.sign_in(keep=False)
    person.grade(photos["skin.png"])
    person.says("1 not synced")
    person.see("/account")
    person.says("This needs your consent")
    person.page.get_by_label("Keep my history on the server").check()
    person.synced()


def test_a_login_ended_elsewhere_leaves_the_history_readable(opened, photos):
    phone, tablet = opened(), opened()
    phone.sign_in()
    phone.grade(photos["skin.png"])
    phone.synced()
    tablet.email = phone.email
    tablet.sign_in("login")
    tablet.button("End login").click()
    expect(tablet.button("End login")).to_have_count(0)
    phone.reload()
    phone.see("/account")
    phone.says("Your login has ended")
    assert looks.judged(phone.page, "en", "login-ended") == []
    phone.has_entries(1)
    phone.grade(photos["other.png"])
    phone.says("1 not synced")
    phone.sign_in("login")
    phone.synced()
    phone.has_entries(2)


def test_the_recovery_code_brings_the_history_back_to_a_new_phone(opened, photos):
    lost, new = opened(), opened()
    lost.sign_in()
    lost.grade(photos["skin.png"])
    lost.synced()
    new.email = lost.email
    new.sign_in("recover", "another long password", code=lost.recovery_code)
    assert new.recovery_code != lost.recovery_code
    new.has_entries(1)
    lost.reload()
    lost.see("/account")
    lost.says("Your login has ended")
