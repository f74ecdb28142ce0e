"""What reaches gunicorn and is no request, or says things about itself: against the real web process."""

import http.client
import itertools
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from gunicorn.http.errors import ConfigurationProblem, InvalidResponseHeader

from api.arrival import Worker, refusal, threads, unreadable
from api.config import Config
from tests.faults.erase import MARKER
from tests.people import Person
from tests.servers import WebProcess, web_process

NO_REQUESTS = {
    "request line": f"me@example.org {MARKER}\r\n\r\n",
    "name of a header": f"GET / HTTP/1.1\r\nHost: test\r\n{MARKER}(: me@example.org\r\n\r\n",
    "long address": f"GET /{MARKER * 1000} HTTP/1.1\r\nHost: test\r\n\r\n",
    "long header": f"GET / HTTP/1.1\r\nHost: test\r\nX-Long: {MARKER * 1000}\r\n\r\n",
    "method": f"{MARKER.lower()}! / HTTP/1.1\r\nHost: test\r\n\r\n",
}
LOGIN = {"email": "me@example.org", "password": "a long password"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[WebProcess]:
    """A web process with an empty database."""
    folder = tmp_path_factory.mktemp("arrival")
    with web_process(folder, f"sqlite:///{folder}/api.db") as one:
        yield one


def said(server: WebProcess, request: str) -> tuple[int, dict[str, str], bytes, bytes]:
    """Status, headers by lower name, and body of the first answer to what is sent as it is; what else comes."""
    with socket.create_connection(("127.0.0.1", server.port), 30) as line, line.makefile("rb") as answer:
        line.sendall(request.encode())
        status = int(answer.readline().split()[1])
        headers = {}
        while written := answer.readline().strip().decode():
            name, _, value = written.partition(": ")
            headers[name.lower()] = value
        return status, headers, answer.read(int(headers["content-length"])), answer.read()


@pytest.mark.parametrize("what", NO_REQUESTS)
def test_what_is_no_request_is_a_problem_like_any_other_and_its_text_goes_nowhere(server, what):
    status, headers, body, more = said(server, NO_REQUESTS[what])
    assert (
        more == b""
        and status == json.loads(body)["status"] == 400
        and headers["content-type"] == "application/problem+json"
    )
    assert json.loads(body)["type"] == "urn:skinscore:problem:bad-request"
    log = (server.folder / "server.log").read_text()
    assert "what came is no HTTP request" in log
    for word in (MARKER, MARKER.lower(), "example.org", "127.0.0.1"):
        assert word not in log and word.encode() not in body


@pytest.mark.parametrize("path", ["/v1/sync", "/v1/heatmaps", "/v1/auth/login"])
def test_chunks_that_cannot_be_read_are_a_bad_request_and_what_follows_is_no_other_one(server, path):
    with Person(server.port) as me:
        me.ask("PATCH", "/v1/account", {"consents": {"heatmap": 1}})
        bearer = me.tokens["access_token"]
    kind = "image/png" if path == "/v1/heatmaps" else "application/json"
    head = [f"POST {path} HTTP/1.1", "Host: test", f"Authorization: Bearer {bearer}", f"Content-Type: {kind}"]
    lines = [
        *head,
        "Transfer-Encoding: chunked",
        "",
        "zz",
        "{}",
        "0",
        "",
        "GET /healthz HTTP/1.1",
        "Host: test",
        "",
        "",
    ]
    status, _, body, more = said(server, "\r\n".join(lines))
    assert (status, json.loads(body)["type"]) == (400, "urn:skinscore:problem:bad-request")
    assert more == b""


def test_chunks_that_nobody_reads_are_answered_once(server):
    lines = ["POST /nothing HTTP/1.1", "Host: test", "Transfer-Encoding: chunked", "", "zz", "{}", "0", "", ""]
    status, _, body, more = said(server, "\r\n".join(lines))
    assert (status, json.loads(body)["type"], more) == (405, "urn:skinscore:problem:method-not-allowed", b"")


@pytest.mark.parametrize("fault", [InvalidResponseHeader("a"), ConfigurationProblem("b"), KeyError("c")])
def test_a_fault_of_ours_is_not_said_to_be_the_callers(fault):
    assert not unreadable(fault) and refusal(fault).startswith(b"HTTP/1.1 500 ")


@pytest.mark.parametrize("claim", ["X-Forwarded-Proto: https", "X-Forwarded-Protocol: ssl", "X-Forwarded-Ssl: on"])
def test_without_a_trusted_proxy_this_machine_is_not_believed_either(server, claim):
    assert Config.from_environment(server.environment).trusted_proxies == 0
    body = json.dumps(LOGIN)
    head = ["POST /v1/auth/login HTTP/1.1", "Host: skin.example", "Origin: https://skin.example", claim]
    head += ["Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close", "", body]
    status, _, answer, _ = said(server, "\r\n".join(head))
    assert (status, json.loads(answer)["type"]) == (403, "urn:skinscore:problem:foreign-origin")


def test_a_connection_serves_requests_that_follow_at_once_and_those_that_come_later(server):
    with Person(server.port) as me:
        seen = set()
        for pause in (0, 0, 10 * Worker.linger / 1000, 0):
            time.sleep(pause)
            seen.add((me.ask("GET", "/v1/account")[0], me.line.sock.getsockname()))
    assert len(seen) == 1 and seen.pop()[0] == 200


def test_clients_that_never_pause_keep_nobody_out(server):
    end = time.monotonic() + 2

    def visits() -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as line:
            for number in itertools.count(1):
                line.request("GET", "/healthz")
                line.getresponse().read()
                if time.monotonic() > end:
                    return number

    with ThreadPoolExecutor(2 * threads) as pool:
        counts = [done.result() for done in [pool.submit(visits) for _ in range(2 * threads)]]
    assert min(counts) > 3  # who waits for the others to end comes to one or two
