"""`make screenshots`: every screen, or those named in ARGS, at two widths and in both themes, into docs/screens."""

import asyncio
import io
import sys
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser

from tests.browser.chromium import chromium
from tests.browser.kit import PHONE, THEMES, WIDE, Site, Theme, serving
from tests.browser.screens import SCREENS, Screen, furnished

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
COLOURS = 256


async def take(site: Site, screen: Screen, width: int, theme: Theme) -> Path:
    """One picture of what a window shows before anybody scrolls."""
    address = await screen.address(site.house)
    page = await site.open(address, screen.viewer(site.house), status=screen.status, width=width, theme=theme)
    picture = Image.open(io.BytesIO(await page.screenshot(animations="disabled")))
    await site.close()
    path = FOLDER / f"{screen.name}-{width}-{theme}.png"
    # Paper, ink and a few depths: a palette is a third of the size and looks the same.
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


async def take_all(browser: Browser, names: list[str]) -> None:
    """Those of these names, or all; then pictures of screens that are no more go."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken = []
    async with furnished() as house, serving(house) as origin:
        site = Site(house, origin, browser)
        for screen in (screen for screen in SCREENS if not names or screen.name in names):
            for width in (WIDE, PHONE):
                taken += [await take(site, screen, width, theme) for theme in THEMES]
    for path in set() if names else set(FOLDER.glob("*.png")) - set(taken):
        path.unlink()
    print(f"{len(taken)} pictures, {sum(path.stat().st_size for path in taken) // 1024} KB, in {FOLDER}")


async def main() -> None:
    async with chromium() as browser:
        await take_all(browser, sys.argv[1:])


if __name__ == "__main__":
    asyncio.run(main())
