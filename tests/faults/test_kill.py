"""Kills, few: around the commit of a push. `python -m tests.faults.kill` is the long run."""

from tests.faults import dying, kill, syncs_disk
from tests.surroundings import missing


def test_a_push_killed_around_its_commit_is_there_exactly_once(tmp_path):
    with kill.device(tmp_path) as one:
        assert {at: one.play("push", at) for at in ("before_commit", "after_commit")} == {
            "before_commit": [],
            "after_commit": [],
        }


def test_a_commit_that_was_acknowledged_and_not_made_is_noticed(tmp_path):
    with kill.device(tmp_path) as one:
        assert "acknowledged and lost" in one.play("push", dying.FORGET)


def test_a_push_is_on_disk_before_its_200():
    if reason := syncs_disk.missing():
        missing(reason)
    figures = kill.written_through()
    assert figures["pushes_without_fdatasync"] == 0
    assert figures["control_without_fdatasync"] == figures["pushes"]


def test_an_answer_before_the_disk_counts_as_unsynced():
    asked, disk, said = 'recvfrom(9, "POST /v1/sync', "fdatasync(7) = 0", 'sendto(9, "HTTP/1.1 200 OK'
    assert syncs_disk.synced([asked, disk, said, asked, said, disk]) == 1
