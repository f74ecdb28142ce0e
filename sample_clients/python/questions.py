"""What a command asks before it goes on."""

import sys


def says_yes(question: str) -> bool:
    """Whether a person at the keyboard says yes; nobody there means no."""
    return sys.stdin.isatty() and input(f"{question} [y/N] ").strip().lower() == "y"
