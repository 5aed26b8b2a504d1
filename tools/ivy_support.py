"""Write docs/ivy_support.md: every module of Ivy, and how much of it is here.

    python tools/ivy_support.py            # writes the page
    python tools/ivy_support.py --check    # fails if the page is another

Ivy's public names are recorded in tests/golden/public_names.json. What is here is asked of the
package; every name that is not has a reason in keras_ivy/ops/ivy/left_out.py, as errors tell too.
"""

import json
import pathlib
import sys
from collections.abc import Iterator

import keras_ivy
from keras_ivy.ops.ivy.left_out import REASONS, reason_of

ROOT = pathlib.Path(__file__).parents[1]
PAGE = ROOT / "docs" / "ivy_support.md"
RECORDED = json.loads((ROOT / "tests" / "golden" / "public_names.json").read_text(encoding="utf-8"))

#: The parts of Ivy, with their titles, and the objects in which their names are looked for.
PARTS = {
    "functional": ("Functions", "ivy.functional.ivy"),
    "container": ("Methods of Container", "ivy.data_classes.container"),
    "stateful": ("Classes", "ivy.stateful"),
    "utils": ("Utilities", "ivy.utils"),
}


def is_here(part: str, name: str) -> bool:
    """Whether a name of Ivy's is one of this package."""
    places: list[object] = [keras_ivy]
    if part == "container":
        places = [keras_ivy.Container]
    elif part == "utils":
        places += [keras_ivy.utils.assertions, keras_ivy.utils.exceptions]
    *owners, last = name.split(".")
    for place in places:
        here = place
        for owner in owners:
            here = getattr(here, owner)
        if hasattr(here, last):
            return True
    return False


def modules(part: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each module of a part, the names of it that are here, and those that are not."""
    for module, names in RECORDED[part].items():
        here = [name for name in names if is_here(part, name)]
        yield module, here, [name for name in names if name not in here]


def page() -> str:
    """Return the page."""
    total = {part: [0, 0] for part in PARTS}
    tables, missing = [], {}
    for part, (title, where) in PARTS.items():
        rows = ["| module of Ivy | names | here | left out |", "|---|---|---|---|"]
        for module, here, lacking in modules(part):
            total[part][0] += len(here)
            total[part][1] += len(here) + len(lacking)
            shown = ", ".join(f"`{name}`" for name in lacking)
            rows.append(
                f"| `{where}.{module}` | {len(here) + len(lacking)} | {len(here)} | {shown} |"
            )
            for name in lacking:
                missing.setdefault(reason_of(name) or "", set()).add(name)
        tables.append(f"## {title}\n\n" + "\n".join(rows))
    counts = "\n".join(
        f"| {title} | {total[part][1]} | {total[part][0]} |" for part, (title, _) in PARTS.items()
    )
    reasons = "\n".join(
        f"| {', '.join(f'`{name}`' for name in sorted(missing[reason]))} | {reason} |"
        for reason in REASONS
        if reason in missing
    )
    return "\n\n".join(
        [
            "<!-- Made by tools/ivy_support.py. -->",
            "# What of Ivy is here",
            "Every public name of Ivy 1.0.0.5, by the module that has it, and why the rest is left "
            "out. Arguments that differ\nare told by the functions; where results differ on "
            "purpose, [Ivy's quirks](ivy_quirks.md) says so. Methods of\narrays are those of "
            "[array mode](migrate/ivy.md), the transpiler, tracer and compilers are no part of "
            "this.",
            f"| | names | here |\n|---|---|---|\n{counts}",
            *tables,
            f"## Why names are left out\n\n| names | reason |\n|---|---|\n{reasons}\n",
        ]
    )


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    made = page()
    if "--check" in arguments:
        return int(PAGE.read_text(encoding="utf-8") != made)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
