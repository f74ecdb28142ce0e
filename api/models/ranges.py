"""Which part of a file a request wants, where RFC 9110 (14.1.2, 14.2) is stricter or kinder than werkzeug."""

import re

ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE)


def sound_range(header: str, length: int) -> str | None:
    """The Range header to act on for a file of `length` bytes; None where it must or may be ignored.

    Ignored are other units, broken ranges and several at once; the last n bytes of a shorter file are all of it.
    """
    found = ONE_RANGE.fullmatch(header.strip())
    if found is None or found[0].strip().endswith("=-"):
        return None
    first, last = found.groups()
    if not first:
        return f"bytes={max(0, length - int(last))}-" if int(last) else f"bytes={length}-"
    if last and int(last) < int(first):
        return None
    return f"bytes={int(first)}-{int(last) if last else ''}"
