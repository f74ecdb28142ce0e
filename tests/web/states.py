"""Every state of the app, in the order in which one person comes through them: a name, and how to get there."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.web.elsewhere import pushed_elsewhere
from tests.web.owner_states import signed_in
from tests.web.person import PASSWORD, Person

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "cancel": "Cancel",
        "adopt": "Take them along",
        "code": "I have written it down",
        "password": "Change password",
    },
    "ko": {
        "cancel": "취소",
        "adopt": "가져가기",
        "code": "적어 두었어요",
        "password": "비밀번호 바꾸기",
    },
}


def walk(person: Person, photos: dict[str, Path], port: int, language: str) -> Iterator[str]:
    """The name of each state, once the page shows it."""
    yield from as_guest(person, photos)
    yield from at_the_door(person, port, WORDS[language])
    yield from signed_in(person, photos, WORDS[language])


def as_guest(person: Person, photos: dict[str, Path]) -> Iterator[str]:
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
    person.choose(photos["text.png"])
    expect(page.get_by_role("alert")).to_be_visible()
    yield "grade-trouble"
    person.look_at(photos["dark.png"])
    expect(page.locator(".notice")).to_be_visible()
    yield "result-advice"
    person.look_at(photos["skin.png"])
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


def fill(page: Page, email: str, password: str) -> None:
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(password)


def taken(route: Route) -> None:
    problem = {"type": "urn:skinscore:problem:email-taken", "title": "taken", "status": 409}
    route.fulfill(status=409, json=problem, content_type="application/problem+json")
