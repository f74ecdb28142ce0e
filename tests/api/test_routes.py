"""Every route as guest, owner and other user; the description lists them all."""

import base64
import hashlib
import io
import json
import re
import zipfile

import pytest

from api import beats, leases
from tests.api.helpers import PNG, score, uuid7

PRIVATE = [
    ("POST", "/v1/auth/logout", {}),
    ("POST", "/v1/auth/reauth", {"json": {"password": "a long password"}}),
    ("GET", "/v1/auth/devices", {}),
    ("DELETE", "/v1/auth/devices/nobody", {}),
    ("GET", "/v1/account", {}),
    ("PATCH", "/v1/account", {"json": {"consents": {"heatmap": True}}}),
    ("DELETE", "/v1/account", {}),
    ("GET", "/v1/account/export", {}),
    ("GET", "/v1/sync", {}),
    ("POST", "/v1/sync", {"json": {}}),
    ("GET", "/v1/scores/trend", {"query_string": {"attribute": "oil"}}),
    ("POST", "/v1/heatmaps", {"data": PNG, "content_type": "image/png"}),
    ("GET", "/v1/heatmaps/unknown", {}),
    ("DELETE", "/v1/heatmaps/unknown", {}),
    ("GET", "/v1/heatmaps/unknown/oil.png", {}),
]
PUBLIC = ["/healthz", "/readyz", "/openapi.json", "/", "/v1/models/current"]


@pytest.mark.parametrize(("method", "path", "options"), PRIVATE)
def test_a_guest_is_asked_to_sign_in(guest, method, path, options):
    answer = guest.ask(method, path, **options)
    assert answer.status_code == 401
    assert answer.json["type"].endswith("unauthorized")


@pytest.mark.parametrize(("method", "path", "options"), PRIVATE)
def test_an_ended_device_login_opens_nothing(owner, method, path, options):
    lost = owner.elsewhere().fresh()
    assert owner.ask("DELETE", f"/v1/auth/devices/{lost.tokens['device_id']}").status_code == 204
    answer = lost.ask(method, path, **options)
    assert answer.status_code == 401
    assert answer.json["type"].endswith("invalid-token")


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in PRIVATE])
def test_a_guest_is_asked_to_sign_in_before_anything_is_checked(guest, method, path):
    body = {"json": {"unknown": 1}} if "heatmaps" not in path and method != "GET" else {}
    answer = guest.ask(method, f"{path}?limit=99999&unknown=1", **body)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "options", "of_owner", "of_other"),
    [
        ("GET", "/v1/heatmaps/{job}", {}, 200, 404),
        ("GET", "/v1/heatmaps/{job}/oil.png", {}, 200, 404),
        ("DELETE", "/v1/heatmaps/{job}", {}, 204, 404),
        ("GET", "/v1/account", {}, 200, 200),
        ("PATCH", "/v1/account", {"json": {"consents": {}}}, 200, 200),
        ("GET", "/v1/sync", {}, 200, 200),
        ("POST", "/v1/sync", {"json": {"deletes": [uuid7(1)]}}, 200, 200),
        ("GET", "/v1/scores/trend", {"query_string": {"attribute": "oil"}}, 200, 200),
        ("POST", "/v1/heatmaps", {"data": PNG, "content_type": "image/png"}, 200, 202),
        ("POST", "/v1/auth/logout", {}, 204, 204),
        ("POST", "/v1/auth/reauth", {"json": {"password": "a long password"}}, 200, 200),
        ("GET", "/v1/auth/devices", {}, 200, 200),
        ("DELETE", "/v1/auth/devices/{device}", {}, 204, 404),
        ("GET", "/v1/account/export", {}, 200, 200),
        ("DELETE", "/v1/account", {}, 200, 200),
    ],
)
def test_owner_and_other(owner, other, method, path, options, of_owner, of_other):
    job = finished_job(owner)
    assert owner.ask("POST", "/v1/sync", json={"records": [score(1)]}).status_code == 200
    options = {"headers": {"Prefer": "wait=0"}} | options
    path = path.format(job=job, device=owner.tokens["device_id"])
    if path.startswith("/v1/account"):
        owner, other = owner.fresh(), other.fresh()
    foreign = other.ask(method, path, **options)
    assert foreign.status_code == of_other
    for mine in (job, owner.email, owner.tokens["account_id"], owner.tokens["device_id"], "captured_at"):
        assert mine not in plain(foreign).replace(path, "")
    if path.endswith("trend"):
        assert foreign.json["buckets"] == []
    assert owner.ask("GET", "/v1/sync").json["head"]["count"] == 1  # whatever the other one did
    assert owner.ask(method, path, **options).status_code == of_owner


