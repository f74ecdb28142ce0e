"""AI-Hub 71645: a small tree in its layout is read as crops of the graded parts, and its quirks are told."""

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from training.aihub_grades import NOT_MAPPED, RULES, parse_box
from training.attributes import KEYS
from training.datasets import DataError, main, photo_set, read
from training.labels import NOT_LABELLED

DEVICE = "1. 디지털카메라"
BOXES = {  # left, top, right, bottom of each face part in a photo of 400 x 600 px
    1: [100, 40, 300, 120],
    2: [170, 130, 230, 190],
    3: [60, 200, 140, 260],
    4: [260, 200, 340, 260],
    5: [60, 300, 160, 400],
    6: [240, 300, 340, 400],
    7: [150, 430, 250, 480],
    8: [150, 500, 250, 560],
}
GRADES = {
    0: {"acne": None},
    1: {"forehead_pigmentation": 5, "forehead_wrinkle": 6},
    2: {"glabellus_wrinkle": 3},
    3: {"l_perocular_wrinkle": 0},
    4: {"r_perocular_wrinkle": 5},
    5: {"l_cheek_pore": 4, "l_cheek_pigmentation": 3},
    6: {"r_cheek_pore": 2, "r_cheek_pigmentation": 0},
    7: {"lip_dryness": 1},
    8: {"chin_sagging": 6},
}


def colour(facepart):
    return (25 * facepart, 255 - 25 * facepart, 40)


def face(path):
    image = Image.new("RGB", (400, 600), (128, 128, 128))
    for facepart, box in BOXES.items():
        ImageDraw.Draw(image).rectangle(box, fill=colour(facepart))
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=95, subsampling=0)


def label(root, stem, facepart, split="Training", annotations=None, **images):
    folder = root / split / "02.라벨링데이터" / f"{split[0]}L" / DEVICE / stem[:4]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}_{facepart:02}.json"
    row = {
        "info": {"filename": f"{stem}.jpg", "id": stem[:4], "gender": "F", "age": 31, "sensitive": 1},
        "images": {"width": 400, "height": 600, "facepart": facepart, "bbox": BOXES.get(facepart)} | images,
        "annotations": GRADES[facepart] if annotations is None else annotations,
        "equipment": {"forehead_moisture": "Er"} if facepart == 1 else None,
    }
    path.write_text(json.dumps(row), "utf-8-sig")
    return path


def photo(root, stem, split="Training"):
    path = root / split / "01.원천데이터" / f"{split[0]}S" / DEVICE / stem[:4] / f"{stem}.jpg"
    face(path)
    return path


@pytest.fixture()
def tree(tmp_path):
    for stem, split in (("0002_01_F", "Training"), ("0002_03_L", "Training"), ("0007_01_F", "Validation")):
        photo(tmp_path, stem, split)
        for facepart in range(9):
            label(tmp_path, stem, facepart, split)
    about = tmp_path / "Other/Other/메타데이터"
    about.mkdir(parents=True)
    (about / "meta_data.csv").write_text("id,age\n0002,31\n")
    return tmp_path


@pytest.fixture()
def one(tmp_path):
    """A tree of one photo without labels."""
    photo(tmp_path, "0002_01_F")
    return tmp_path


def graded(found):
    return [({k: g for k, g in zip(KEYS, one.grades, strict=True) if g >= 0}, one.part) for one in found.photos]


def test_each_face_part_becomes_a_crop_with_our_grades_and_part(tree):
    assert graded(read(tree))[:7] == [
        ({"wrinkle": 4, "pigmentation": 4}, 1),
        ({"wrinkle": 2}, 2),
        ({"wrinkle": 0}, 2),
        ({"wrinkle": 3}, 2),
        ({"pigmentation": 2}, 0),
        ({"pigmentation": 0}, 0),
        ({"hydration": 3}, 3),
    ]


def test_nothing_of_a_whole_tree_is_a_problem_and_what_is_left_out_is_counted(tree):
    found = read(tree)
    assert found.problems == [] and len(found.photos) == 21
    assert any(note.startswith("6 labels grade none of our attributes") for note in found.notes)


