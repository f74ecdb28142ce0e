"""Photos that come slowly: there is time for phones on bad networks, and no person's take many threads."""

from contextlib import ExitStack

import pytest

from api import PHOTO_BYTES, arrival, limits, uploads, waiting
from api.problems import Problem
from tests.api.heatmaps import ask
from tests.api.helpers import PNG

SLOWEST = 64_000  # bytes a second of a phone on a bad network


def test_the_largest_photos_that_one_person_may_send_at_once_arrive_over_a_bad_network():
    assert arrival.Worker.pace * arrival.Worker.longest >= PHOTO_BYTES
    assert arrival.Worker.pace * uploads.MOST <= SLOWEST


def test_a_third_photo_at_once_is_told_to_wait_and_another_persons_is_not(owner, other, alive):
    account = owner.ask("GET", "/v1/account").json["account_id"]
    with uploads.arriving(account), uploads.arriving(account):
        refused = ask(owner)
        assert refused.status_code == 429 and "send this one once one has arrived" in refused.json["detail"]
        assert ask(other).status_code == 202
    assert ask(owner).status_code == 202


@pytest.mark.parametrize(("data", "status"), [(PNG, 202), (b"no photo", 415)])
def test_a_photo_that_arrived_makes_room_for_the_next_whatever_it_was(owner, alive, data, status):
    answers = [ask(owner, data).status_code for _ in range(uploads.MOST + 1)]
    assert answers == [status] * len(answers) and not uploads._under_way


def test_a_place_is_given_back_where_a_photo_breaks_off():
    for _ in range(uploads.MOST + 1):
        with pytest.raises(OSError, match="cut"), uploads.arriving("me"):
            raise OSError("cut")
    with uploads.arriving("me"), uploads.arriving("me"), pytest.raises(Problem), uploads.arriving("me"):
        pytest.fail("three at once")


def test_slow_photos_of_many_people_waiters_and_guessers_together_leave_threads_free(other, alive):
    with ExitStack() as under_way:
        for number in range(uploads.ALTOGETHER):
            under_way.enter_context(uploads.arriving(f"person {number}"))
        refused = ask(other)
        assert refused.status_code == 503 and "in a moment" in refused.json["detail"] and refused.headers["Retry-After"]
    assert ask(other).status_code == 202
    assert arrival.threads > uploads.ALTOGETHER + waiting.PLACES + limits.PARKED
