"""The house rules that a machine can check: sizes, lock files, and nothing that names a machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FILE_LINES_MAX = 250
FUNCTION_LINES_MAX = 40


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_and_no_function_outgrows_its_reader(path: Path) -> None:
    text = path.read_text()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    too_long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno + 1 > FUNCTION_LINES_MAX]

    assert len(text.splitlines()) <= FILE_LINES_MAX
    assert too_long == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_belongs_in_it(path: Path) -> None:
    text = path.read_text()

    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_lock_files_pin_with_hashes_and_name_no_index() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()

        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|index-url|find-links", text)


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    # Put together here, so that this file does not name them itself.
    forbidden = re.compile("|".join(["/wo" + "rk/", "/ro" + "ot/", "pypi" + r"\.org", "registry" + r"\.npmjs"]))
    found = []
    for name in filter(None, tracked):
        try:
            found += [name] if forbidden.search((ROOT / name).read_text()) else []
        except UnicodeDecodeError:
            continue

    assert found == []


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md", "README.md"])
def test_every_file_that_the_maps_name_is_there(page: str) -> None:
    """As `room/file.py` of the package, or from the root of the repository."""
    named = re.findall(r"`((?:[\w.]+/)+[\w.*]+\.(?:py|md|html|json|sql))`", (ROOT / page).read_text())
    named += re.findall(r"^  ?\S.*? {2,}((?:\w+/)+\w+\.py)", (ROOT / page).read_text(), re.MULTILINE)

    missing = [name for name in named if not any((ROOT / at / name).exists() for at in (".", "src/leadline"))]
    assert missing == []