def test_grades_are_rounded_to_our_scale_and_dryness_is_turned_round():
    for rule in RULES:
        top = len(rule.grades) - 1
        linear = [round(theirs * 4 / top) for theirs in range(top + 1)]
        assert list(rule.grades) == (linear[::-1] if rule.key == "hydration" else linear)


def test_every_attribute_is_mapped_or_said_not_to_be():
    assert {rule.key for rule in RULES} | set(NOT_MAPPED) == set(KEYS)


def test_subjects_are_people(tree):
    people = photo_set(tree, 32).people
    assert len(people) == 21 and people[:14].tolist() == [0] * 14 and people[14:].tolist() == [1] * 7


def test_the_pixels_are_those_of_the_graded_part(tree):
    photos = photo_set(tree, 32)
    for row, facepart in enumerate(range(1, 8)):
        middle = photos.images[row, 16, 16].astype(int)
        assert np.abs(middle - colour(facepart)).max() < 12


def test_a_wide_part_is_not_cut_at_its_ends(tree):
    forehead = photo_set(tree, 32).images[0].astype(int)
    inside = np.abs(forehead - colour(1)).max(-1) < 12
    assert inside.any(0).all() and not inside.any(1).all()


def test_a_failed_reading_is_not_labelled_and_counted(one):
    label(one, "0002_01_F", 1, annotations={"forehead_wrinkle": "Er", "forehead_pigmentation": 2})
    found = read(one)
    assert graded(found) == [({"pigmentation": 2}, 1)]
    assert "1 readings failed (`Er`) and count as not labelled" in found.notes


def test_a_part_without_a_box_is_not_used_and_counted(one):
    label(one, "0002_01_F", 1, bbox=None)
    label(one, "0002_01_F", 7)
    found = read(one)
    assert graded(found) == [({"hydration": 3}, 3)] and found.problems == []
    assert any(note.startswith("1 labels have no bbox") for note in found.notes)


@pytest.mark.parametrize(
    ("annotations", "images", "reason"),
    [
        ({"forehead_wrinkle": 7}, {}, "forehead_wrinkle is 7; write a whole number of 0..6"),
        ({"forehead_pigmentation": 6}, {}, "forehead_pigmentation is 6; write a whole number of 0..5"),
        ({"forehead_wrinkle": "x"}, {}, "forehead_wrinkle is 'x'"),
        ({"a_wrinkle": 0, "b_wrinkle": 6}, {}, "two grades for wrinkle"),
        ([], {}, "`annotations` is [], not an object"),
        (None, {"bbox": [300, 40, 100, 120]}, "bbox is [300, 40, 100, 120]; write [x1, y1, x2, y2]"),
        (None, {"bbox": [1, 2, 3]}, "bbox is [1, 2, 3]"),
        (None, {"bbox": [1, 2, float("nan"), 4]}, "bbox is [1, 2, nan, 4]"),
        (None, {"bbox": "wide"}, "bbox is 'wide'"),
    ],
)
def test_a_label_that_cannot_be_used_is_listed_with_its_file_and_the_rest_is_used(one, annotations, images, reason):
    path = label(one, "0002_01_F", 1, annotations=annotations, **images)
    label(one, "0002_01_F", 7)
    found = read(one)
    assert len(found.photos) == 1
    assert [(problem.path, reason in problem.reason) for problem in found.problems] == [(path, True)]


def test_a_corrupt_label_is_listed(one):
    path = label(one, "0002_01_F", 1)
    path.write_bytes(path.read_bytes()[:40])
    (problem,) = read(one).problems
    assert problem.path == path and "copy it again" in problem.reason


def test_a_label_of_nothing_is_counted_though_null(one):
    path = label(one, "0002_01_F", 2)
    path.write_text(json.dumps({"info": {}, "images": None, "annotations": None}))
    label(one, "0002_01_F", 7)
    assert len(read(one).photos) == 1 and read(one).problems == []


