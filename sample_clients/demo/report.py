"""The demo's report: one HTML file without any other resource."""

import base64
import html
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Any

from sample_clients.python import heat
from sample_clients.python.client import Heatmaps
from sample_clients.python.scorer import Graded, Grading
from sample_clients.python.table import DIRECTION, FOOTER

GRADES = 5
CHART_WIDTH, CHART_HEIGHT = 320, 88  # px


@dataclass(frozen=True)
class Reported:
    """What the report shows."""

    grading: Grading
    bundle: dict[str, Any]
    server: Heatmaps
    history: list[dict[str, Any]]
    is_sample: bool


def render_report(shown: Reported) -> bytes:
    """The page as UTF-8."""
    page = Template(files(__package__).joinpath("report.template.html").read_text("utf-8"))
    scales = heat.scales(shown.bundle)
    square = data_url(heat.png(shown.grading.pixels))
    cards = [
        card(one, attribute, square, heat.layer(one.heat, scale), shown.server)
        for one, attribute, scale in zip(shown.grading.attributes, shown.bundle["attributes"], scales, strict=True)
    ]
    text = page.substitute(
        photo=square,
        what="A rendered sample of skin" if shown.is_sample else "Your photo",
        cards="\n".join(cards),
        history=history(shown),
        quality=quality(shown.grading),
        model=html.escape(f"{shown.bundle['name']} {shown.bundle['version']}"),
        coverage=round(shown.bundle["decoding"]["coverage"] * 100),
        footer=html.escape(FOOTER),
    )
    return text.encode()


def data_url(png: bytes) -> str:
    """A PNG inside the page."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def card(one: Graded, attribute: dict[str, Any], square: str, phone: bytes, server: Heatmaps) -> str:
    """One attribute: grade, scale, how sure, and both overlays."""
    name = f"{html.escape(attribute['en'])} <span lang=ko>{html.escape(attribute['ko'])}</span>"
    span = f"{one.low} to {one.high}" if one.low < one.high else f"{one.low}"
    steps = "".join(f"<i class='{_step(g, one)}'></i>" for g in range(GRADES))
    overlays = figure("On the phone", square, phone, "phone", attribute["en"])
    overlays += figure("From the server", square, server.layers[one.key], "server", attribute["en"])
    said = f"Plausible range {span}, expected {one.expected:.1f}; {DIRECTION[attribute['more_is']]}."
    if not one.believed:
        said = "Not graded here: the model was never taught this attribute on this part of the face."
    shown, label = (one.grade, f"grade {one.grade} of 4") if one.believed else ("–", "not graded here")
    return f"""<article>
<header><h3>{name}</h3><strong aria-label="{label}">{shown}</strong></header>
<div class=scale role=img aria-label="{said}">{steps}</div>
<div class=ends><span>{html.escape(attribute["grade0"])}</span><span>{html.escape(attribute["grade4"])}</span></div>
<p>{said}</p>
<div class=pair>{overlays}</div>
<p class=key>{legend(attribute)}</p>
</article>"""


def legend(attribute: dict[str, Any]) -> str:
    """What the two colours of this attribute's layers mean."""
    up, down = html.escape(attribute["grade4"]), html.escape(attribute["grade0"])
    return f"<i class=up></i>towards “{up}”<br><i class=down></i>towards “{down}”"


def _step(grade: int, one: Graded) -> str:
    if not one.believed:
        return "out"
    return "at" if grade == one.grade else "in" if one.low <= grade <= one.high else "out"


def figure(caption: str, square: str, layer: bytes, source: str, name: str) -> str:
    """A heat layer over the photo."""
    alt = html.escape(f"{name}: where the grade comes from, {caption.lower()}")
    over = f"<img class='layer {source}' src='{data_url(layer)}' alt='{alt}'>"
    return (
        f"<figure><div class=stack><img src='{square}' alt=''>{over}</div><figcaption>{caption}</figcaption></figure>"
    )


def quality(grading: Grading) -> str:
    """What the quality gate says."""
    if not grading.advice:
        return "The photo is bright and sharp enough to be graded."
    return "Better take another photo: " + html.escape("; ".join(grading.advice)) + "."


def history(shown: Reported) -> str:
    """A small chart per attribute, or words while there is one point only."""
    charts = "".join(chart(a, shown.history) for a in shown.bundle["attributes"])
    words = "One score so far: the line starts with the next photo." if len(shown.history) < 2 else ""
    return f"<p>{words}</p><div class=charts>{charts}</div>"


def chart(attribute: dict[str, Any], scores: list[dict[str, Any]]) -> str:
    """Expected grade over the scores that have this attribute, as inline SVG."""
    values = [
        s["attributes"][attribute["key"]]["expected_milli"] / 1000
        for s in scores
        if attribute["key"] in s["attributes"]
    ]
    spread = CHART_WIDTH - 40
    places = [20 + spread * (i + 0.5) / max(len(values), 1) for i in range(len(values))]
    points = [(x, CHART_HEIGHT - 12 - v / 4 * (CHART_HEIGHT - 24)) for x, v in zip(places, values, strict=True)]
    rules = "".join(
        f"<line x1=20 x2={CHART_WIDTH - 20} y1={y} y2={y} />" for y in (12, CHART_HEIGHT / 2, CHART_HEIGHT - 12)
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f"<circle cx={x:.1f} cy={y:.1f} r=5 />" for x, y in points)
    label = html.escape(f"{attribute['en']}: " + ", ".join(f"{v:.1f}" for v in values))
    return (
        f"<figure><svg viewBox='0 0 {CHART_WIDTH} {CHART_HEIGHT}' role=img aria-label='{label}'>{rules}"
        f"<text x=2 y=16>4</text><text x=2 y={CHART_HEIGHT - 8}>0</text><polyline points='{line}' />{dots}</svg>"
        f"<figcaption>{html.escape(attribute['en'])}</figcaption></figure>"
    )
