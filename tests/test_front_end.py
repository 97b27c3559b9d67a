"""The front end from npm: pinned by content, fetched by nobody's name, and inside of every wheel."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from leadline.web.static import VENDORED

ROOT = Path(__file__).parent.parent
LOCK = json.loads((ROOT / "package-lock.json").read_text())


def test_every_package_is_pinned_by_its_content_and_names_no_host() -> None:
    packages = {name: package for name, package in LOCK["packages"].items() if name}

    assert packages
    for package in packages.values():
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package
        assert "hasInstallScript" not in package
    assert "://" not in (ROOT / "package-lock.json").read_text() + (ROOT / "package.json").read_text()


def test_npm_is_told_to_name_no_host_and_to_run_nothing() -> None:
    told = dict(line.split("=") for line in (ROOT / ".npmrc").read_text().split())

    assert told["omit-lockfile-registry-resolved"] == "true"
    assert told["ignore-scripts"] == "true"
    assert "registry" not in told


def test_a_wheel_carries_what_its_pages_load(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()

    for name in VENDORED:
        assert f"leadline/web/static/vendor/{name}" in names
    assert "leadline/web/templates/base.html" in names
    assert not [name for name in names if "node_modules" in name]


def test_a_wheel_without_them_is_refused(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "hatch_build.py", "README.md"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / "src" / "leadline").mkdir(parents=True)
    (tmp_path / "src" / "leadline" / "__init__.py").touch()
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "out")]

    refused = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert refused.returncode != 0
    assert "run `make wheel`" in refused.stderr


def test_nothing_of_it_is_in_the_repository() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()

    assert not [name for name in tracked if "/vendor/" in name or "node_modules" in name]


@pytest.mark.parametrize("name", VENDORED)
def test_what_make_copied_is_what_the_lock_names(name: str) -> None:
    (source,) = (ROOT / "node_modules").glob(f"*/dist/{name}")

    assert (ROOT / "src/leadline/web/static/vendor" / name).read_bytes() == source.read_bytes()
