"""Every state in English and Korean: pictures to look at, and axe finds nothing."""

import gzip
from urllib.parse import urlsplit

import pytest

from tests.web import looks
from tests.web.states import walk

KIB = 1024


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_state_is_accessible_and_pictured(opened, photos, site, language):
    person = opened(locale={"en": "en-GB", "ko": "ko-KR"}[language])
    seen: list[str] = []
    faults: list[str] = []
    for state in walk(person, photos, urlsplit(site).port, language):
        seen.append(state)
        faults += looks.judged(person.page, language, state)
    taken = sum(len(looks.wanted(language, state)) for state in seen)
    print(f"\naxe: {len(faults)} violations in {len(seen)} states, {taken} looks ({language})")
    assert faults == []
    assert len(seen) == len(set(seen)) >= 25 and set(looks.FULLY) <= set(seen)


def test_axe_would_notice_a_fault(opened):
    page = opened().page
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any("button-name" in fault for fault in looks.violations(page))


def test_the_page_without_model_and_runtime_is_at_most_200_kib_compressed(dist):
    parts = [path for path in dist.rglob("*") if path.suffix in (".html", ".js", ".css", ".svg", ".webmanifest")]
    size = sum(len(gzip.compress(path.read_bytes())) for path in parts)
    print(f"\npage without model and wasm: {size / KIB:.0f} KiB compressed, {len(parts)} files")
    assert size <= 200 * KIB
