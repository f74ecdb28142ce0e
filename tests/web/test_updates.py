"""A newer model is taken through the signed channel; a tampered one is refused; maps of another one are told apart."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.model_folder import MODEL, REFERENCE
from tests.web import looks
from tests.web.person import Person

TRIES = 4


@pytest.fixture
def operator(model_dir):
    """Publishes models; afterwards the server has the committed one alone."""
    yield model_dir
    model_dir.withdraw_all()


def test_a_newer_model_is_taken_and_tampered_or_unlearned_is_seen(opened, photos, operator):
    person = opened()
    person.grade(photos["skin.png"])
    operator.offer(operator.publish(sequence=90, version="0.9.0", graded_parts=without_cheek("oil")))
    person.see("/account")
    person.button("Look for a newer model").click()
    person.says("Model 0.9.0 is in use now.")
    person.grade(photos["skin.png"])
    person.says("Not graded here")
    assert looks.judged(person.page, "en", "result-not-graded-here") == []
    person.see("/trend")
    person.page.get_by_role("radio", name="Hydration").check()
    person.says(f"another model graded ({MODEL['version']} → 0.9.0)")

    operator.offer(operator.publish(signed=False, sequence=91, version="0.9.1"))
    person.see("/account")
    person.button("Look for a newer model").click()
    person.says("changed after it was signed")
    assert looks.judged(person.page, "en", "update-refused") == []
    person.reload()
    person.says("Model 0.9.0")
    person.offline()
    assert len(person.grade(photos["other.png"])) == 4


def test_a_model_that_is_withdrawn_grades_no_more_even_when_its_successor_cannot_be_had(opened, photos, operator):
    person = opened()
    person.grade(photos["skin.png"])
    operator.offer(taken := operator.publish(sequence=90, version="0.9.0"))
    person.see("/account")
    person.button("Look for a newer model").click()
    person.says("Model 0.9.0 is in use now.")
    operator.offer("0" * 64, revoked=[taken])
    person.button("Look for a newer model").click()
    person.says(f"Model {MODEL['version']}")
    person.grade(photos["other.png"])
    person.see("/account")
    person.says(f"Model {MODEL['version']}")


def test_maps_of_another_model_than_the_one_that_graded_say_so(opened, photos, operator):
    person = opened()
    person.sign_in()
    person.grade(photos["skin.png"])
    operator.offer(operator.publish(sequence=92, version="0.9.2", files=with_another_web_file()))
    person.button("Explain in detail").click()
    person.button("Agree and send").click()
    ask_until_told(person, "It explains model 0.9.2")
    assert looks.judged(person.page, "en", "result-detailed-by-another") == []


def ask_until_told(person: Person, text: str) -> None:
    """Wait for the map; the worker may still load the new model, which the page says, offering to ask again."""
    told, again = person.page.get_by_text(text), person.button("Explain in detail")
    for _ in range(TRIES):
        expect(told.or_(again)).to_be_visible()
        if told.is_visible():
            return
        again.click()
    person.says(text)


def with_another_web_file() -> list[dict[str, Any]]:
    """The committed bundle's files but for the web's, so that what graded here belongs to that bundle alone."""
    files = json.loads((REFERENCE / "bundle.json").read_bytes())["files"]
    for file in files:
        if file["role"] == "web":
            file["parts"][0]["sha256"] = "0" * 64
    return files


def without_cheek(key: str) -> dict[str, list[int]]:
    """Parts that a model learned, the cheek missing for one attribute."""
    keys = ("oil", "hydration", "wrinkle", "pigmentation", "sensitivity")
    return {one: [1, 2, 3] if one == key else [0, 1, 2, 3] for one in keys}
