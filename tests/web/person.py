"""What a person does in the app, in the words of the page."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

PASSWORD = "a long password"
CONTROLLED = """new Promise((resolve) => {
  const look = () => (navigator.serviceWorker.controller ? resolve(true) : setTimeout(look, 50));
  look();
})"""
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 760}, "device_scale_factor": 2, "has_touch": True}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 860}}


class Person:
    """Somebody in front of one browser."""

    def __init__(self, page: Page, email: str) -> None:
        self.page, self.email = page, email
        self.see("/")

    def see(self, path: str) -> None:
        """Go to a page of the app."""
        if not self.page.url.startswith("http"):
            self.page.goto(f"/#{path}")
        self.page.evaluate("path => { location.hash = path }", path)
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def reload(self) -> None:
        """As after closing and opening the app."""
        self.page.reload()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def installed(self) -> None:
        """Wait until the service worker serves the app."""
        self.page.evaluate(CONTROLLED)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def says(self, text: str) -> None:
        """Wait until the page says so."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def grade(self, photo: Path) -> list[int]:
        """Choose a photo; its grades, of what is graded there."""
        self.look_at(photo)
        numbers = self.page.locator(".grade-row:not(.ungraded) .dial-number").all_text_contents()
        return [int(text) for text in numbers]

    def choose(self, photo: Path) -> None:
        """Give the page a photo."""
        self.see("/")
        self.page.locator("input[type=file]").set_input_files(photo)

    def look_at(self, photo: Path) -> None:
        """Choose a photo and wait for its grades."""
        self.choose(photo)
        expect(self.page.locator(".grade-row").first).to_be_visible()

    def sign_in(
        self,
        how: str = "register",
        password: str = PASSWORD,
        adopt: bool | None = None,
        code: str | None = None,
        keep: bool = True,
    ) -> None:
        """Register, log in or recover; answers the question about a guest's history when there is one."""
        self.fill_in(how, password, code, keep)
        if adopt is not None:
            self.button("Take them along" if adopt else "Leave them here").click()
        if how != "login":
            self.recovery_code = self.page.locator(".code").inner_text()
            self.button("I have written it down").click()
        self.says("Signed in as")

    def fill_in(self, how: str, password: str, code: str | None = None, keep: bool = True) -> None:
        """Fill in the form of one of the ways in, and send it."""
        self.see(f"/account/{how}")
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.locator("[name=password]").fill(password)
        if how == "register" and keep:
            self.page.get_by_label("Keep my history on the server").check()
        if code:
            self.page.get_by_label("Recovery code").fill(code)
        self.page.locator("form").get_by_role("button").click()

    def synced(self) -> None:
        """Wait until nothing waits any more."""
        expect(self.page.get_by_text("All synced")).to_be_visible()

    def history(self) -> list[str]:
        """The entries' texts, newest first."""
        self.see("/history")
        return self.page.locator(".entry").all_inner_texts()

    def has_entries(self, count: int) -> None:
        """Wait until the history holds that many."""
        self.see("/history")
        expect(self.page.locator(".entry")).to_have_count(count)

    def confirm(self, button: str, password: str = PASSWORD) -> None:
        """Answer the dialog that asks for the password once more."""
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Enter your password to go on").fill(password)
        dialog.get_by_role("button", name=re.compile(f"^{button}$")).click()

    def offline(self, away: bool = True) -> None:
        self.page.context.set_offline(away)
