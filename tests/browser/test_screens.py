"""What every screen must bear: both themes under axe, a small phone, no script, a printer, a keyboard."""

import pytest

from tests.browser.kit import THEMES, Site, Theme, assert_accessible, assert_fits
from tests.browser.screens import SCREENS, Screen

pytestmark = pytest.mark.long


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("screen", SCREENS, ids=str)
async def test_it_is_accessible_in_both_themes_and_causes_no_trouble(site: Site, screen: Screen, theme: Theme) -> None:
    address = await screen.address(site.house)
    page = await site.open(address, screen.viewer(site.house), status=screen.status, theme=theme)

    await assert_accessible(page)
    assert await page.get_by_role("heading", level=1).count() == 1
    assert await page.get_by_role("main").count() == 1
    assert await page.title()


@pytest.mark.parametrize("screen", SCREENS, ids=str)
async def test_it_fits_every_width_from_a_small_phone_up(site: Site, screen: Screen) -> None:
    address = await screen.address(site.house)
    page = await site.open(address, screen.viewer(site.house), status=screen.status)

    for width in (320, 390, 768, 1024, 1600):
        await assert_fits(page, width)
    await page.set_viewport_size({"width": 390, "height": 844})
    await assert_accessible(page)


@pytest.mark.parametrize("screen", SCREENS, ids=str)
async def test_it_says_the_same_without_script_and_on_paper(site: Site, screen: Screen) -> None:
    address = await screen.address(site.house)
    viewer = screen.viewer(site.house)
    with_script = await site.open(address, viewer, status=screen.status)
    without = await site.open(address, viewer, status=screen.status, script=False)

    assert await without.locator("h1").inner_text() == await with_script.locator("h1").inner_text()
    await without.emulate_media(media="print")
    assert await without.locator("main").is_visible()


@pytest.mark.parametrize("screen", SCREENS, ids=str)
async def test_the_keyboard_reaches_everything_and_shows_where_it_is(site: Site, screen: Screen) -> None:
    address = await screen.address(site.house)
    page = await site.open(address, screen.viewer(site.house), status=screen.status)

    wanted = await page.evaluate(_FOCUSABLE_COUNT)
    seen: list[str] = []
    for _ in range(min(wanted, 40)):
        await page.keyboard.press("Tab")
        at = await page.evaluate(_WHERE)
        assert at["shown"], at
        seen.append(at["what"])
    assert len(set(seen)) == len(seen)


_FOCUSABLE_COUNT = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter(e => !e.disabled && e.type !== "hidden" && e.getClientRects().length)
  // The buttons of one choice are one stop.
  .filter((e, i, all) => e.type !== "radio" || all.findIndex(other => other.name === e.name) === i).length"""
_WHERE = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const ringed = n => n && n !== document.body
    && (getComputedStyle(n).outlineStyle !== "none" || getComputedStyle(n).boxShadow !== "none");
  window.numbered = window.numbered || new Map();
  if (!window.numbered.has(e)) window.numbered.set(e, window.numbered.size);
  return {
    what: `${window.numbered.get(e)} ${e.outerHTML.slice(0, 90)}`,
    shown: box.width > 0 && (ringed(e) || ringed(e.parentElement) || e.type === "search") && style.visibility === "visible",
  };
}"""
