"""Where a client's logins and photos may go, and which answers it takes: against real servers on loopback."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sample_clients.python import answers
from sample_clients.python.http import Server, ServerError
from sample_clients.python.store import Store

GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Listener(ThreadingHTTPServer):
    """Says `answer` (its head and body) to whatever is asked, then hangs up; `heard` are the requests."""

    answer, heard = b"", ()

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[tuple[str, bytes]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.heard.append((self.path, body))
        self.wfile.write(self.server.answer)

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Nothing to tell."""


@pytest.fixture
def listener():
    with Listener() as one:
        yield one
        one.shutdown()


@pytest.fixture
def elsewhere():
    with Listener() as other:
        other.answer = GOOD + b"Content-Length: 2\r\n\r\n{}"
        yield other
        other.shutdown()


@pytest.fixture
def client(tmp_path, monkeypatch):
    """Makes a client of a server, with a login of its own where asked."""
    monkeypatch.setattr("sample_clients.python.http.pause", lambda attempt: 0)
    store = Store(tmp_path)

    def made(url: str, access: str | None = None) -> Server:
        server = Server(url, store)
        server._access = access
        return server

    yield made
    store.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_login_is_sent_on_to_no_other_address(client, listener, elsewhere, status):
    head = f"HTTP/1.1 {status} Gone elsewhere\r\nLocation: {elsewhere.url}/v1/auth/login\r\nContent-Length: 0\r\n\r\n"
    listener.answer = head.encode()
    with pytest.raises(ServerError, match="sends on to another address: name that one with --server") as refused:
        client(listener.url).sign_in("login", "me@example.org", "a long password", "phone")
    assert refused.value.slug == "bad-server"
    assert len(listener.heard) == 1 and elsewhere.heard == []


def test_a_model_is_fetched_from_no_other_address(client, listener, elsewhere):
    listener.answer = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}/x\r\nContent-Length: 0\r\n\r\n".encode()
    with pytest.raises(ServerError, match="another address"):
        client(listener.url).stream("/v1/models/files/x", {})
    assert elsewhere.heard == []


def test_an_address_in_an_answer_leads_to_no_other_server(client, listener, elsewhere):
    listener.answer = GOOD + b"Content-Length: 2\r\n\r\n{}"
    server = client(listener.url, "a token")
    with pytest.raises(ServerError, match="names an address outside itself"):
        server.call("GET", f"@127.0.0.1:{elsewhere.server_port}/v1/heatmaps/x/oil.png")
    assert listener.heard == elsewhere.heard == []


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "http://127.0.0.1.example.org", "http://127.0.0.1@example.org", "http://[::1", "ftp://x"],
)
def test_nothing_is_sent_where_others_could_read_along(client, monkeypatch, url):
    asked = []
    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", lambda self, request, **_: asked.append(request))
    with pytest.raises(ServerError, match="has to begin with https://") as refused:
        client(url, "a token").call("POST", "/v1/heatmaps", data=b"a photo")
    assert refused.value.slug == "bad-server" and asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_needs_no_https(client, listener, host):
    listener.answer = GOOD + b"Content-Length: 2\r\n\r\n{}"
    assert client(f"http://{host}:{listener.server_port}").fetch("/healthz") == b"{}"


@pytest.mark.parametrize("how", ["plain", "packed", "chunked", "a refusal"])
def test_an_answer_larger_than_any_of_the_servers_is_not_read_to_its_end(client, listener, monkeypatch, how):
    monkeypatch.setattr(answers, "LARGEST", 100_000)
    body = b'{"text": "' + b"x" * 100_000 + b'"}'
    packed = gzip.compress(body)
    listener.answer = {
        "plain": GOOD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body,
        "packed": GOOD + f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode() + packed,
        "chunked": GOOD + f"Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n",
        "a refusal": f"HTTP/1.1 422 No\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body,
    }[how]
    with pytest.raises(ServerError, match="too large"):
        client(listener.url).fetch("/v1/models/channel")
    assert len(listener.heard) == 1


def test_an_answer_as_large_as_the_bound_is_read(client, listener, monkeypatch):
    monkeypatch.setattr(answers, "LARGEST", 100_000)
    listener.answer = GOOD + b"Content-Length: 100000\r\n\r\n" + b"x" * 100_000
    assert client(listener.url).fetch("/v1/models/channel") == b"x" * 100_000


@pytest.mark.parametrize("says", [b"", b"Transfer-Encoding: identity\r\n", b"Content-Length: many\r\n"])
def test_an_answer_that_ends_with_its_connection_may_be_cut_off_and_is_not_taken(client, listener, says):
    listener.answer = GOOD + says + b"\r\n{}"
    server = client(listener.url)
    with pytest.raises(ServerError) as refused:
        server.fetch("/v1/models/channel")
    assert refused.value.slug == "offline" and len(listener.heard) == server.tries


def test_a_refusal_nested_without_end_is_one_sentence(client, listener):
    body = b"[" * 100_000
    listener.answer = f"HTTP/1.1 422 No\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    with pytest.raises(ServerError, match="answered 422 without a reason"):
        client(listener.url).fetch("/v1/models/channel")


@pytest.mark.parametrize("said", ["9" * 400, "99999999999"])
def test_a_wait_beyond_all_measure_is_not_asked_for(client, listener, said):
    listener.answer = f"HTTP/1.1 429 No\r\nRetry-After: {said}\r\nContent-Length: 0\r\n\r\n".encode()
    with pytest.raises(ServerError, match="answered 429 without a reason"):
        client(listener.url).fetch("/v1/models/channel")


def test_a_sign_in_without_all_that_belongs_to_it_keeps_nothing(client, listener):
    body = b'{"account_id": 7, "access_token": "a", "refresh_token": "r"}'
    listener.answer = GOOD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
    server = client(listener.url)
    with pytest.raises(ServerError, match="otherwise than this client reads"):
        server.sign_in("login", "me@example.org", "a long password", "phone")
    assert server.store.setting("refresh_token") is None and server.store.setting("account") is None
