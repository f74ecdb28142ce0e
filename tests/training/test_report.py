"""The report's figures are those of `training.measure`, its sentences follow from them, and it says what is missing."""

import csv
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.training.helpers import noise_photos, put_photo
from tests.training.page import Page
from training import checkpoint
from training.attributes import KEYS
from training.decoding import Decoding
from training.graders import CheckpointGrader
from training.measure import measure
from training.model import SkinNet
from training.phantom.__main__ import main as render
from training.photo_set import render_set
from training.report.__main__ import main
from training.report.claims import explained, limits
from training.report.curves import stages
from training.report.findings import Findings
from training.report.run import Point, read_run
from training.synthetic_folder import MARK, source_of

COUNT, SEED, SIZE = 24, 5, 64
SECTIONS = (
    "What this model can and cannot do", "1. Headline figures", "2. Learning curves", "3. Each attribute",
    "4. Skin tones", "5. Explanations", "6. Heatmap gallery", "7. Worst mistakes",
)  # fmt: skip
MITCHELL = [
    "Model Details", "Intended Use", "Factors", "Metrics", "Evaluation Data", "Training Data",
    "Quantitative Analyses", "Ethical Considerations", "Caveats and Recommendations",
]  # fmt: skip
LOG = [("100", "crop32", 2.5, 0.1), ("200", "crop32", 2.0, 0.3), ("300", "64", 1.5, 0.4)]


def save_run(folder, source="synthetic skin, 9 photos, renderer 012345678901", size=SIZE, **training):
    torch.manual_seed(0)
    about = {"data": source, "seed": 1, "stages": "crop32:200,64:100", "started_from": "none"} | training
    parts = {key: [0, 1, 2, 3] for key in KEYS} | {"hydration": [3]}
    checkpoint.save(folder, SkinNet(), size, Decoding(), training=about, graded_parts=parts)
    with (folder / "log.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [("step", "images", "stage", "loss", "score"), *((n, *row) for n, row in enumerate(LOG))]
        )
    (folder / "config.yaml").write_text("learning_rate: 0.002\nselect: p_recall\n")
    return folder


def report(*command):
    return main([*map(str, command), "--seed", str(SEED)])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return save_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def written(run):
    """The page and the card on rendered photos."""
    assert report(run, "--synthetic", COUNT, "--probed", 2, "--json", run / "figures.json") == 0
    return (run / "report" / "report.html").read_text("utf-8"), (run / "report" / "model_card.md").read_text("utf-8")


@pytest.fixture(scope="module")
def figures(run, written):
    return json.loads((run / "figures.json").read_text())


@pytest.fixture(scope="module")
def skin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("skin")
    render(["--out", str(folder), "--count", "12", "--seed", "3", "--side", "96", "--seed-layout"])
    return folder


def test_the_figures_are_those_of_measure_on_the_same_photos(run, figures):
    grader, photos = CheckpointGrader.open(run), render_set(COUNT, SIZE, SEED)
    wanted = measure(grader, grader.grade(photos.images), photos, SEED)
    assert {name: figures[name] for name in wanted} == json.loads(json.dumps(wanted))


def test_the_page_and_the_card_show_those_figures(written, figures):
    page, card = Page(written[0]).text, written[1]
    shown = [figures["mean_p_recall_present"], *figures["ci95"], *figures["ci95_all"], figures["tones"]["largest_gap"]]
    shown += [
        figures["tones"]["largest_gap_by_chance"],
        *(row["mean_p_recall_present"] for row in figures["tones"]["classes"]),
    ]
    for one in figures["attributes"].values():
        shown += [one["p_recall"], one["p_recall_present"], *one["ci95"], *one["ci95_all"], one["mae"], one["qwk"]]
    assert [value for value in shown if f"{value:.3f}" not in page or f"{value:.3f}" not in card] == []


def test_the_confusion_tables_hold_the_counts(written, figures):
    rows = re.findall(r'<tr><th scope="row">\d</th>((?:<td class="cell.*?</td>)+)', written[0])
    counts = [[int(n) for n in re.findall(r">(\d+)</td>", row)] for row in rows]
    assert counts == [row for key in KEYS for row in figures["attributes"][key]["confusion"]]


def test_every_section_is_there_in_order(written):
    text = Page(written[0]).text
    places = [text.find(title) for title in SECTIONS]
    assert -1 not in places and places == sorted(places)


def test_the_page_loads_nothing_and_runs_nothing(written):
    page = Page(written[0])
    assert {"script", "link", "iframe", "object"}.isdisjoint(page.tags) and not re.search(
        r"http|url\(|@import", written[0]
    )
    assert all(source.startswith(("data:image/", "#")) for source in page.sources)
    assert sum(source.startswith("data:image/jpeg") for source in page.sources) > 3 * len(KEYS)


