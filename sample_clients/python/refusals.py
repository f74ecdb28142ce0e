"""What the server says no with: a problem document, read as one sentence."""

import requests

from . import patience

EMPTY = (204, 304)
ANSWERS = ("application/json", "image/png", "application/octet-stream")


class ServerError(RuntimeError):
    """The server said no, or cannot be reached; `slug` is the problem's type, `offline` when there was no answer."""

    def __init__(self, slug: str, sentence: str) -> None:
        super().__init__(sentence)
        self.slug = slug


def checked(answer: requests.Response) -> requests.Response:
    """The answer, if it is a good one of a SkinScore server. Raises `ServerError`."""
    if answer.status_code < 400:
        has_body = answer.status_code not in EMPTY  # asking for the content would read a stream to its end
        if has_body and answer.headers.get("Content-Type", "").partition(";")[0] not in ANSWERS:
            raise ServerError("unexpected", "what answers there is no SkinScore server: check --server and the network")
        return answer
    slug, text = _read(answer)
    seconds = patience.asked(answer)
    raise ServerError(slug, f"{text}; come again after {patience.clock(seconds)}" if seconds else text)


def insist_on_whole_head(answer: requests.Response, **_: object) -> None:
    """http.client takes the end of a connection for the end of the headers; then nothing says how long the body is."""
    says = answer.headers.get("Content-Length", "").isdecimal() or "Transfer-Encoding" in answer.headers
    if not says and answer.status_code not in EMPTY:
        answer.close()
        raise requests.ConnectionError("the answer was cut off among its headers")


def _read(answer: requests.Response) -> tuple[str, str]:
    try:
        problem = answer.json()
        slug, text = problem["type"].rsplit(":", 1)[-1], problem.get("detail") or problem["title"]
        faults = [f"{fault['pointer'].strip('/')}: {fault['detail']}" for fault in problem.get("errors", [])]
        return slug, "; ".join([text, *faults])
    except (ValueError, KeyError, AttributeError, TypeError):
        return "unexpected", f"the server answered {answer.status_code} without a reason"
