"""What the commands that take figures have in common: their parser, and where the figures go."""

import argparse
import json
from pathlib import Path
from typing import Any


def parser(name: str, about: str | None) -> argparse.ArgumentParser:
    """For `python -m NAME`, whose docstring is `about`; it has `--json` already."""
    p = argparse.ArgumentParser(
        f"python -m {name}", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--json", help="write the figures as one JSON object to this file; - is stdout")
    return p


def tell(figures: dict[str, Any], target: str | None) -> None:
    """One JSON object, to a file or to stdout (in lines where nobody said that a program reads it)."""
    text = json.dumps(figures, indent=None if target else 1)
    if target and target != "-":
        Path(target).write_text(text)
    else:
        print(text)
