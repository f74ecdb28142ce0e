"""Pictures of a state on phone and desktop, light and dark, and what axe says about each; they lie in var/web.

DEEP=1 takes every state in all four looks. Without it these are taken in English of the states that look most
different; of the others one in English in the dark and one in Korean in the light, both on the phone.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

from sample_clients.web.build import FOLDER
from tests.web.person import DESKTOP, PHONE

OUT = Path(__file__).parents[2] / "var" / "web"
AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
RULES = "axe.run(document, {resultTypes: ['violations']})"
SIZES = {"phone": PHONE["viewport"], "desktop": DESKTOP["viewport"]}
ALL = (("phone", "light"), ("phone", "dark"), ("desktop", "light"), ("desktop", "dark"))
FULLY = ("grade", "result", "history", "trend", "account", "register", "consent")


def wanted(language: str, state: str) -> Sequence[tuple[str, str]]:
    """The looks in which a state is taken."""
    if os.environ.get("DEEP") or (language == "en" and state in FULLY):
        return ALL
    return [("phone", "dark" if language == "en" else "light")]


def judged(page: Page, language: str, state: str) -> list[str]:
    """Picture the state; what axe finds, one line each."""
    folder = OUT / language
    folder.mkdir(parents=True, exist_ok=True)
    found: list[str] = []
    for size, scheme in wanted(language, state):
        picture(page, size, scheme, folder / f"{state}-{size}-{scheme}.png")
        found += [f"{state} {size} {scheme}: {fault}" for fault in violations(page)]
    wear(page, *ALL[0])
    return found


def wear(page: Page, size: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size(SIZES[size])


def picture(page: Page, size: str, scheme: str, path: Path) -> None:
    """The whole page: the window grows to its height, so that what is fixed to its lower edge stays there."""
    wear(page, size, scheme)
    wide, high = SIZES[size]["width"], SIZES[size]["height"]
    page.set_viewport_size({"width": wide, "height": max(high, page.evaluate("document.body.scrollHeight"))})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path.stem} scrolls sideways"
    page.screenshot(path=path, scale="device" if size == "phone" else "css")


def violations(page: Page) -> list[str]:
    """What axe finds, one line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(RULES)["violations"]
    return [f"{rule['id']} at {node['target']}: {node['failureSummary']}" for rule in found for node in rule["nodes"]]
