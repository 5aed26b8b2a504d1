"""The report of `diagnose`."""

import os
from collections.abc import Mapping, Sequence

from keras_ivy.diagnostics.finding import SEVERITIES, Finding, grouped
from keras_ivy.diagnostics.page import check_page, page
from keras_ivy.diagnostics.plots import plot_rows
from keras_ivy.diagnostics.rows import Row
from keras_ivy.utils.files import write_all
from keras_ivy.utils.plots import Axes, Figure, Panels
from keras_ivy.utils.reports import Json, Report, plain

__all__ = ["Diagnosis"]

#: How many layers of one fault are named in the printed report.
_SHOWN = 4


class Diagnosis(Report[Row]):
    """What `diagnose` has seen: findings first, then a row for each call of a layer.

    `report["dense_3"]` is the row of a layer by name or path, of a shared layer the first call's;
    `report["dense_3:2"]` the second's. `report["block/dense"]` names a layer by those around it.

    Args:
        rows: The rows, in the order of calls.
        findings: The findings, worst first.
        model: Name of the model.
        summary: Numbers and texts of the whole model.
        also: Further names of layers, by their paths.
    """

    columns = (
        ("layer", "name"),
        ("type", "type"),
        ("shape", "shape"),
        ("act", "activation"),
        ("rms", "rms"),
        ("mean", "mean"),
        ("std", "std"),
        ("zeros", "zeros"),
        ("dead", "dead"),
        ("satur.", "saturated"),
        ("cosine", "similarity"),
        ("dL/da", "grad_rms"),
        ("dL/dW", "kernel_grad_norm"),
        ("update", "update_ratio"),
        ("x fan", "weight_ratio"),
    )

    def __init__(
        self,
        rows: Sequence[Row],
        findings: Sequence[Finding],
        model: str = "",
        summary: dict[str, float | int | str] | None = None,
        also: Mapping[str, Sequence[str]] | None = None,
    ):
        super().__init__(rows)
        self._also = dict(also or {})
        self.findings: list[Finding] = sorted(
            findings, key=lambda finding: SEVERITIES.index(finding.severity)
        )
        self.model = model
        self.summary: dict[str, float | int | str] = dict(summary or {})

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings and notes there may be."""
        return all(finding.severity != "error" for finding in self.findings)

    @property
    def kinds(self) -> set[str]:
        """The kinds of the findings."""
        return {finding.kind for finding in self.findings}

    def names(self, row: Row) -> tuple[str, ...]:
        """The layer's name, and with the number of the call."""
        return (f"{row.layer}:{row.call}", row.layer)

    @property
    def verdict(self) -> str:
        """How many findings of which severity there are."""
        counts = [
            f"{number} {severity}{'s' if number > 1 else ''}"
            for severity in SEVERITIES
            if (number := sum(f.severity == severity for f in self.findings))
        ]
        return ", ".join(counts) if counts else "nothing found that keeps it from training"

    def heading(self) -> list[str]:
        """The verdict and the findings."""
        return [f"{self.model}: {self.verdict}", *self._grouped(), ""]

    def _grouped(self) -> list[str]:
        """The findings, those of one kind and remedy together."""
        lines = []
        for first, *others in grouped(self.findings):
            text, _, remedy = str(first).rpartition("\n")
            if others:
                names = ", ".join(finding.layer for finding in others[:_SHOWN])
                more = len(others) - _SHOWN
                text += f"; the same in {names}" + (f" and {more} more" if more > 0 else "")
            lines += [text, remedy]
        return lines

    def footing(self) -> list[str]:
        """The numbers of the whole model."""
        shown = (
            f"{name.replace('_', ' ')} {value:.4g}"
            if isinstance(value, float)
            else f"{name.replace('_', ' ')} {value}"
            for name, value in self.summary.items()
        )
        return ["", "; ".join(shown)] if self.summary else []

    def to_dict(self) -> dict[str, Json]:
        """Return model, verdict, findings, summary and rows."""
        return {
            "model": self.model,
            "ok": self.ok,
            "summary": plain(self.summary),
            "findings": [plain(finding) for finding in self.findings],
            **super().to_dict(),
        }

    def to_html(self) -> str:
        """Return a page that stands alone: findings, pictures by depth, and a table that sorts."""
        return page(
            self.model,
            self.verdict,
            self.findings,
            self.rows,
            self.columns,
            self.cells(),
            self.footing(),
        )

    def save(self, path: str | os.PathLike) -> None:
        """Write the page, one file that fetches nothing.

        Args:
            path: Name of the file, such as `"report.html"`.

        Raises:
            ValueError: If the name does not end in `.html` or `.htm`.
            OSError: If it cannot be written; an old file is then as it was.
        """
        check_page(path)
        write_all(path, self.to_html().encode())

    def plot(self, ax: Axes | None = None) -> tuple[Figure, Panels]:
        """Draw signal, gradient and step by depth, on logarithmic axes, with matplotlib.

        Args:
            ax: Axes to draw signal and gradient on; by default a new figure of three.

        Returns:
            The figure and its axes.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
        """
        return plot_rows(self.rows, self.model, ax)
