"""Where the keyboard is can be seen on every stop of every page, and is not lost by an act."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ivr.testing.browser import RunningConsole

pytestmark = pytest.mark.browser
MOST_STOPS = 250
LOOK = """() => {
    const stop = document.activeElement;
    if (!stop || stop === document.body) return null;
    const style = getComputedStyle(stop);
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
        && style.outlineColor !== "rgba(0, 0, 0, 0)";
    return { name: `${stop.tagName}#${stop.id}.${stop.className}`, seen };
}"""


def stops(page: Page) -> dict[str, bool]:
    """Every stop of the Tab key, and whether it can be seen that the keyboard is there."""
    found: dict[str, bool] = {}
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        at = page.evaluate(LOOK)
        if at is None:
            break
        found[at["name"]] = at["seen"] and found.get(at["name"], True)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen_on_every_stop(open_page: Callable[..., Page], running: RunningConsole, scheme: str) -> None:
    page = open_page("admin", path="/tickets?tab=all", scheme=scheme)
    for path in ("/tickets?tab=all", f"/tickets/{running.seeded.ulid(4213)}", "/listening", "/people", "/password"):
        page.goto(path)
        found = stops(page)
        assert len(found) >= 6, path
        assert [name for name, seen in found.items() if not seen] == [], path


def test_the_focus_is_seen_in_dialogs(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("hoa", path=f"/tickets/{running.seeded.ulid(4213)}")
    for opener in ("Chuyển cơ quan…", "Hiện số", "Tải xuống"):
        page.get_by_role("button", name=opener).first.click()
        dialog = page.locator("dialog[open]")
        expect(dialog).to_be_visible()
        for _ in range(8):
            page.keyboard.press("Tab")
            at = page.evaluate(LOOK)
            assert at is None or at["seen"], at
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


def test_the_focus_returns_after_acts(open_page: Callable[..., Page], running: RunningConsole) -> None:
    ulid, hear = running.seeded.report_now(4350, "ổ gà lớn trước cổng bệnh viện")
    hear()
    page = open_page("hoa", path=f"/tickets/{ulid}")
    page.locator("#act-take").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#part-bar")).to_contain_text("Anh/chị đang xử lý")
    expect(page.locator("[data-key=F8]")).to_be_focused()  # what was pressed is gone: the step that follows
    page.locator("#kind").focus()
    page.keyboard.press("k")
    expect(page.locator("#part-history")).to_contain_text("Kiến nghị")
    expect(page.locator("#kind")).to_be_focused()
    page.locator("#step-cho_bo_sung").focus()
    for _ in range(2):
        page.keyboard.press("Enter")
        expect(page.locator("#move-reason")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#step-cho_bo_sung")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#move-reason").fill("xin số nhà")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#part-bar")).to_contain_text("Chờ bổ sung")
    expect(page.locator("#part-bar :focus")).to_have_count(1)


def test_a_page_opened_by_mouse_is_calm_until_the_first_key(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid = running.seeded.ulid(4214)
    page = open_page("lan", path="/tickets?tab=all")
    said = page.locator(".said[data-said]")
    row = page.locator(f'.list .row-link[href$="{ulid}"]')
    for _ in range(2):  # twice in a row
        row.click()
        expect(said).to_be_focused()  # the arrows walk through the words all the same
        assert page.evaluate(LOOK)["seen"] is False
        page.keyboard.press("Shift")
        assert page.evaluate(LOOK)["seen"] is False
        page.keyboard.press("ArrowRight")
        assert page.evaluate(LOOK)["seen"] is True
        page.keyboard.press("Escape")
        expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(said).to_be_focused()
    assert page.evaluate(LOOK)["seen"] is True  # whoever came by keys sees where the keyboard is
