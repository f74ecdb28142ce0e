"""Troubles, the quick ones. `python -m tests.faults.trouble` is the long run, on both databases."""

import pytest

from api import PHOTO_BYTES, uploads
from api.arrival import threads
from tests.api.helpers import PNG
from tests.faults import cut, scenes, trouble
from tests.faults.place import Place
from tests.faults.small_disk import NoMount
from tests.faults.steady import writing
from tests.people import Person
from tests.servers import web_process


def test_a_full_disk_is_503_and_loses_nothing_that_was_acknowledged(tmp_path):
    try:
        figures = scenes.disk_full(Place(tmp_path))
    except NoMount as reason:
        pytest.skip(str(reason))
    assert trouble.holds(figures) and figures["statuses"][503] > 0, figures


def test_bodies_that_end_too_soon_are_400_and_leave_nothing(tmp_path):
    figures = scenes.truncated(Place(tmp_path))
    assert trouble.holds(figures), figures


def test_connections_that_stop_in_the_middle_do_not_keep_the_others_out(tmp_path):
    figures = scenes.slow(Place(tmp_path), "tests.faults.dying:create_hasty_app()", patience=1.0)
    assert trouble.holds(figures), figures


@pytest.mark.parametrize(("size", "missing", "seconds", "status"), [(320_000, 0, 3, 503), (1_000, 1, 0, 400)])
def test_a_large_photo_may_come_slowly_and_one_that_is_not_whole_is_told_so(tmp_path, size, missing, seconds, status):
    hasty, photo = "tests.faults.dying:create_hasty_app()", PNG + bytes(size)
    with web_process(tmp_path, f"sqlite:///{tmp_path}/scene.db", hasty) as server, Person(server.port) as me:
        me.ask("PATCH", "/v1/account", {"consents": {"heatmap": 1}})
        before = cut.head(me, "/v1/heatmaps", "image/png", len(photo) + missing)
        assert cut.trickled(me, before + photo, seconds) == status  # 503: a whole photo, and no worker


def test_one_persons_slow_photos_leave_threads_to_all_others(tmp_path):
    refused = threads + 1 - uploads.MOST
    with web_process(tmp_path, f"sqlite:///{tmp_path}/scene.db") as server, Person(server.port) as me:
        me.ask("PATCH", "/v1/account", {"consents": {"heatmap": 1}})
        with cut.dripping(me, PNG, PHOTO_BYTES, count=threads + 1) as lines:
            assert cut.first_answers(lines, refused) == [429] * refused
            with Person(server.port) as other:
                assert other.ask("GET", "/v1/sync")[0] == 200


def test_a_length_beyond_all_measure_is_413_like_any_that_is_too_large(tmp_path):
    with web_process(tmp_path, f"sqlite:///{tmp_path}/scene.db") as server, Person(server.port) as me:
        me.ask("PATCH", "/v1/account", {"consents": {"heatmap": 1}})
        assert cut.trickled(me, cut.head(me, "/v1/heatmaps", "image/png", 10**400), seconds=0) == 413


def test_a_clock_that_goes_back_misses_no_record_and_ends_no_login(tmp_path):
    figures = scenes.clock_back(Place(tmp_path))
    assert trouble.holds(figures), figures


def test_an_acknowledged_record_that_is_gone_and_an_answer_that_was_not_promised_are_noticed(tmp_path):
    with web_process(tmp_path, f"sqlite:///{tmp_path}/scene.db") as server:
        with writing(server.port) as steady:
            assert steady.goes_on(1)
        steady.acknowledged.add("gone")
        steady.statuses[500] += 1
        figures = steady.judge({200, 503})
    assert (figures["acknowledged_absent"], figures["unpromised"], figures["checksum_wrong"]) == (1, 1, 0)
