"""The trend: buckets by the date on the wall, whole numbers, and what deserves doubt is flagged."""

import json

import pytest

from api import clock
from tests.api.helpers import score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def oil(n: int, moment: str, milli: int = 2000, **changes):
    answer = {"grade": 2, "balanced": 2, "expected_milli": milli, "probabilities_e4": [0, 0, 10000, 0, 0]}
    return score(n, captured_at=moment, attributes={"oil": answer}, **changes)


def trend(person, *records, **query):
    if records:
        assert person.ask("POST", "/v1/sync", json={"records": list(records)}).status_code == 200
    answer = person.ask("GET", "/v1/scores/trend", query_string={"attribute": "oil"} | query)
    assert answer.status_code == 200, answer.text
    return answer.json


def names(answer):
    return [one["bucket"] for one in answer["buckets"]]


def test_a_score_belongs_to_the_day_on_the_wall_where_it_was_taken(owner):
    late, early = "2026-05-04T23:30:00-11:00", "2026-05-06T00:30:00+14:00"  # the second was taken first
    assert names(trend(owner, oil(1, late), oil(2, early))) == ["2026-05-04", "2026-05-06"]


@pytest.mark.parametrize(
    ("day", "week"), [("2026-05-04", "2026-W19"), ("2027-01-01", "2026-W53"), ("2024-12-30", "2025-W01")]
)
def test_weeks_are_iso_weeks(owner, day, week):
    assert names(trend(owner, oil(1, f"{day}T08:00:00Z"), bucket="week")) == [week]


def test_a_bucket_holds_least_mean_and_most_as_whole_numbers(owner):
    days = ("2026-05-01", "2026-05-09", "2026-05-31")
    made = [
        oil(n, f"{day}T08:00:00Z", milli) for n, (day, milli) in enumerate(zip(days, (1000, 1001, 3000), strict=True))
    ]
    (month,) = trend(owner, *made, bucket="month")["buckets"]
    assert month["count"] == 3 and month["expected_milli"] == {"min": 1000, "mean": 1667, "max": 3000}


def test_a_half_is_rounded_up(owner):
    (day,) = trend(owner, oil(1, "2026-05-01T08:00:00Z", 1000), oil(2, "2026-05-01T09:00:00Z", 1001))["buckets"]
    assert day["expected_milli"]["mean"] == 1001


def test_part_attribute_and_range_choose(owner):
    made = [oil(n, f"2026-05-0{n}T08:00:00Z", part=n % 2) for n in range(1, 6)]
    assert names(trend(owner, *made, part=1)) == ["2026-05-01", "2026-05-03", "2026-05-05"]
    assert names(trend(owner, since="2026-05-02", until="2026-05-03")) == ["2026-05-02", "2026-05-03"]
    assert trend(owner, attribute="wrinkle")["buckets"] == []


def test_deleted_scores_and_other_people_are_not_in_it(owner, other):
    record = oil(1, "2026-05-01T08:00:00Z")
    trend(owner, record)
    assert trend(other)["buckets"] == []
    owner.ask("POST", "/v1/sync", json={"deletes": [record["id"]]})
    assert trend(owner)["buckets"] == []


def test_a_change_of_model_is_shown_where_it_happened(owner):
    old, new = ({"name": "m", "version": f"{n}.0.0", "sequence": n} for n in (1, 2))
    made = [oil(n, f"2026-05-0{n}T08:00:00Z", model=new if n > 2 else old) for n in range(1, 5)]
    assert trend(owner, *made, bucket="week")["model_changes"] == [
        {"captured_at": "2026-05-03T08:00:00Z", "bucket": "2026-W18", "from": old, "to": new}
    ]
    assert trend(owner, since="2026-05-03")["model_changes"] == []


def test_a_clock_that_cannot_be_right_is_flagged_and_changes_no_model(owner, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: 1_777_800_000)  # 2026-05-03T09:20:00Z
    odd = {"name": "odd", "version": "9", "sequence": 9}
    moments = ["1969-12-31T23:59:59Z", "2026-05-04T09:20:00Z", "2026-05-04T09:20:01Z"]
    made = [oil(n, moment, model=odd if n != 1 else score(1)["model"]) for n, moment in enumerate(moments)]
    answer = trend(owner, *made)
    assert [one["suspect_clock"] for one in answer["buckets"]] == [1, 1]
    assert [one["count"] for one in answer["buckets"]] == [1, 2]
    assert answer["model_changes"] == []


def test_a_part_that_the_model_never_learned_is_flagged(owner, model_dir):
    described = json.loads((model_dir / "bundle.json").read_text())
    (model_dir / "bundle.json").write_text(json.dumps(described | {"graded_parts": {"oil": [1]}}))
    known = {"name": "tiny", "version": "0.0.1", "sequence": 1}
    made = [oil(n, f"2026-05-0{n + 1}T08:00:00Z", part=n, model=known) for n in (0, 1)]
    answer = trend(owner, *made, oil(5, "2026-05-09T08:00:00Z"))  # the last one's model is unknown here
    assert [one["not_learned"] for one in answer["buckets"]] == [1, 0, 0]


def test_notes_do_not_disturb_it(owner):
    note = {"id": score(9)["id"], "kind": "note", "score_id": score(1)["id"], "text": "oil"}
    assert names(trend(owner, oil(1, "2026-05-01T08:00:00Z"), note)) == ["2026-05-01"]


@pytest.mark.parametrize("query", [{}, {"attribute": "Oil"}, {"attribute": "oil", "bucket": "year"},
                                   {"attribute": "oil", "part": 4}, {"attribute": "oil", "since": "May"}])  # fmt: skip
def test_a_question_that_makes_no_sense_is_invalid(owner, query):
    assert owner.ask("GET", "/v1/scores/trend", query_string=query).status_code == 422


def test_the_trend_is_private(owner, guest):
    assert guest.ask("GET", "/v1/scores/trend?attribute=oil").status_code == 401
    answer = owner.ask("GET", "/v1/scores/trend?attribute=oil")
    assert answer.headers["Cache-Control"] == "private, no-store"
