"""Every state of the app, in the order in which one person comes through them: a name, and how to get there."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.web.elsewhere import DAYS, pushed_elsewhere
from tests.web.person import PASSWORD, Person

Photos = dict[str, Path]
WORDS: dict[str, dict[str, str]] = {
    "en": {"delete": "Delete", "cancel": "Cancel", "adopt": "Take them along", "code": "I have written it down"},
    "ko": {"delete": "삭제", "cancel": "취소", "adopt": "가져가기", "code": "적어 두었어요"},
}


def walk(person: Person, photos: Photos, port: int, language: str) -> Iterator[str]:
    """The name of each state, once the page shows it."""
    yield from as_guest(person, photos, WORDS[language])
    yield from at_the_door(person, port, WORDS[language])
    yield from signed_in(person, photos, WORDS[language])


def as_guest(person: Person, photos: Photos, words: dict[str, str]) -> Iterator[str]:
    page = person.page
    yield "grade"
    for name in ("history", "trend"):
        person.see(f"/{name}")
        expect(page.locator(".empty")).to_be_visible()
        yield f"{name}-empty"
    person.see("/compare")
    yield "compare-empty"
    person.see("/account")
    yield "account-guest"
    person.see("/camera")
    expect(page.locator(".guide")).to_be_visible()
    yield "camera"
    yield from camera_denied(person)
    choose(person, photos["text.png"])
    expect(page.get_by_role("alert")).to_be_visible()
    yield "grade-trouble"
    graded(person, photos["dark.png"])
    expect(page.locator(".notice")).to_be_visible()
    yield "result-advice"
    graded(person, photos["skin.png"])
    yield "result-guest"
    person.see("/history")
    yield "history-guest"


def camera_denied(person: Person) -> Iterator[str]:
    person.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') } }"
    )
    person.see("/")
    person.see("/camera")
    expect(person.page.get_by_role("alert")).to_be_visible()
    yield "camera-denied"


def at_the_door(person: Person, port: int, words: dict[str, str]) -> Iterator[str]:
    page = person.page
    for how in ("login", "recover", "register"):
        person.see(f"/account/{how}")
        yield how
    fill(page, person.email, "short word")
    page.route("**/v1/auth/register", taken)
    page.locator("form button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "register-trouble"
    page.unroute("**/v1/auth/register")
    fill(page, person.email, PASSWORD)
    page.locator(".switch").check()
    page.locator("form button").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "adopt"
    person.button(words["adopt"]).click()
    expect(page.locator(".code")).to_be_visible()
    yield "recovery-code"
    person.button(words["code"]).click()
    expect(page.locator(".switch").first).to_be_visible()
    pushed_elsewhere(port, person.email)


def signed_in(person: Person, photos: Photos, words: dict[str, str]) -> Iterator[str]:
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
    graded(person, photos["other.png"])
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
    page.locator(".button.danger").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "delete-account"
    person.button(words["cancel"]).click()


def explained(person: Person, photos: Photos) -> Iterator[str]:
    page = person.page
    graded(person, photos["skin.png"])
    yield "result"
    page.locator(".result-photo .button").click()
    expect(page.get_by_role("dialog").locator(".button.primary")).to_be_enabled()
    yield "consent"
    page.get_by_role("dialog").locator(".button.primary").click()
    expect(page.locator("img.heat-layer")).to_be_visible()
    yield "result-detailed"


def choose(person: Person, photo: Path) -> None:
    person.see("/")
    person.page.locator("input[type=file]").set_input_files(photo)


def graded(person: Person, photo: Path) -> None:
    choose(person, photo)
    expect(person.page.locator(".grade-row").first).to_be_visible()


def fill(page: Page, email: str, password: str) -> None:
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(password)


def taken(route: Route) -> None:
    problem = {"type": "urn:skinscore:problem:email-taken", "title": "taken", "status": 409}
    route.fulfill(status=409, json=problem, content_type="application/problem+json")
