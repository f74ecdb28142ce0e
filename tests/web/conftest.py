"""The built web client in Debian's Chromium against the real server with its worker, all on loopback."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from sample_clients.demo.__main__ import sample_photo
from sample_clients.demo.server import free_port, running_server
from sample_clients.web import build
from tests.model_folder import ModelFolder
from tests.web.person import PHONE, Person

PATIENCE = 60_000  # ms, on a machine that does other things beside
MISSING = "chromium is missing: apt-get install chromium"


@pytest.fixture(scope="session")
def dist() -> Path:
    """The build, made again when a source is newer."""
    assert build.main([]) == 0, "the web client could not be built: see the output above"
    return build.DIST


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> dict[str, Path]:
    """Rendered skin: as PNG, as JPEG, and another one."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("photos")
    skin = Image.open(sample_photo(folder / "skin.png"))
    skin.save(folder / "skin.jpg", quality=92)
    skin.rotate(180).crop((40, 20, 680, 700)).save(folder / "other.png")
    skin.point(lambda value: value // 9).save(folder / "dark.png")
    whole = (folder / "skin.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) * 9 // 10])
    (folder / "text.png").write_text("no photo")
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory) -> ModelFolder:
    """The committed bundle in a folder of its own, where a test may publish."""
    return ModelFolder(tmp_path_factory.mktemp("models") / "bundle")


@pytest.fixture(scope="session")
def site(dist, model_dir, tmp_path_factory) -> Iterator[str]:
    """Where the server with its worker answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODEL_DIR", str(model_dir.path))
        patch.setenv("SIGN_IN_LIMIT", "100000 per hour")
        patch.chdir(Path(__file__).parents[2])
        with running_server(free_port(), tmp_path_factory.mktemp("server"), dist) as (url, _):
            yield url


@pytest.fixture(scope="session")
def chromium(photos, tmp_path_factory) -> Iterator[Browser]:
    """One Chromium, its camera showing the rendered photo; skipped with a reason where it is missing, failed in CI."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    film = tmp_path_factory.mktemp("film") / "camera.mjpeg"
    film.write_bytes(photos["skin.jpg"].read_bytes())
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        arguments = [*camera, f"--use-file-for-fake-video-capture={film}"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, site) -> Iterator[Callable[..., Person]]:
    """Opens the app in a browser context of its own. Afterwards no other host was asked and no script failed."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    failed: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on("console", lambda said: failed.append(said.text) if "Content Security Policy" in said.text else None)

    def open_one(**options) -> Person:
        context = chromium.new_context(base_url=site, **(PHONE | {"locale": "en-GB"} | options))
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda request: asked.append(request.url))
        context.on("page", watch)
        contexts.append(context)
        return Person(context.new_page(), f"{secrets.token_hex(6)}@example.org")

    yield open_one
    for context in contexts:
        context.close()
    assert failed == []
    assert {urlsplit(url).netloc for url in asked if not url.startswith("blob:")} <= {urlsplit(site).netloc}
