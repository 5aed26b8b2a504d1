"""What a page says that its programs print, compared with what they print.

A page shows true output. Machines and versions round differently, so numbers are compared with a
tolerance, and everything else as it stands but for white space. `...` stands for anything. Whole
numbers are counts and equal; a number with a fraction or an exponent may differ by 2 %, or by one
in its last digit. Where a number depends on more, a comment before the output tells how much:
`<!-- numbers within 50 % -->`.
"""

import re

TOLERANCE = 0.02
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d[\d,]*\.\d+|\d[\d,]*|\.\d+)(?:e[-+]?\d+)?(?![\w]|\.\d)")


def agrees(said: str, printed: str, tolerance: float = TOLERANCE) -> bool:
    """Whether a program printed what a page says.

    >>> agrees("loss 0.213, 4 of 4", "loss  0.215, 4 of 4")
    True
    >>> agrees("loss 0.213, 4 of 4", "loss 0.215, 5 of 5")
    False
    >>> agrees("loss 0.213", "loss 0.413"), agrees("loss 0.2...", "loss 0.24")
    (False, True)
    """
    said = said.strip()
    pattern, numbers, at = "", [], 0
    for match in _NUMBER.finditer(said):
        if said[match.end() : match.end() + 3] == "..." or said[: match.start()].endswith("..."):
            continue
        pattern += _text(said[at : match.start()]) + f"({_NUMBER.pattern})"
        numbers.append(match[0])
        at = match.end()
    pattern += _text(said[at:])
    found = re.fullmatch(rf"\s*{pattern}\s*", printed, re.DOTALL)
    return found is not None and all(
        _near(one, other, tolerance) for one, other in zip(numbers, found.groups(), strict=True)
    )


def _text(said: str) -> str:
    """A pattern for what stands between two numbers."""
    parts = [re.escape(part) for part in re.split(r"\s+|\.\.\.", said)]
    gaps = [r"\s+" if gap.isspace() else ".*?" for gap in re.findall(r"\s+|\.\.\.", said)]
    return "".join(part + gap for part, gap in zip(parts, [*gaps, ""], strict=True))


def _near(said: str, printed: str, tolerance: float) -> bool:
    one, other = (float(text.replace(",", "")) for text in (said, printed))
    if re.fullmatch(r"[-+]?[\d,]+", said):
        return one == other
    digits, _, exponent = said.partition("e")
    places = len(digits.partition(".")[2])
    last = 10.0 ** (int(exponent or 0) - places)
    return abs(one - other) <= max(tolerance * abs(one), 1.01 * last)
