"""What a model can and cannot do, in sentences that follow from its figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training.attributes import ATTRIBUTES, PARTS
from training.decoding import COVERAGE
from training.faithfulness import energy, randomise
from training.report.findings import Findings, constant_answer
from training.report.run import Run
from training.report.words import ends, listed, number, percent, percent_spread, spread

NORMAL = 1.96  # standard errors that chance stays within in 95 of 100 samples
NOT_VALIDATED = (
    "It is not validated on people: it {} synthetic skin. Its figures prove the software, not accuracy on people."
)


@dataclass(frozen=True)
class Claim:
    """A sentence that continues `it can` or, where `able` is false, `it cannot`."""

    able: bool
    text: str


def not_validated(run: Run, found: Findings) -> str:
    """Why it is not validated on people; empty where it learned from photos of people and is judged on such."""
    if run.synthetic:
        return NOT_VALIDATED.format("learned from")
    return NOT_VALIDATED.format("is judged here on") if found.synthetic else ""


def claims(run: Run, found: Findings) -> list[Claim]:
    """Everything to know before the details."""
    parts = (grades(found), weakest(found), ranges(found), places(found), tones(found), limits(run, found))
    return [claim for part in parts for claim in part]


def grades(found: Findings) -> Iterator[Claim]:
    """Which attributes are graded better than by always answering the same, and how well."""
    each = found.figures["attributes"]
    better = [one for one in found.labelled if _better_than_constant(each[one.key])]
    if better:
        earned = spread([each[one.key]["p_recall_present"] for one in better])
        constant = number(max(constant_answer(each[one.key]["n"]) for one in better))
        near = percent_spread([each[one.key]["within_one"] for one in better])
        yield Claim(
            True,
            f"grade {listed(better)}: P-Recall of {earned}, where always giving the same grade earns {constant} at"
            f" most; {near} of its answers are the {found.truth} or one beside it.",
        )
    if rest := [one for one in found.labelled if one not in better]:
        yield Claim(False, f"grade {listed(rest)} any better than by always giving the same grade.")
    if unlabelled := [one for one in ATTRIBUTES if one not in found.labelled]:
        yield Claim(False, f"be judged on {listed(unlabelled)} here: no photo is labelled for that.")


def weakest(found: Findings) -> Iterator[Claim]:
    """The attribute with the lowest P-Recall, where it is one of several and more than a constant answer earns."""
    each = found.figures["attributes"]
    last = min(found.labelled, key=lambda one: each[one.key]["p_recall_present"])
    one = each[last.key]
    if len(found.labelled) > 1 and _better_than_constant(one):
        earned, far = f"{number(one['p_recall_present'])} ({ends(one['ci95'])})", percent(1 - one["within_one"])
        yield Claim(
            False,
            f"grade {listed([last])} as well as the rest: P-Recall {earned}, and {far} of its answers are more than"
            " one grade off.",
        )


def ranges(found: Findings) -> Iterator[Claim]:
    """Whether the ranges of grades hold what they promise."""
    each = found.figures["attributes"]
    for able, what in ((True, "say how sure it is"), (False, "keep the promise of its ranges")):
        if these := [one for one in found.labelled if _keeps_promise(each[one.key]) is able]:
            held = percent_spread([each[one.key]["range_coverage_rated"] for one in these])
            wide = spread([each[one.key]["range_width"] for one in these], 1)
            yield Claim(
                able,
                f"{what} for {listed(these)}: the range beside a grade spans {wide} of the five grades and holds the"
                f" rated one in {held} of the photos, {percent(COVERAGE, 0)} being promised.",
            )


def places(found: Findings) -> Iterator[Claim]:
    """Which bars its maps pass."""
    if found.faithfulness is None:
        return
    checks = found.faithfulness["checks"]
    bar = f"{percent(energy.BAR, 0)} of the way from chance to a perfect map, and more than a blob in the middle"
    for able, what in ((True, "its maps reach at least"), (False, "its maps miss the bar of")):
        if these := [one for one in ATTRIBUTES if checks.get(f"energy_{one.key}") is able]:
            yield Claim(able, f"show where it sees {listed(these)}: {what} {bar}.")
    if not checks["randomisation"]:
        yield Claim(False, "show maps that hang on what it learned: they stay alike when its head is drawn anew.")


def tones(found: Findings) -> Iterator[Claim]:
    """Whether the gap between skin tones is more than chance."""
    figures = found.figures["tones"]
    if figures is None:
        yield Claim(False, "be judged on fairness here: fewer than two skin tones are known for these photos.")
        return
    gap, by_chance = figures["largest_gap"], figures["largest_gap_by_chance"]
    between = f"mean P-Recall differs by {number(gap)} between {' and '.join(figures['largest_gap_between'])} skin"
    if gap > by_chance:
        yield Claim(False, f"serve all skin tones alike: {between}, and chance reaches {number(by_chance)}.")
    else:
        yield Claim(True, f"serve skin tones alike as far as these photos tell: {between}, no more than by chance.")


def limits(run: Run, found: Findings) -> Iterator[Claim]:
    """What better figures would not change."""
    for one in ATTRIBUTES:
        if parts := run.unseen_parts.get(one.key):
            where = " or ".join(PARTS[part] for part in parts)
            yield Claim(False, f"grade {listed([one])} on {where}: it saw no labels there.")
    if untold := run.parts_not_told:
        why = "the photos that it learned from do not say their part, so all count as learned"
        yield Claim(False, f"say on which parts of the face it can grade {listed(untold)}: {why}.")
    if found.rendered and run.drew(found.seed):
        yield Claim(False, f"be judged by this page: seed {found.seed} also drew what it learned from; take another.")
    yield Claim(False, "say anything medical: it grades cosmetic appearance, and names no disease.")


def explained(checks: dict[str, bool]) -> str:
    """Which bars of the maps hold and which are missed."""
    names = {f"energy_{one.key}": f"energy in mask of {one.en.lower()}" for one in ATTRIBUTES}
    names["randomisation"] = f"randomised head (rank correlation under {randomise.BAR})"
    held, missed = ([names[key] for key, holds in checks.items() if holds is able] for able in (True, False))
    return f"Bars that hold: {', '.join(held) or 'none'}. Bars missed: {', '.join(missed) or 'none'}."


def _better_than_constant(one: dict[str, Any]) -> bool:
    return one["ci95"][0] > constant_answer(one["n"])


def _keeps_promise(one: dict[str, Any]) -> bool:
    """Whether the range of an attribute holds the rated grade as often as promised, or nearly so by chance."""
    error = (COVERAGE * (1 - COVERAGE) / sum(one["n"])) ** 0.5
    return one["range_coverage_rated"] >= COVERAGE - NORMAL * error
