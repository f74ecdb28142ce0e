"""Fill the templates of the page and of the model card."""

from datetime import date
from typing import Any

from training.attributes import ATTRIBUTES, PARTS
from training.decoding import COVERAGE, REWARD_BY_DISTANCE
from training.fairness import TONE_NAMES
from training.faithfulness import energy, randomise
from training.faithfulness.figures import JUDGED
from training.report.claims import claims, explained, not_validated
from training.report.curves import deletion_plot, learning_curves, reliability_plot
from training.report.findings import Findings, constant_answer
from training.report.gallery import gallery
from training.report.mistakes import worst
from training.report.plot import Plot
from training.report.run import NoCurves, Run, read_log
from training.report.templating import environment

CONSTANTS = {
    "attributes": ATTRIBUTES,
    "parts": PARTS,
    "rewards": REWARD_BY_DISTANCE,
    "promised": COVERAGE,
    "tone_names": TONE_NAMES,
    "judged": JUDGED,
    "energy_bar": energy.BAR,
    "randomised_bar": randomise.BAR,
}


def page(run: Run, found: Findings) -> str:
    """The page as HTML text."""
    curves, no_curves = _curves(run)
    faithfulness = found.faithfulness
    return _fill(
        "page.html",
        run,
        found,
        curves=curves,
        no_curves=no_curves,
        low=lowest(found.figures),
        reliability={one.key: reliability_plot(one, found.figures["attributes"][one.key]) for one in found.labelled},
        deletions=[deletion_plot(one, faithfulness["deletion"][one.key]) for one in ATTRIBUTES] if faithfulness else [],
        gallery=gallery(found) if faithfulness else [],
        mistakes=worst(found),
    )


def model_card(run: Run, found: Findings) -> str:
    """The model card as Markdown text, in the order of Mitchell et al. 2019 (arXiv 1810.03993)."""
    return _fill("model_card.md", run, found)


def lowest(figures: dict[str, Any]) -> float:
    """Where rails of P-Recall begin: at 0 unless an interval reaches below."""
    rows = [*figures["attributes"].values(), *(figures["tones"] or {"classes": []})["classes"]]
    return -0.5 if any((row["ci95"][0] or 0) < 0 for row in rows) else 0


def _fill(name: str, run: Run, found: Findings, **more: Any) -> str:
    said, each = claims(run, found), found.figures["attributes"]
    return (
        environment()
        .get_template(name)
        .render(
            run=run,
            found=found,
            figures=found.figures,
            faithfulness=found.faithfulness,
            able=[claim.text for claim in said if claim.able],
            unable=[claim.text for claim in said if not claim.able],
            not_validated=not_validated(run, found),
            bars=explained(found.faithfulness["checks"]) if found.faithfulness else "",
            constant={one.key: constant_answer(each[one.key]["n"]) for one in found.labelled},
            covered=[each[one.key]["range_coverage_rated"] for one in found.labelled],
            widths=[each[one.key]["range_width"] for one in found.labelled],
            today=date.today().isoformat(),
            **CONSTANTS,
            **more,
        )
    )


def _curves(run: Run) -> tuple[list[Plot], str]:
    """The learning curves, or a sentence on why there are none."""
    try:
        return learning_curves(read_log(run.folder)), ""
    except NoCurves as why:
        return [], str(why)
