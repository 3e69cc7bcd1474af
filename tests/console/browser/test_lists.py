"""Lists: searching, filters, opening rows by mouse and keys, the list as it was on the way back, how it looks."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from ivr.model import Ticket
from ivr.testing.browser import RunningConsole, no_reload
from ivr.testing.console import SeededConsole
from ivr.testing.seeded_reports import SeededReport

pytestmark = pytest.mark.browser
FIRST_OF_MANY = 5001
MANY = 20
"""Reports on ``hộp thư``: more than a screen holds."""


@pytest.fixture(scope="module")
def many(running: RunningConsole) -> SeededConsole:
    """Enough reports to fill a screen."""
    seeded = running.seeded
    seeded.now = datetime.now(UTC)
    for number in range(MANY):
        text = f"hộp thư góp ý số {number} ở nhà sinh hoạt cộng đồng bị hỏng khóa đã lâu mà chưa có ai đến sửa chữa"
        seeded.add(SeededReport(number=FIRST_OF_MANY + number, minutes=100 + number, text=text, caller="+84905999000"))
    return seeded


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
    expect(page.locator("h1")).to_contain_text("DN26-004217-4")


def test_a_screen_holds_fourteen_rows_under_one_opaque_head(
    open_page: Callable[..., Page], many: SeededConsole
) -> None:
    page = open_page("hoa", path="/tickets?tab=all&q=hộp thư")
    rows = page.locator(".list tbody tr")
    expect(rows).to_have_count(MANY)
    boxes = [row.bounding_box() for row in rows.all()]
    whole = [box for box in boxes if box and box["y"] + box["height"] <= 768]
    assert len(whole) >= 14, boxes[0]
    assert page.locator("input[type=search]:visible, .find-button:visible").count() == 1
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    head = page.locator(".list th").first
    expect(head).to_be_in_viewport()
    for selector in (".head", ".list th"):
        ground = page.locator(selector).first.evaluate("element => getComputedStyle(element).backgroundColor")
        assert re.fullmatch(r"rgb\(\d+, \d+, \d+\)", ground), (selector, ground)


@pytest.mark.parametrize("path", ["/tickets?tab=all", "/calls"])
def test_a_phone_shows_when_in_the_first_line_and_no_empty_cell(open_page: Callable[..., Page], path: str) -> None:
    page = open_page("hoa", path=path, size=(390, 844))
    rows = page.locator(".list tbody tr")
    expect(rows.first).to_be_visible()
    cells = page.locator(".list tbody td:visible").all_inner_texts()
    assert cells
    assert "–" not in [cell.strip() for cell in cells]
    for row in rows.all():
        what, when = row.locator("td").first.bounding_box(), row.locator(".when").bounding_box()
        assert what
        assert when
        assert when["y"] < what["y"] + what["height"]


def test_a_badge_differs_from_its_row_also_under_the_pointer(open_page: Callable[..., Page]) -> None:
    for scheme in ("light", "dark"):
        page = open_page("hoa", path="/tickets?tab=all", scheme=scheme)
        for badge in page.locator(".list .state").all():
            badge.hover()
            seen = badge.evaluate("badge => getComputedStyle(badge).backgroundColor")
            row = badge.evaluate("badge => getComputedStyle(badge.closest('td')).backgroundColor")
            edge = badge.evaluate("badge => getComputedStyle(badge).boxShadow")
            assert seen != row, (scheme, badge.inner_text())
            assert edge != "none"


def test_the_way_back_leads_to_the_list_as_it_was(open_page: Callable[..., Page], many: SeededConsole) -> None:
    page = open_page("hoa", path="/tickets?tab=all&q=hộp thư&sort=old")
    link = page.locator(f"#o{many.ulid(FIRST_OF_MANY + 2)}")
    link.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    assert place > 0
    link.click()
    expect(page.locator("h1")).to_contain_text("DN26-00")
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_have_value("hộp thư")
    expect(page.locator("select[name=sort]")).to_have_value("old")
    expect(page.locator(f"#o{many.ulid(FIRST_OF_MANY + 2)}")).to_be_focused()
    assert page.evaluate("scrollY") == pytest.approx(place, abs=40)
    page.go_back()
    page.go_forward()
    expect(page.locator("#q")).to_have_value("hộp thư")


def test_rows_are_walked_and_opened_by_keys(open_page: Callable[..., Page], many: SeededConsole) -> None:
    page = open_page("hoa", path="/tickets?tab=all&q=hộp thư")
    links = page.locator(".list .row-link")
    expect(links).to_have_count(MANY)
    for number in (0, 1, 2):
        page.keyboard.press("ArrowDown")
        expect(links.nth(number)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(str(FIRST_OF_MANY + 1))
    following = page.evaluate("JSON.parse(sessionStorage['list:/tickets']).rows[2]")
    assert following.endswith(many.ulid(FIRST_OF_MANY + 2))
    page.keyboard.press("Escape")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(2)).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()


def test_filters_show_that_they_are_set_and_are_taken_away(open_page: Callable[..., Page], many: SeededConsole) -> None:
    page = open_page("hoa")
    rows = page.locator(".list tbody tr")
    all_of_them = rows.count()
    with no_reload(page):
        page.get_by_label("Lĩnh vực", exact=True).select_option("tieng-on")
        expect(rows).to_have_count(1)
        expect(page.locator(".chip[data-on]")).to_have_count(1)
        page.get_by_label("Độ khẩn", exact=True).select_option("yes")
        expect(page.get_by_text("Không có phiếu nào khớp")).to_be_visible()
        page.get_by_role("button", name="Bỏ lọc Độ khẩn").click()
        expect(rows).to_have_count(1)
        page.get_by_role("button", name="Xóa bộ lọc").click()
        expect(rows).to_have_count(all_of_them)
        expect(page.get_by_role("button", name="Xóa bộ lọc")).to_be_hidden()
        page.locator(".chip-days summary").click()
        page.get_by_label("Từ ngày").fill("hôm kia")
        page.get_by_label("Từ ngày").press("Enter")
        expect(page.get_by_text("“hôm kia” không phải là ngày")).to_be_visible()
        page.get_by_role("button", name="Hôm nay").click()
        today = datetime.now(UTC) + timedelta(hours=7)
        expect(page).to_have_url(re.compile(rf"from={today:%d}%2F{today:%m}"))
    page.locator(".list th a", has_text="Hạn").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Hạn")


def test_search_from_everywhere_by_keys(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("lan", path="/calls")
    page.keyboard.press("F1")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("karaoke")
    page.keyboard.press("ArrowDown")  # before the answer is there: it waits for the first hit
    expect(page.locator("#found a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("DN26-004214")
    page.keyboard.press("Control+k")
    page.keyboard.type("DN26–004216–3")
    page.keyboard.press("Enter")  # in the field itself: the first hit
    expect(page.locator("h1")).to_contain_text("DN26-004216")


def test_enter_asks_again_when_the_search_went_wrong(open_page: Callable[..., Page]) -> None:
    page = open_page("lan", path="/calls", expected=("ERR_FAILED", "htmx:sendError"))
    page.route(re.compile(r"/find\?q=karaoke"), lambda route: route.abort(), times=1)
    page.keyboard.press("Control+k")
    page.keyboard.type("karaoke")
    expect(page.locator(".notice")).to_contain_text("Không kết nối được máy chủ")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("DN26-004214")
