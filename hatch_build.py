"""Refuses to build a wheel without the front end, which `make` fetches: its pages would load nothing."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("src/leadline/web/static/vendor")


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """Looks before the build. An editable install comes before the front end, and needs none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises RuntimeError where there is nothing to carry."""
        if version != "editable" and not (Path(self.root) / VENDOR / "htmx.min.js").exists():
            raise RuntimeError(f"{VENDOR}/htmx.min.js is missing: run `make wheel`, which fetches it first")
