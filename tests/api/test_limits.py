"""How often one may try: guessers are slowed and shut out, owners are not; proxies are believed by number."""

import pytest
from limits.errors import StorageError

from api import limits
from api.config import ConfigError
from tests.api.conftest import PASSWORD, Person

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that were made, without making them."""
    made: list[float] = []
    monkeypatch.setattr(limits, "sleep", made.append)
    return made


def log_in(person, password="not the password", address=HOME, **headers):
    return person.client.post(
        "/v1/auth/login",
        json={"email": person.email or "who@example.org", "password": password},
        environ_base={"REMOTE_ADDR": address},
        headers=headers,
    )


def statuses(person, times, **options):
    return [log_in(person, **options).status_code for _ in range(times)]


def test_the_first_wrong_passwords_cost_nothing_and_then_each_waits_longer(owner, pauses):
    statuses(owner, 5)
    assert pauses == []
    statuses(owner, 7)
    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0]


def test_who_guesses_is_shut_out_with_a_time_to_wait_and_the_owner_is_not(owner, pauses):
    assert set(statuses(owner, 20, address=ELSEWHERE)) == {401}
    shut_out = log_in(owner, PASSWORD, ELSEWHERE)
    assert shut_out.status_code == 429 and shut_out.json["type"].endswith("rate-limited")
    assert 0 < int(shut_out.headers["Retry-After"]) <= 3600
    assert log_in(owner, PASSWORD, HOME).status_code == 200


def test_guesses_from_many_addresses_slow_the_account_down_all_the_same(owner, pauses):
    for n in range(8):
        log_in(owner, address=f"192.0.2.{n}")
    assert pauses == [0.25, 0.5, 1.0]


def test_right_passwords_are_not_counted(owner, pauses):
    assert set(statuses(owner, 25, password=PASSWORD)) == {200}
    assert pauses == []


def test_one_guessed_account_does_not_slow_another(owner, other, pauses):
    statuses(owner, 20)
    pauses.clear()
    assert log_in(other, PASSWORD).status_code == 200 and pauses == []


def test_an_unknown_account_is_limited_like_a_known_one(guest, pauses):
    assert statuses(guest, 21) == [401] * 20 + [429]
    assert len(pauses) == 15


def test_codes_and_the_password_asked_once_more_share_the_count_with_logins(owner, pauses):
    body = {"email": owner.email, "password": PASSWORD, "recovery_code": "x"}
    for _ in range(3):
        owner.ask("POST", "/v1/auth/recover", json=body)
        owner.ask("POST", "/v1/auth/reauth", json={"password": "not the password"})
    assert pauses == [0.25]


def test_only_two_threads_are_kept_waiting(owner, monkeypatch):
    statuses(owner, 5)
    third = []
    monkeypatch.setattr(limits, "_parked", limits.threading.BoundedSemaphore(1))
    monkeypatch.setattr(limits, "sleep", lambda _: third.append(log_in(owner).status_code))
    assert log_in(owner).status_code == 401
    assert third == [429]


def test_an_address_has_its_own_limit(restarted, owner):
    few = restarted(sign_in_limit="3 per minute")
    people = [Person(few.test_client(), f"{n}@example.org") for n in range(4)]
    assert [log_in(person).status_code for person in people] == [401, 401, 401, 429]
    assert log_in(people[0], address=ELSEWHERE).status_code == 401


def test_one_ipv6_subscriber_is_one_address_and_his_neighbour_another(restarted):
    few = restarted(sign_in_limit="1 per minute")
    tried = [
        log_in(Person(few.test_client()), address=address).status_code
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    ]
    assert tried == [401, 429, 401]


@pytest.mark.parametrize(
    ("trusted", "forwarded", "statuses"),
    [
        (0, ["203.0.113.1", "203.0.113.2"], [401, 429]),  # made up by the caller
        (1, ["203.0.113.1", "203.0.113.2"], [401, 401]),  # written by the proxy
        (1, ["203.0.113.1, 203.0.113.9", "203.0.113.2, 203.0.113.9"], [401, 429]),  # made up, then written
        (2, ["203.0.113.1, 203.0.113.9", "203.0.113.2, 203.0.113.9"], [401, 401]),
        (2, ["203.0.113.1", "203.0.113.2"], [401, 429]),  # did not come through both proxies
    ],
)
def test_exactly_as_many_proxies_are_believed_as_the_operator_says(restarted, trusted, forwarded, statuses):
    behind = restarted(trusted_proxies=trusted, sign_in_limit="1 per minute")
    tried = [log_in(Person(behind.test_client()), **{"X-Forwarded-For": one}).status_code for one in forwarded]
    assert tried == statuses


@pytest.mark.parametrize(("trusted", "status"), [(0, 403), (1, 200), (2, 200)])
def test_the_scheme_that_a_trusted_proxy_names_makes_the_origin_ours(restarted, owner, trusted, status):
    behind = restarted(trusted_proxies=trusted)
    headers = {"Origin": "https://localhost", "X-Forwarded-Proto": "https"}
    assert log_in(Person(behind.test_client(), owner.email), PASSWORD, **headers).status_code == status


def test_a_forwarded_host_is_never_believed(restarted, owner):
    behind = restarted(trusted_proxies=1)
    headers = {"Origin": "http://evil.example", "X-Forwarded-Host": "evil.example"}
    assert log_in(Person(behind.test_client(), owner.email), PASSWORD, **headers).status_code == 403


def test_an_export_is_limited_by_account(owner, other):
    fresh = owner.fresh()
    assert [fresh.ask("GET", "/v1/account/export").status_code for _ in range(11)] == [200] * 10 + [429]
    assert other.fresh().ask("GET", "/v1/account/export").status_code == 200


def test_a_body_that_names_another_account_moves_no_count_to_it(owner, other):
    fresh, posing = owner.fresh(), {"json": {"email": other.email}}
    assert [fresh.ask("GET", "/v1/account/export", **posing).status_code for _ in range(11)] == [200] * 10 + [429]
    assert {owner.ask("POST", "/v1/heatmaps", **posing).status_code for _ in range(120)} == {415}
    assert owner.ask("POST", "/v1/heatmaps", **posing).status_code == 429
    assert other.fresh().ask("GET", "/v1/account/export").status_code == 200


def test_heatmaps_are_limited_by_account(owner, other):
    asked = {"data": b"no photo", "content_type": "image/png"}
    assert {owner.ask("POST", "/v1/heatmaps", **asked).status_code for _ in range(120)} == {415}
    assert owner.ask("POST", "/v1/heatmaps", **asked).status_code == 429
    assert other.ask("POST", "/v1/heatmaps", **asked).status_code == 415


def test_without_a_count_nobody_may_guess_and_history_goes_on(owner, monkeypatch):
    def down(*_, **__):
        raise StorageError(ConnectionError())

    for name in ("hit", "test"):
        monkeypatch.setattr(limits.limiter.limiter, name, down)
    answer = log_in(owner, PASSWORD)
    assert answer.status_code == 503 and answer.json["type"].endswith("busy")
    assert owner.ask("GET", "/v1/sync").status_code == 200


def test_neither_store_nor_log_learns_an_address_or_an_email(owner, pauses, caplog):
    with caplog.at_level("INFO"):
        statuses(owner, 21)
    counted = str(limits.limiter.storage.storage)
    assert "exceeded" in caplog.text and "guess" in counted
    for told in (owner.email, HOME):
        assert told not in caplog.text + counted


@pytest.mark.parametrize("changes", [{"sign_in_limit": "often"}, {"limit_store": "nowhere://"}])
def test_a_limit_that_cannot_be_kept_keeps_the_server_from_starting(restarted, changes):
    with pytest.raises(ConfigError, match="SIGN_IN_LIMIT|LIMIT_STORE"):
        restarted(**changes)
