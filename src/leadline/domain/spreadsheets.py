"""Cells of a file that a spreadsheet may open: no value may become a formula, and our own file read again gives the values back."""

import re

# What a spreadsheet takes for the beginning of a formula, their wide twins too.
_SIGNS = "=+\\-@＝＋－＠"
# The apostrophes of the value itself count with it: the mark is one more, so that taking one away gives back what was there.
_FORMULA = re.compile(rf"'* *[{_SIGNS}\t\r\n]")
# Where a semicolon parts the cells (Excel in German, French, Spanish), a value may begin one in its middle, and quotes that do not
# stand at the beginning of a cell hold no lines together.
_LATER_CELL = re.compile(rf"([;\t\r\n][\" ]*)(?='*[{_SIGNS}])")
_MARKED_LATER = re.compile(rf"([;\t\r\n][\" ]*)'(?='*[{_SIGNS}])")


def safe_text(value: str) -> str:
    """A text with an apostrophe before what would be a formula: a spreadsheet then shows it as the text it is."""
    text = _LATER_CELL.sub(r"\1'", value)
    return f"'{text}" if _FORMULA.match(text) else text


def original_text(cell: str) -> str:
    """What `safe_text` made the cell of."""
    if "'" not in cell:
        return cell
    if cell.startswith("'") and _FORMULA.match(cell):
        cell = cell[1:]
    return _MARKED_LATER.sub(r"\1", cell)
