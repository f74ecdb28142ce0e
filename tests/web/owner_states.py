"""The states that somebody comes through who is signed in: account, history, trend, detailed map, offline."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import expect

from tests.web.elsewhere import DAYS
from tests.web.person import Person


def signed_in(person: Person, photos: dict[str, Path], words: dict[str, str]) -> Iterator[str]:
    page = person.page
    person.reload()
    expect(page.locator(".switch").first).to_be_visible()
    yield "account"
    yield from dialogs(person, words)
    person.see("/history")
    expect(page.locator(".entry")).to_have_count(2 + len(DAYS))
    yield "history"
    page.locator(".entry").nth(1).click()
    expect(page.locator("textarea")).to_be_visible()
    yield "entry"
    page.locator(".button.danger").click()
    yield "entry-delete"
    person.button(words["cancel"]).click()
    person.see("/trend")
    expect(page.locator(".chart canvas")).to_be_visible()
    yield "trend"
    page.locator("summary").click()
    yield "trend-table"
    person.see("/compare")
    yield "compare"
    yield from explained(person, photos)
    person.offline()
    person.look_at(photos["other.png"])
    expect(page.locator(".chip-accent")).to_be_visible()
    yield "result-offline"
    person.see("/history")
    yield "history-offline"
    person.offline(False)


def dialogs(person: Person, words: dict[str, str]) -> Iterator[str]:
    page = person.page
    page.locator(".card .button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "sign-out"
    person.button(words["cancel"]).click()
    person.button(words["password"]).click()
    expect(page.locator("[name=password]")).to_be_visible()
    yield "change-password"
    person.button(words["cancel"]).click()
    page.locator(".button.danger").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "delete-account"
    person.button(words["cancel"]).click()


def explained(person: Person, photos: dict[str, Path]) -> Iterator[str]:
    page = person.page
    person.look_at(photos["skin.png"])
    yield "result"
    page.locator(".result-photo .button").click()
    expect(page.get_by_role("dialog").locator(".button.primary")).to_be_enabled()
    yield "consent"
    page.get_by_role("dialog").locator(".button.primary").click()
    expect(page.locator("img.heat-layer")).to_be_visible()
    yield "result-detailed"
