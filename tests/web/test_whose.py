"""Whose history it is: guests, accounts, their devices and tabs."""

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
