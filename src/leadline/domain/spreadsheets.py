"""Cells of a file that a spreadsheet may open: no value may become a formula, and our own file read again gives the values back."""

import re

# What a spreadsheet takes for the beginning of a formula, their wide twins too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Where a semicolon parts the cells (Excel in German, French, Spanish), a value may begin one in its middle, and quotes that do not
# stand at the beginning of a cell hold no lines together.
_LATER_CELL = re.compile(r"([;\t\r\n][\" ]*)(?=[=+\-@＝＋－＠])")
_MARKED_LATER = re.compile(r"([;\t\r\n][\" ]*)'(?=[=+\-@＝＋－＠])")


def safe_text(value: str) -> str:
    """A text with an apostrophe before what would be a formula: a spreadsheet then shows it as the text it is."""
    text = _LATER_CELL.sub(r"\1'", value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def original_text(cell: str) -> str:
    """What `safe_text` made the cell of."""
    if "'" not in cell:
        return cell
    if cell.startswith("'") and cell[1:].lstrip(" ").startswith(_FORMULA):
        cell = cell[1:]
    return _MARKED_LATER.sub(r"\1", cell)
