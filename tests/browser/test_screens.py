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

    for _ in range(STOPS_MAX):
        await page.keyboard.press("Tab")
        at = await page.evaluate(_WHERE)
        if at is None:
            assert await page.evaluate(_NOT_REACHED) == []
            return
        assert at["shown"], at["what"]
    # A longer page is the same rows over and over.


STOPS_MAX = 60
# After the last stop the focus leaves the page. A group of radio buttons is one stop. Stops are told apart by their tags: what
# is live may be drawn anew meanwhile.
_WHERE = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  if (e === document.body || e === document.documentElement) return null;
  const ringed = n => n && n !== document.body
    && (getComputedStyle(n).outlineStyle !== "none" || getComputedStyle(n).boxShadow !== "none");
  (window.reached = window.reached || new Set()).add(e.outerHTML.slice(0, 200));
  return {what: e.outerHTML.slice(0, 120), shown: box.width > 0 && (ringed(e) || ringed(e.parentElement) || e.type === "search")};
}"""
_NOT_REACHED = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter(e => !e.disabled && !["hidden", "radio"].includes(e.type) && e.tabIndex >= 0 && e.checkVisibility())
  .map(e => e.outerHTML.slice(0, 200)).filter(tag => !window.reached.has(tag))"""