def test_the_card_has_the_headings_of_mitchell_in_order(written):
    assert re.findall(r"^## (.+)$", written[1], re.MULTILINE) == MITCHELL


def test_page_and_card_say_not_validated_on_people_while_training_was_synthetic(written):
    assert "not validated on people" in Page(written[0]).text and "not validated on people" in written[1]


def test_random_weights_are_said_to_grade_nothing(written):
    text = Page(written[0]).text
    assert "any better than by always giving the same grade" in text and "It can grade" not in text


def test_parts_without_labels_are_named(written):
    assert "grade hydration on cheek or forehead or centre: it saw no labels there" in Page(written[0]).text


def test_the_explanations_say_which_bars_hold(written, figures):
    assert explained(figures["faithfulness"]["checks"]) in Page(written[0]).text
    assert explained({"energy_wrinkle": True, "randomisation": False}) == (
        "Bars that hold: energy in mask of wrinkles. Bars missed: randomised head (rank correlation under 0.2)."
    )


def test_learning_curves_mark_the_stages(written):
    assert "crop32 to 200 images, 64 to 300 images." in Page(written[0]).text
    assert "loss over images seen, from 2.500 to 1.500" in written[0]
    bands = stages([Point(int(images), stage, loss, score) for images, stage, loss, score in LOG])
    assert [(band.name, band.start, band.end) for band in bands] == [("crop32", 0, 200), ("64", 200, 300)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no log.csv in"),
        ("step,images,stage,loss,score,seconds\n", "holds no validation yet"),
        ("step,images,stage,loss\n1,32,64,2.5\n", "is damaged, or another version wrote it"),
        ("step,images,stage,loss,score\n1,32,64,2.5\n", "is damaged, or another version wrote it"),
    ],
    ids=["missing", "empty", "older", "cut off"],
)
def test_a_log_that_cannot_be_drawn_is_said_and_not_fatal(run, skin, tmp_path, content, said):
    folder = shutil.copytree(run, tmp_path / "run")
    (folder / "log.csv").unlink()
    if content is not None:
        (folder / "log.csv").write_text(content)
    (folder / "config.yaml").unlink()
    assert report(folder, "--data", skin, "--out", tmp_path / "out") == 0
    assert said in Page((tmp_path / "out" / "report.html").read_text("utf-8")).text
    assert "no readable `config.yaml`" in (tmp_path / "out" / "model_card.md").read_text("utf-8")


def test_own_photos_are_measured_and_what_is_not_known_is_said(run, skin, tmp_path, capsys):
    assert report(run, "--data", skin, "--out", tmp_path / "out", "--json", "-") == 0
    figures = json.loads(capsys.readouterr().out)
    html = (tmp_path / "out" / "report.html").read_text("utf-8")
    text = Page(html).text
    assert figures["photos"] == 12 and figures["faithfulness"] is None and figures["tones"] is None
    assert f"{figures['mean_p_recall_present']:.3f}" in text and all(title in text for title in SECTIONS)
    assert text.count("Not known for these photos") == 3 and "treat this page as you treat them" in text
    assert "By skin tone: not evaluated" in (tmp_path / "out" / "model_card.md").read_text("utf-8")


