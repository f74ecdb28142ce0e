"""Files of the web client: with the policy that the build brings along, kept for ever where the name says so."""

import pytest

POLICY = "default-src 'none'"


@pytest.fixture
def client(restarted, tmp_path):
    """A browser's view of a build with a secret file beside it."""
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("hidden words")
    (root / "index.html").write_text("<p>page")
    (root / "sw.js").write_text("worker")
    (root / "assets" / "app-1a2b.js").write_text("app")
    (root / "content-security-policy.txt").write_text(POLICY + "\n")
    return restarted(web_root=root).test_client()


@pytest.mark.parametrize(
    ("path", "text", "kept"),
    [("/", "<p>page", "no-cache"), ("/sw.js", "worker", "no-cache"), ("/assets/app-1a2b.js", "app", "immutable")],
)
def test_files_come_with_the_policy_and_with_how_long_to_keep_them(client, path, text, kept):
    with client.get(path) as answer:
        assert answer.text == text
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert "camera=(self)" in answer.headers["Permissions-Policy"]
        assert kept in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/nothing.js",
        "/assets/nothing.js",
        "/assets",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
    ],
)
def test_no_other_file_is_served(client, path):
    answer = client.get(path)
    assert answer.status_code == 404 and "hidden" not in answer.text
    assert answer.json["type"].endswith("not-found")


def test_a_root_without_a_policy_is_served_without_one(guest):
    with guest.ask("GET", "/") as answer:
        assert answer.status_code == 200 and "Content-Security-Policy" not in answer.headers
