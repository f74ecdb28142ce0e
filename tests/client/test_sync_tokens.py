"""Tokens are renewed in passing, once, also after a lost answer; an ended login keeps the history."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.database import database
from sample_clients.python.http import ServerError
from sample_clients.python.sync import sync
from tests.client.helpers import meanwhile, score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def test_an_expired_access_token_is_renewed_in_passing(two):
    phone, _ = two
    phone[1]._access = "stale"
    assert sync(*phone[:2]).complete


def test_a_lost_refresh_answer_does_not_sign_out(two):
    phone, _ = two
    phone[1]._access, phone[2].lose_next = None, True
    assert sync(*phone[:2]).complete


def test_an_ended_login_keeps_the_history(two):
    phone, _ = two
    phone[0].add(score())
    phone[1].call("POST", "/v1/auth/logout")
    phone[1]._access = None
    with pytest.raises(ServerError):
        sync(*phone[:2])
    assert len(phone[0].live()) == 1 and phone[0].setting("refresh_token") is None


def test_many_threads_refresh_once(two):
    server, wire = two[0][1], two[0][2]
    server._access, asked, seen, one = "stale", wire.request, [], threading.Lock()

    def slow(method, url, **options):
        seen.append(url)
        with one:  # Flask's test client takes one request at a time
            return asked(method, url, **options)

    wire.request = slow

    def look(_: int) -> int:
        try:
            return server.call("GET", "/v1/account").status_code
        finally:
            database.close()

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(look, range(8))) == [200] * 8
    assert sum(url.endswith("/refresh") for url in seen) == 1


def test_tokens_that_arrive_after_signing_out_are_not_kept(two):
    store, server, wire = two[0]
    server._access = None
    meanwhile(wire, server.forget)
    with pytest.raises(ServerError, match="changed meanwhile"):
        server.call("GET", "/v1/account")
    assert server._access is None and store.setting("refresh_token") is None


@pytest.mark.parametrize("ended", [False, True])
def test_an_answer_for_an_earlier_login_leaves_the_new_one_alone(two, ended):
    store, server, wire = two[0]
    if ended:
        server.call("POST", "/v1/auth/logout")
    server._access = None
    kept = []

    def sign_in_again() -> None:
        server.sign_in("login", "me@example.org", "a long password", "phone")
        kept.extend([store.setting("refresh_token"), server._access])

    meanwhile(wire, sign_in_again)
    with pytest.raises(ServerError, match="changed meanwhile"):
        server.call("GET", "/v1/account")
    assert kept == [store.setting("refresh_token"), server._access]
    assert server.call("GET", "/v1/account").status_code == 200
