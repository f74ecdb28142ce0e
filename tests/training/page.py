"""What stands on a page of HTML that a command wrote."""

from html.parser import HTMLParser

VOID = ("meta", "link", "img", "br")
LOADING = ("src", "href", "data", "xlink:href", "srcset")


class Page(HTMLParser):
    """Tags, sources and text of a page. A tag that is not closed, or closed in the wrong order, is an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str | None] = []
        self._words: list[str] = []
        self._inside: list[str] = []
        self.feed(html)
        self.close()
        assert self._inside == [], f"not closed: {self._inside}"
        self.text = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value for name, value in attrs if name in LOADING]
        if tag not in VOID:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self._inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._inside:
            self._words.append(data)
