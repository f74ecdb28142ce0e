"""The life of a photo and its grades in real browsers: offline, synced, explained, deleted."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from sample_clients.python.photo import decode
from sample_clients.python.resize import model_input
from sample_clients.web.build import DIST
from tests.web import looks


def test_what_is_graded_offline_survives_a_reload_and_reaches_another_device(opened, photos):
    phone = opened()
    phone.sign_in()
    phone.grade(photos["skin.png"])
    phone.synced()
    phone.installed()
    phone.offline()
    phone.grade(photos["other.png"])
    phone.says("1 not synced")
    phone.reload()
    phone.says("1 not synced")
    phone.has_entries(2)
    grades = phone.grade(photos["skin.jpg"])  # the model is here as well
    assert len(grades) == 5
    phone.offline(False)
    phone.synced()
    tablet = opened()
    tablet.email = phone.email
    tablet.sign_in("login")
    tablet.has_entries(3)
    assert tablet.history() == phone.history()


def test_a_photo_is_sent_only_after_consent_and_then_as_the_graded_square(opened, photos):
    phone = opened()
    phone.sign_in()
    sent = []
    phone.page.on("request", lambda r: sent.append(r) if r.method == "POST" and "/v1/heatmaps" in r.url else None)
    phone.grade(photos["skin.png"])
    coarse = phone.page.locator("canvas.heat-layer")
    expect(coarse).to_be_visible()
    assert sent == []
    phone.button("Explain in detail").click()
    phone.says("held encrypted for at most 10 minutes")
    phone.button("Cancel").click()
    refused = len(sent)
    phone.button("Explain in detail").click()
    phone.button("Agree and send").click()
    phone.says("Detailed map from the server")
    expect(phone.page.locator("img.heat-layer")).to_be_visible()
    expect(coarse).to_have_count(0)
    assert all(request.response().status == 403 for request in sent[: refused + 1])
    square = np.asarray(Image.open(io.BytesIO(sent[-1].post_data_buffer)).convert("RGB"))
    assert (square == model_input(decode(photos["skin.png"]), 224)).all()


def test_a_deleted_entry_is_gone_everywhere_and_a_note_shows_everywhere(opened, photos):
    phone = opened()
    phone.sign_in()
    phone.grade(photos["skin.png"])
    phone.grade(photos["other.png"])
    phone.see("/history")
    phone.page.locator(".entry").first.click()
    phone.page.get_by_label("Note").fill("little sleep")
    phone.button("Save note").click()
    phone.synced()
    tablet = opened()
    tablet.email = phone.email
    tablet.sign_in("login")
    tablet.has_entries(2)
    tablet.says("little sleep")
    phone.see("/history")
    phone.page.locator(".entry").last.click()
    phone.button("Delete").click()
    phone.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    phone.has_entries(1)
    phone.synced()
    tablet.reload()
    tablet.has_entries(1)
    tablet.says("little sleep")


def test_the_camera_and_the_keyboard_are_enough(opened):
    person = opened()
    keyboard = person.page.keyboard
    person.page.get_by_role("radio", name="Cheek").focus()
    keyboard.press("ArrowRight")
    expect(person.page.get_by_role("radio", name="Forehead")).to_be_checked()
    keyboard.press("Tab")
    expect(person.button("Use the camera")).to_be_focused()
    keyboard.press("Enter")
    expect(person.page.get_by_role("heading", name="Forehead")).to_be_focused()
    expect(person.button("Take the photo")).to_be_enabled()
    person.button("Take the photo").focus()
    keyboard.press("Enter")
    expect(person.page.get_by_role("heading", name="Your grades")).to_be_focused()
    person.page.get_by_role("radio", name=re.compile("^Oil")).focus()
    keyboard.press("ArrowDown")
    expect(person.page.get_by_role("radio", name=re.compile("^Hydration"))).to_be_checked()


NO_PHOTO = "cannot be read as a photo"


@pytest.mark.parametrize(("file", "says"), [("text.png", NO_PHOTO), ("cut.jpg", NO_PHOTO), ("dark.png", "Too dark")])
def test_a_photo_that_is_no_use_is_told_so_kindly(opened, photos, file, says):
    person = opened()
    person.page.locator("input[type=file]").set_input_files(photos[file])
    person.says(says)


def test_a_browser_that_alters_pictures_is_told_of(opened, photos):
    person = opened()
    person.page.context.route("**/assets/grader-*.js", altering)
    person.page.evaluate("async () => (await navigator.serviceWorker.ready).unregister()")
    person.reload()
    person.says("This browser changes the pixels of pictures")
    assert looks.judged(person.page, "en", "pictures-altered") == []


def altering(route):
    """The worker's script in a browser that adds noise to what is read back."""
    script = DIST / "assets" / route.request.url.rpartition("/")[2]
    noise = """{
      const read = OffscreenCanvasRenderingContext2D.prototype.getImageData;
      OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...place) {
        const image = read.apply(this, place);
        image.data[0] ^= 1;
        return image;
      };
    }
    """
    route.fulfill(body=noise + script.read_text("utf-8"), content_type="text/javascript")