def plain(answer) -> str:
    """The text of an answer; of a ZIP, of all the files in it."""
    if answer.content_type != "application/zip":
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as held:
        return "".join(held.read(name).decode() for name in held.namelist() if name != "schema.json")


def finished_job(person) -> str:
    beats.beat(beats.WORKER)
    headers = {"Prefer": "wait=0"}
    asked = person.ask("POST", "/v1/heatmaps", data=PNG, content_type="image/png", headers=headers).json
    leases.finish([(leases.claim()[0], {"attributes": {}}, {"oil": b"png"})])
    return asked["id"]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_routes_need_no_account(guest, path):
    with guest.ask("GET", path) as answer:
        assert answer.status_code == 200


def test_the_tables_above_name_every_route(app):
    tested = {(method, rule_of(path)) for method, path, _ in PRIVATE}
    tested |= {("GET", path) for path in PUBLIC}
    tested |= {("POST", f"/v1/auth/{name}") for name in ("register", "login", "refresh", "recover")}
    tested |= {("GET", f"/v1/models/{name}") for name in ("channel", "bundles/<sha256>", "files/<sha256>")}
    tested |= {("GET", f"/v1/models/{name}/signature") for name in ("channel", "bundles/<sha256>")}
    tested |= {("GET", "/<name>"), ("GET", "/assets/<path:name>"), ("GET", "/docs")}
    rules = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("openapi.")]
    real = {(m, r.rule) for r in rules for m in r.methods - {"HEAD", "OPTIONS"} if not r.rule.startswith("/docs/")}
    assert real == tested


def rule_of(path: str) -> str:
    for example, name in (("unknown", "<job_id>"), ("oil", "<attribute>"), ("nobody", "<device_id>")):
        path = path.replace(example, name)
    return path


def test_an_account_sees_and_changes_only_itself(owner, other):
    owner.ask("PATCH", "/v1/account", json={"consents": {"heatmap": False}})
    assert owner.ask("GET", "/v1/account").json["consents"] == {"sync": True, "heatmap": False}
    assert other.ask("GET", "/v1/account").json["consents"] == {"sync": True, "heatmap": True}


def test_the_bundle_is_delivered_byte_for_byte_and_immutable(guest, model_dir):
    raw = (model_dir / "bundle.json").read_bytes()
    sha256 = guest.ask("GET", "/v1/models/current").json["bundle_sha256"]
    with guest.ask("GET", f"/v1/models/bundles/{sha256}") as answer:
        assert answer.data == raw and hashlib.sha256(answer.data).hexdigest() == sha256
        assert "immutable" in answer.headers["Cache-Control"] and answer.headers["ETag"] == f'"{sha256}"'
    assert guest.ask("GET", f"/v1/models/bundles/{sha256}/signature").json == {"key_id": "x"}


def test_a_bundle_without_signature_or_with_a_missing_file_is_404_and_no_fault(guest, model_dir):
    bundle = json.loads((model_dir / "bundle.json").read_bytes())
    sha256 = guest.ask("GET", "/v1/models/current").json["bundle_sha256"]
    for path in (model_dir / "bundle.sig", model_dir / "model.pte"):
        path.unlink()
    for path in (f"bundles/{sha256}/signature", f"files/{bundle['files'][0]['parts'][0]['sha256']}"):
        assert guest.ask("GET", f"/v1/models/{path}").json["type"].endswith("not-found")


def test_a_range_beyond_the_file_is_416_with_its_length(guest, model_dir):
    part = json.loads((model_dir / "bundle.json").read_bytes())["files"][0]["parts"][0]
    answer = guest.ask("GET", f"/v1/models/files/{part['sha256']}", headers={"Range": "bytes=999999-"})
    assert answer.status_code == 416 and answer.headers["Content-Range"] == f"bytes */{part['bytes']}"


def test_a_file_known_already_is_304(guest, model_dir):
    sha256 = guest.ask("GET", "/v1/models/current").json["bundle_sha256"]
    for path in (f"/v1/models/bundles/{sha256}", f"/v1/models/bundles/{sha256}/signature"):
        with guest.ask("GET", path) as answer:
            known = {"If-None-Match": answer.headers["ETag"]}
        with guest.ask("GET", path, headers=known) as again:
            assert again.status_code == 304