def test_an_attribute_without_labels_has_no_figures(run, skin, tmp_path, capsys):
    folder = shutil.copytree(skin, tmp_path / "photos")
    for path in folder.glob("*.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"oil": -1}))
    assert report(run, "--data", folder, "--out", tmp_path / "out") == 0
    text = Page((tmp_path / "out" / "report.html").read_text("utf-8")).text
    assert "No photo is labelled for this attribute." in text
    assert "be judged on oil here: no photo is labelled for that" in text


@pytest.fixture
def photographed(skin, tmp_path):
    """A folder as people's photos come: nothing marks it as rendered."""
    folder = shutil.copytree(skin, tmp_path / "photographed")
    (folder / MARK).unlink()
    return folder


def test_a_model_that_learned_from_and_is_judged_on_photos_is_not_called_synthetic(photographed, tmp_path):
    run = save_run(tmp_path / "run", source="my_photos", started_from={"data": "synthetic skin, 9 photos"})
    assert report(run, "--data", photographed) == 0
    card = (run / "report" / "model_card.md").read_text("utf-8")
    assert "not validated on people" not in card.lower()
    assert "- my_photos." in card and "a checkpoint that learned from synthetic skin, 9 photos" in card


@pytest.mark.parametrize("judged_on", ["rendered now", "rendered folder", "table in a rendered folder"])
def test_a_model_that_is_judged_on_synthetic_skin_is_not_validated_on_people(skin, tmp_path, judged_on):
    run, folder = save_run(tmp_path / "run", source="my_photos"), shutil.copytree(skin, tmp_path / "skin")
    (folder / "labels.csv").write_text("path,oil\n00000NBC.jpg,2\n00001NBC.jpg,3\n")
    photos = {"rendered now": ["--synthetic", 4, "--probed", 1], "rendered folder": ["--data", skin]}
    assert report(run, *photos.get(judged_on, ["--data", folder / "labels.csv"])) == 0
    for name in ("report.html", "model_card.md"):
        text = (run / "report" / name).read_text("utf-8")
        assert "not validated on people: it is judged here on synthetic skin" in text
    assert "- my_photos.\n- Not validated on people" in text and "Whether the photos it learned from" in text


def test_a_model_that_learned_from_a_rendered_folder_is_not_validated_on_people(skin, photographed, tmp_path):
    run = save_run(tmp_path / "run", source=source_of(skin), seed=SEED)
    assert report(run, "--data", photographed) == 0
    card = (run / "report" / "model_card.md").read_text("utf-8")
    assert "not validated on people: it learned from synthetic skin" in card and f"synthetic skin in {skin}" in card
    assert not read_run(run).drew(SEED)


def test_photos_drawn_from_the_seed_of_training_are_told(run):
    photos = replace(noise_photos(1), cells=np.zeros((1, 28, 28, 5), np.float16))
    found = Findings(photos, "", 1, None, {}, None, {})
    told = "seed 1 also drew what it learned from"
    assert any(told in claim.text for claim in limits(read_run(run), found))
    assert not any(told in claim.text for claim in limits(read_run(run), replace(found, seed=2)))


def test_parts_that_were_not_told_are_said(run, tmp_path):
    loaded = checkpoint.load(run)
    untold = {key: value for key, value in loaded.info.items() if key == "training"} | {"parts_not_told": ["oil"]}
    checkpoint.save(tmp_path, loaded.net, loaded.size, loaded.decoding, **untold)
    found = Findings(noise_photos(1), "", 2, None, {}, None, {})
    told = "on which parts of the face it can grade oil: the photos that it learned from do not say their part"
    assert any(told in claim.text for claim in limits(read_run(tmp_path), found))
    assert not any("do not say their part" in claim.text for claim in limits(read_run(run), found))


def test_maps_of_a_single_place_leave_out_what_needs_maps(tmp_path):
    run = save_run(tmp_path / "run", size=32)
    assert report(run, "--synthetic", 4) == 0
    text = Page((run / "report" / "report.html").read_text("utf-8")).text
    assert text.count("have a single place and show nothing") == 2


def test_one_photo_is_enough(run, tmp_path):
    assert report(run, "--synthetic", 1, "--probed", 1, "--out", tmp_path) == 0
    assert "Fewer than two classes of skin tone" in Page((tmp_path / "report.html").read_text("utf-8")).text


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["{empty}"], "is no checkpoint: it has no checkpoint.json"),
        (["{run}", "--data", "{empty}"], "has no labelled photo"),
        (["{run}", "--data", "{empty}/none"], "there is no folder"),
        (["{run}", "--synthetic", "0"], "need at least one photo"),
        (["{run}", "--out", "{run}/log.csv"], "log.csv"),
        (["{run}", "--json", "{empty}"], "cannot be written"),
    ],
    ids=["no checkpoint", "no photos", "no folder", "no count", "out is a file", "json is a folder"],
)
def test_bad_input_ends_with_one_sentence(run, tmp_path, capsys, command, said):
    assert report(*(word.format(run=run, empty=tmp_path) for word in command)) == 2
    out, err = capsys.readouterr()
    *before, sentence = err.splitlines()
    assert out == "" and sentence.startswith("training.report: ") and said in sentence
    assert not any("Traceback" in line for line in before)


def test_a_list_of_photos_is_rendered_skin_where_the_photos_that_it_names_are(tmp_path):
    for folder in ("people", "skin", "lists"):
        (tmp_path / folder).mkdir()
    (tmp_path / "skin" / MARK).touch()
    for folder in ("people", "skin"):
        put_photo(tmp_path / folder, "a.jpg")
        (tmp_path / "lists" / f"{folder}.csv").write_text(f"path,oil\n../{folder}/a.jpg,2\n")
        (tmp_path / f"{folder}.csv").write_text(f"path,oil\n{folder}/a.jpg,2\n")
    assert source_of(tmp_path / "people.csv") == str(tmp_path / "people.csv")
    assert source_of(tmp_path / "lists" / "people.csv") == str(tmp_path / "lists" / "people.csv")
    for rendered in (tmp_path / "skin.csv", tmp_path / "lists" / "skin.csv"):
        assert source_of(rendered) == f"synthetic skin in {rendered}"
