"""Every state on phone and desktop, light and dark, in English and Korean: pictures to look at, and axe finds nothing.

The pictures lie in var/web/LANGUAGE; DEEP=1 takes Korean in all four looks too, not in two of them.
"""

import gzip
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sample_clients.web.build import FOLDER
from tests.web.person import DESKTOP, PHONE
from tests.web.states import walk

OUT = Path(__file__).parents[2] / "var" / "web"
AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = [("phone", "light"), ("phone", "dark"), ("desktop", "light"), ("desktop", "dark")]
SIZES = {"phone": PHONE["viewport"], "desktop": DESKTOP["viewport"]}
RULES = "axe.run(document, {resultTypes: ['violations']})"
KIB = 1024


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_state_is_accessible_and_pictured(opened, photos, site, language):
    person = opened(locale={"en": "en-GB", "ko": "ko-KR"}[language])
    folder = OUT / language
    folder.mkdir(parents=True, exist_ok=True)
    looks = LOOKS if language == "en" or os.environ.get("DEEP") else LOOKS[::3]
    seen: list[str] = []
    faults: list[str] = []
    for state in walk(person, photos, urlsplit(site).port, language):
        seen.append(state)
        for size, scheme in looks:
            picture(person.page, size, scheme, folder / f"{state}-{size}-{scheme}.png")
            faults += [f"{state} {size} {scheme}: {fault}" for fault in violations(person.page)]
        look(person.page, "phone", "light")
    assert faults == []
    assert len(seen) == len(set(seen)) >= 25


def look(page, size, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(SIZES[size])


def picture(page, size, scheme, path):
    """The whole page: the window grows to its height, so that what is fixed to its lower edge stays there."""
    look(page, size, scheme)
    wide, high = SIZES[size]["width"], SIZES[size]["height"]
    page.set_viewport_size({"width": wide, "height": max(high, page.evaluate("document.body.scrollHeight"))})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path.stem} scrolls sideways"
    page.screenshot(path=path)


def violations(page) -> list[str]:
    """What axe finds, one line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(RULES)["violations"]
    return [f"{rule['id']} at {node['target']}: {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def test_the_page_without_model_and_runtime_is_at_most_200_kib_compressed(dist):
    parts = [path for path in dist.rglob("*") if path.suffix in (".html", ".js", ".css", ".svg", ".webmanifest")]
    size = sum(len(gzip.compress(path.read_bytes())) for path in parts)
    print(f"\npage without model and wasm: {size / KIB:.0f} KiB compressed, {len(parts)} files")
    assert size <= 200 * KIB
