"""Browsers get the refresh token in a cookie only, our own pages alone may use it, apps get it in the body only."""

import pytest

from api.browser import COOKIE
from tests.api.conftest import PASSWORD

SITE = "https://skin.example"
OURS = {"Origin": SITE}
BODY = {"email": "web@example.org", "password": PASSWORD}
FOREIGN = ["https://evil.example", "http://skin.example", "https://skin.example:8443", "null", ""]


@pytest.fixture
def page(app):
    """A page of ours in a browser, which keeps cookies."""
    client = app.test_client()

    def post(path, json=None, headers=OURS):
        return client.post(f"/v1/auth/{path}", json=json or {}, headers=headers, base_url=SITE)

    return post


def cookie_of(answer):
    return answer.headers.get("Set-Cookie", "")


def test_a_browser_gets_the_refresh_token_in_a_cookie_that_scripts_cannot_read(page):
    answer = page("register", BODY)
    assert answer.status_code == 201 and "refresh_token" not in answer.json
    name_and_value, *attributes = cookie_of(answer).split("; ")
    assert name_and_value.startswith("__Secure-")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/v1/auth"} <= set(attributes)
    assert not any(attribute.startswith("Domain") for attribute in attributes)
    assert name_and_value.split(".")[-1] not in answer.text


def test_the_cookie_rotates_at_every_refresh(page):
    seen = {cookie_of(page("register", BODY))}
    for _ in range(2):
        answer = page("refresh")
        assert answer.status_code == 200 and "refresh_token" not in answer.json and answer.json["access_token"]
        seen.add(cookie_of(answer))
    assert len(seen) == 3


@pytest.mark.parametrize("origin", FOREIGN)
def test_no_other_page_refreshes_with_the_cookie(page, origin):
    page("register", BODY)
    answer = page("refresh", headers={"Origin": origin})
    assert answer.status_code == 403 and answer.json["type"].endswith("foreign-origin")
    assert not cookie_of(answer)


def test_a_cookie_without_an_origin_is_refused(page):
    page("register", BODY)
    assert page("refresh", headers={}).status_code == 403


@pytest.mark.parametrize("path", ["register", "login", "recover"])
@pytest.mark.parametrize("headers", [{"Origin": FOREIGN[0]}, {}])
def test_no_other_page_signs_in_as_a_browser(page, path, headers):
    body = BODY | {"platform": "web"} | ({"recovery_code": "x"} if path == "recover" else {})
    assert page(path, body, headers).status_code == 403
    assert page("login", BODY).status_code == 401  # nothing was registered either


def test_a_script_cannot_ask_for_the_refresh_token_by_naming_another_platform(page):
    answer = page("register", BODY | {"platform": "ios"})
    assert "refresh_token" not in answer.json and COOKIE in cookie_of(answer)


def test_a_refresh_token_in_the_body_is_no_use_to_a_page(page, owner):
    assert page("refresh", {"refresh_token": owner.tokens["refresh_token"]}).status_code == 401


def test_an_app_gets_no_cookie(owner, guest):
    answer = guest.ask("POST", "/v1/auth/refresh", json={"refresh_token": owner.tokens["refresh_token"]})
    assert answer.json["refresh_token"] and not cookie_of(answer)


def test_a_refresh_without_any_token_says_what_to_send(guest):
    answer = guest.ask("POST", "/v1/auth/refresh", json={})
    assert answer.status_code == 401 and "cookie" in answer.json["detail"]


def test_logging_out_takes_the_cookie_away(page):
    token = page("register", BODY).json["access_token"]
    answer = page("logout", headers=OURS | {"Authorization": f"Bearer {token}"})
    assert answer.status_code == 204 and f"{COOKIE}=;" in cookie_of(answer) and "Max-Age=0" in cookie_of(answer)
    assert page("refresh").status_code == 401


def test_deleting_the_account_takes_the_cookie_away_too(page, app):
    token = page("register", BODY).json["access_token"]
    carried = OURS | {"Authorization": f"Bearer {token}"}
    fresh = page("reauth", {"password": PASSWORD}, carried).json["access_token"]
    carried["Authorization"] = f"Bearer {fresh}"
    answer = app.test_client().delete("/v1/account", headers=carried, base_url=SITE)
    assert answer.status_code == 200 and "Max-Age=0" in cookie_of(answer)


@pytest.mark.parametrize("path", ["/v1/auth/login", "/v1/account", "/v1/sync", "/healthz"])
@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
def test_no_answer_may_be_read_by_another_website(guest, method, path):
    asked = {"Origin": FOREIGN[0], "Access-Control-Request-Method": "POST"}
    answer = guest.ask(method, path, headers=asked)
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
