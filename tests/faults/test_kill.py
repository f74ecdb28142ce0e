"""Kills, few: around the commit of a push and of a deletion. `python -m tests.faults.kill` is the long run."""

from tests.faults import dying, kill, syncs_disk
from tests.faults.dying_device import device
from tests.surroundings import missing


def test_a_push_or_a_deletion_killed_around_its_commit_is_made_exactly_once(tmp_path):
    rounds = [(doing, at) for doing in ("push", "erase") for at in ("before_commit", "after_commit")]
    with device(tmp_path, f"sqlite:///{tmp_path}/kill.db") as one:
        assert {played: one.play(*played) for played in rounds} == {played: [] for played in rounds}


def test_a_push_and_a_deletion_outlive_a_crash_of_postgresql(tmp_path, cluster):
    with device(tmp_path, cluster.database(), cluster) as one:
        assert one.play("push", victim="backend") == []
        assert one.play("erase", victim="web") == []


def test_a_commit_that_was_acknowledged_and_not_made_is_noticed(tmp_path):
    with device(tmp_path, f"sqlite:///{tmp_path}/kill.db") as one:
        assert "acknowledged and lost" in one.play("push", dying.FORGET)
        assert "acknowledged and not erased" in one.play("erase", dying.FORGET)


def test_a_push_is_on_disk_before_its_200():
    if reason := syncs_disk.missing():
        missing(reason)
    figures = kill.written_through()
    assert figures["pushes_without_fdatasync"] == 0
    assert figures["control_without_fdatasync"] == figures["pushes"]


def test_an_answer_before_the_disk_counts_as_unsynced():
    asked, disk, said = 'recvfrom(9, "POST /v1/sync', "fdatasync(7) = 0", 'sendto(9, "HTTP/1.1 200 OK'
    assert syncs_disk.synced([asked, disk, said, asked, said, disk]) == 1
