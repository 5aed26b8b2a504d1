"""What every report is: a table whose rows are found by names, and the forms it takes."""

from keras_ivy.utils.reports.report import Column, Json, Report, Tabular, VariableTable, plain
from keras_ivy.utils.reports.tables import aligned, cell_text, optional

__all__ = [
    "Column",
    "Json",
    "Report",
    "Tabular",
    "VariableTable",
    "aligned",
    "cell_text",
    "optional",
    "plain",
]
