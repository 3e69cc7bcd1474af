"""Lists: searching, opening rows, search from everywhere."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from ivr.model import Ticket
from ivr.testing.browser import RunningConsole, no_reload

pytestmark = pytest.mark.browser


def test_the_list_is_searched_as_one_types_and_rows_open_by_click(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    with running.seeded.store.reading() as session:
        count = session.scalar(select(func.count()).select_from(Ticket))
    page = open_page("hoa")
    expect(page.locator(".list tbody tr")).to_have_count(count)
    with no_reload(page):
        page.locator("#q").fill("duong nguyen trai")
        expect(page.locator(".list tbody tr")).to_have_count(1)
        expect(page).to_have_url(f"{running.address}/tickets?tab=all&q=duong+nguyen+trai")
        page.locator("#q").fill("")
        expect(page.locator(".list tbody tr")).to_have_count(count)
    page.locator(f"#t{running.seeded.ulid(4217)} td").nth(1).click()
    expect(page.locator("h1")).to_have_text("Phiếu DN26-004217-4")
    page.keyboard.press("Escape")
    expect(page.locator("h1")).to_have_text("Phiếu phản ánh")


def test_search_from_everywhere_by_keys(open_page: Callable[..., Page]) -> None:
    page = open_page("lan", path="/calls")
    page.keyboard.press("F1")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    with page.expect_response(lambda answer: answer.url.endswith("karaoke")):
        page.keyboard.type("karaoke")
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator("#found a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("DN26-004214")
