"""The page shows every case, loads nothing, and shows names as text."""

import base64
import io
import re
import shutil

from PIL import Image

from tests.training.inspect.helpers import SIZE, relabel
from tests.training.page import Page
from training.inspect.__main__ import main


def page(tmp_path, *command):
    target = tmp_path / "page.html"
    main([*map(str, command), "--size", str(SIZE), "--html", str(target)])
    return target.read_text("utf-8")


def test_the_page_shows_every_case_and_loads_nothing(photos, held_out, tmp_path):
    shutil.copy(photos / "00005.jpg", held_out / "same.jpg")
    (held_out / "same.json").write_text('{"oil": 1}')
    (photos / "00000.jpg").write_bytes(b"broken")
    relabel(photos / "00002.json", oil=7)
    text = page(tmp_path, photos, "--validation", held_out)
    seen = Page(text)
    assert seen.tags.count("svg") == 5 and seen.tags.count("rect") == 50
    assert seen.tags.count("figure") == 4 and seen.tags.count("img") == 3
    assert "oil is 7; write a whole number" in text and "no picture" in text
    assert "script" not in seen.tags and all(source.startswith(("#", "data:image/jpeg")) for source in seen.sources)
    assert {source[1:] for source in seen.sources if source[0] == "#"} <= set(re.findall(r'id="([^"]+)"', text))
    picture = next(source for source in seen.sources if source.startswith("data:"))
    assert max(Image.open(io.BytesIO(base64.b64decode(picture.split(",")[1]))).size) <= 132


def test_the_page_of_a_clean_folder_says_so(photos, tmp_path):
    text = page(tmp_path, photos)
    assert "Nothing: every label can be used" in text and Page(text).tags.count("rect") == 25
    assert "No photo says whose skin it is" in text


def test_the_page_shows_names_and_labels_as_text_never_as_markup(photos, tmp_path):
    (photos / "00000.jpg").rename(photos / "<b>&.jpg")
    text = page(tmp_path, photos)
    assert "&lt;b&gt;&amp;.jpg" in text and "<b>&.jpg" not in text


def test_many_cases_are_shown_in_part_and_counted_in_full(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for i in range(30):
        (folder / f"{i}.json").write_text('{"oil": 1}')
    text = page(tmp_path, folder)
    assert Page(text).tags.count("figure") == 24 and "6 more are in the printed list" in text
