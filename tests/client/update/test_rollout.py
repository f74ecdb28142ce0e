"""Rollouts reach a share of the installs, rollbacks and withdrawals all of them."""

import random
from datetime import UTC, datetime

import pytest

from sample_clients.python.channel import Channel, UpdateRefused, takes_part
from sample_clients.python.client import Client
from sample_clients.python.http import ServerError
from tests.client.small_bundle import MODEL
from tests.client.update.helpers import at_two, reopened


def test_a_rollback_is_followed_when_the_channel_says_so_and_needs_no_download(client, publish, bundles):
    publish(2)
    client.update()
    publish(3, number=2)
    client.update()
    publish(2, number=3, rollback=True, revoked=(3,))
    fetched = []
    stream = client.server.stream
    client.server.stream = lambda path, headers: fetched.append(path) or stream(path, headers)
    assert client.update().taken and client.bundle.data["sequence"] == 2
    assert not fetched
    publish(3, number=4)
    with pytest.raises(UpdateRefused, match="withdrawn"):
        client.update()


def test_a_withdrawn_model_is_replaced_whatever_the_rollout(client, publish):
    at_two(client, publish)
    publish(3, number=6, rollout_pct=0)
    assert not client.update().taken
    publish(3, number=7, rollout_pct=0, revoked=(2,))
    assert client.update().taken and client.bundle.data["sequence"] == 3


def test_a_withdrawn_model_is_not_used_even_when_its_successor_cannot_be_fetched(client, publish, served, bundles):
    at_two(client, publish)
    publish(3, number=6, revoked=(2,))
    (served[1] / MODEL).unlink()
    assert client.bundle.data["sequence"] == 2
    with pytest.raises(ServerError):
        client.update()
    assert client.bundle.data["sequence"] == 1
    assert reopened(client).bundle.data["sequence"] == 1


def test_an_install_outside_the_rollout_stays_and_joins_when_it_is_raised(client, publish):
    publish(2, rollout_pct=0)
    outcome = client.update()
    assert not outcome.taken and "0 of 100" in outcome.sentence and client.bundle.data["sequence"] == 1
    publish(2, number=2, rollout_pct=100)
    assert client.update().taken


def test_a_tenth_of_the_installs_is_a_tenth_and_a_larger_share_only_adds():
    def takers(share: int, bundle: str) -> set[str]:
        channel = Channel("stable", 1, datetime.now(UTC), bundle, (0, 0, 0), share, False, frozenset())
        return {name for name in map(str, range(4000)) if takes_part(channel, name)}

    tenth = takers(10, "a" * 64)
    assert abs(len(tenth) - 400) < 80 and tenth < takers(50, "a" * 64)
    assert takers(0, "a" * 64) == set() and len(takers(100, "a" * 64)) == 4000
    assert len(tenth & takers(10, "b" * 64)) < 100  # another bundle has other first takers


def test_a_thousand_random_installs_see_a_tenth_as_a_tenth_and_each_the_same_answer_always():
    channel = Channel("stable", 1, datetime.now(UTC), "c" * 64, (0, 0, 0), 10, False, frozenset())
    draw = random.Random(7)
    installs = [draw.randbytes(16).hex() for _ in range(1000)]
    answers = [takes_part(channel, install) for install in installs]
    assert 70 <= sum(answers) <= 130
    assert answers == [takes_part(channel, install) for install in installs]


def test_an_install_keeps_its_id_over_restarts_and_another_install_has_another(client, bundles, tmp_path):
    first = client.models.install_id
    assert reopened(client).models.install_id == first and len(first) == 32
    other = Client(bundles[1], tmp_path / "other", client.server.url)
    assert other.models.install_id != first
    other.store.close()