def test_the_channel_is_delivered_byte_for_byte(guest, model_dir):
    (model_dir / "channel.json").write_bytes(b'{"sequence":  2}\n')
    assert guest.ask("GET", "/v1/models/channel").data == b'{"sequence":  2}\n'


def test_the_channels_signature_is_delivered_byte_for_byte_and_asked_for_again(guest, model_dir):
    assert guest.ask("GET", "/v1/models/channel/signature").json["type"].endswith("no-channel")
    (model_dir / "channel.sig").write_bytes(b'{"key_id":  "x"}\n')
    answer = guest.ask("GET", "/v1/models/channel/signature")
    assert answer.data == b'{"key_id":  "x"}\n' and "no-cache" in answer.headers["Cache-Control"]


def test_a_bundle_that_a_re_export_kept_is_delivered_too(guest, model_dir):
    kept = model_dir / "previous" / "0"
    kept.mkdir(parents=True)
    old = json.loads((model_dir / "bundle.json").read_bytes()) | {"sequence": 0}
    old["files"] = [{"parts": [{"path": "old.pte", "sha256": hashlib.sha256(b"old").hexdigest()}]}]
    (kept / "bundle.json").write_text(json.dumps(old))
    (kept / "bundle.sig").write_text('{"key_id": "old"}')
    (kept / "old.pte").write_bytes(b"old")
    sha256 = hashlib.sha256((kept / "bundle.json").read_bytes()).hexdigest()
    with guest.ask("GET", f"/v1/models/bundles/{sha256}") as answer:
        assert answer.data == (kept / "bundle.json").read_bytes()
    assert guest.ask("GET", f"/v1/models/bundles/{sha256}/signature").json == {"key_id": "old"}
    with guest.ask("GET", f"/v1/models/files/{hashlib.sha256(b'old').hexdigest()}") as answer:
        assert answer.data == b"old"
    assert guest.ask("GET", "/v1/models/current").json["sequence"] == 1


def test_an_interrupted_download_can_go_on(guest, model_dir):
    part = json.loads((model_dir / "bundle.json").read_bytes())["files"][0]["parts"][0]
    path = f"/v1/models/files/{part['sha256']}"
    with guest.ask("GET", path) as whole, guest.ask("GET", path, headers={"Range": "bytes=1000-"}) as rest:
        assert len(whole.data) == part["bytes"]
        assert rest.status_code == 206 and rest.data == whole.data[1000:]


def test_the_description_is_openapi_3_1_and_names_the_routes(guest):
    described = guest.ask("GET", "/openapi.json").json
    assert described["openapi"] == "3.1.0"
    assert {"/v1/sync", "/v1/heatmaps", "/v1/auth/login", "/v1/models/current"} <= set(described["paths"])


def test_private_routes_say_so_and_the_photo_is_a_body(guest):
    paths = guest.ask("GET", "/openapi.json").json["paths"]
    for method, path, _ in PRIVATE:
        described = rule_of(path).replace("<", "{").replace(">", "}")
        assert paths[described][method.lower()]["security"] == [{"bearer": []}]
    for name in ("register", "login", "refresh", "recover"):
        assert "security" not in paths[f"/v1/auth/{name}"]["post"]
    assert "image/png" in paths["/v1/heatmaps"]["post"]["requestBody"]["content"]


def test_docs_can_be_read_without_the_internet(guest):
    page = guest.client.get("/docs", follow_redirects=True)
    assert page.status_code == 200
    assert 'src="http' not in page.text and 'href="http' not in page.text


def test_the_page_above_the_description_leads_to_it_without_a_script(guest):
    page = guest.client.get("/docs/")
    (path,) = set(re.findall(r"url=([^\"]+)|href=\"([^\"]+)", page.text)[0]) - {""}
    assert page.status_code == guest.client.get(path).status_code == 200 and "onclick" not in page.text


def test_the_pages_of_the_description_run_their_own_scripts_alone(guest):
    page = guest.client.get("/docs/swagger")
    (script,) = re.findall("<script>(.*?)</script>", page.text, re.DOTALL)
    rules = dict(rule.strip().split(" ", 1) for rule in page.headers["Content-Security-Policy"].split(";"))
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert rules["default-src"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == f"'self' 'sha256-{hashed}'"