def test_labels_without_their_photo_are_one_problem_for_all(tree):
    for facepart in range(9):
        label(tree, "0003_01_F", facepart)
    (problem,) = read(tree).problems
    assert problem.reason == "9 labels without their photo 0003_01_F: unpack 01.원천데이터 too"


def test_a_photo_without_labels_is_listed(tree):
    path = photo(tree, "0003_01_F")
    (problem,) = read(tree).problems
    assert problem.path == path and "0003_01_F_00.json" in problem.reason


def test_a_json_of_another_name_is_listed(tree):
    (tree / "notes.json").write_text("{}")
    (problem,) = read(tree).problems
    assert problem.path.name == "notes.json" and "SUBJECT_DEVICE_ANGLE_FACEPART" in problem.reason


def test_labels_take_the_photo_of_their_own_split(tmp_path):
    photos = [photo(tmp_path, "0002_01_F", split) for split in ("Training", "Validation")]
    for split in ("Training", "Validation"):
        label(tmp_path, "0002_01_F", 7, split)
    assert [one.path for one in read(tmp_path).photos] == photos


def test_a_corrupt_photo_and_a_box_outside_are_listed_once_and_the_rest_is_used(tree, capsys):
    broken = tree / "Training/01.원천데이터/TS" / DEVICE / "0002/0002_01_F.jpg"
    broken.write_bytes(broken.read_bytes()[:900])
    label(tree, "0002_03_L", 7, bbox=[500, 10, 600, 90])
    photos = photo_set(tree, 32)
    told = capsys.readouterr().err
    assert len(photos) == 13 and told.count("not used: ") == 2
    assert "0002_01_F.jpg: the photo is damaged" in told
    assert "[500, 10, 600, 90] lies outside the photo of 400 x 600 px" in told


def test_a_box_that_reaches_out_of_the_photo_is_moved_inside(one):
    label(one, "0002_01_F", 7, bbox=[350, 560, 450, 660])
    assert photo_set(one, 100).images.shape == (1, 100, 100, 3)


def test_a_small_part_is_cut_out_at_the_input_side(one):
    label(one, "0002_01_F", 2)
    assert photo_set(one, 200).images.shape == (1, 200, 200, 3)


def test_the_command_prints_the_mapping_and_what_cannot_be_learned(tree, capsys):
    assert main([str(tree), "--size", "32"]) == 0
    told = capsys.readouterr().out
    assert "21 labelled parts of 3 photos, 0 problems" in told
    for line in ("*_wrinkle wrinkle 0 1 1 2 3 3 4", "*lip_dryness hydration 4 3 2 1 0", "07 lips chin"):
        assert line in " ".join(told.split())
    assert "oil cannot be learned: no photo is labelled" in told and "2 people; a split keeps each" in told


def test_labels_beside_photos_of_the_same_name_are_ours_whatever_the_name(tmp_path):
    face(tmp_path / "0002_01_F_01.jpg")
    (tmp_path / "0002_01_F_01.json").write_text('{"oil": 2}')
    assert graded(read(tmp_path)) == [({"oil": 2}, NOT_LABELLED)]


def test_a_box_may_hold_fractions_and_may_be_missing():
    assert parse_box([0.6, 1, 10.2, "9"]) == (1, 1, 10, 9)
    assert parse_box(None) is None and parse_box([]) is None


def test_acne04_is_named_in_one_sentence(tmp_path):
    for i in range(3):
        face(tmp_path / "JPEGImages" / f"levle{i}_{i}.jpg")
    with pytest.raises(DataError, match="ACNE04, whose acne severity is none of our attributes"):
        read(tmp_path)


def test_photos_of_acne04_that_somebody_labelled_are_read(tmp_path):
    face(tmp_path / "levle0_1.jpg")
    face(tmp_path / "levle0_2.jpg")
    (tmp_path / "levle0_1.json").write_text('{"sensitivity": 3}')
    found = read(tmp_path)
    assert len(found.photos) == 1 and len(found.problems) == 1
