"""One whole ticket: opened, taken, heard, corrected, classified, sent, and on to the next; by keys, and by mouse."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ivr.testing.browser import RunningConsole
from ivr.testing.hands import Hands, work_by_keys, work_by_mouse

pytestmark = pytest.mark.browser
MOST_KEYS = 12
MOST_CLICKS = 5


@pytest.mark.parametrize("by", ["keys", "mouse"])
def test_a_whole_ticket_takes_at_most_twelve_keys_or_five_clicks(
    open_page: Callable[..., Page], running: RunningConsole, by: str
) -> None:
    text = f"xe buýt tuyến mười hai bỏ bến chợ cồn sáng nay nhiều người chờ bằng {by}"
    for number in (4340, 4341) if by == "keys" else (4343, 4344):
        _, hear = running.seeded.report_now(number, text, category=None)
        hear()
    page = open_page("lan", path=f"/tickets?tab=new&q=bỏ+bến+chợ+cồn+{by}")
    rows = page.locator(".list .row-link")
    expect(rows).to_have_count(2)
    first, second = (str(path).split("/")[-1] for path in rows.evaluate_all("all => all.map(a => a.pathname)"))
    hands = Hands(page=page)
    if by == "keys":
        work_by_keys(hands, second)
        assert (hands.keys <= MOST_KEYS, hands.clicks) == (True, 0), hands.keys
        expect(page.locator(".said[data-said]")).to_be_focused()
    else:
        work_by_mouse(hands, second)
        assert (hands.clicks <= MOST_CLICKS, hands.keys) == (True, 0), hands.clicks
    page.goto(f"/tickets/{first}")
    expect(page.locator("#part-bar")).to_contain_text("Đã chuyển xử lý")
    expect(page.locator("#part-history")).to_contain_text("Xe buýt")
    expect(page.locator("#part-facts")).to_contain_text("Sở Xây dựng")
    expect(page.locator(".said[data-said]")).to_contain_text("Gấp:")


def test_what_is_still_open_is_saved_before_the_next_step(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid, hear = running.seeded.report_now(4342, "cống trước nhà bị tắc đã một tuần")
    hear()
    page = open_page("lan", path=f"/tickets/{ulid}")
    page.keyboard.press("F8")
    expect(page.locator("#part-bar")).to_contain_text("Anh/chị đang xử lý")
    page.get_by_role("button", name="Sửa nội dung").click()
    page.locator("#corrected").fill("Cống trước nhà 15 Trần Phú bị tắc.")
    page.keyboard.press("F8")
    dialog = page.get_by_role("dialog", name="Chuyển cơ quan")
    expect(dialog).to_be_visible()
    expect(page.locator(".said[data-said]")).to_have_text("Cống trước nhà 15 Trần Phú bị tắc.")
    page.keyboard.press("Escape")
    for text, opener in (("Cống 15 Trần Phú tắc.", "Chuyển cơ quan…"), ("Cống 15 Trần Phú.", "Hỏi thêm người dân…")):
        page.get_by_role("button", name="Sửa nội dung").click()
        page.locator("#corrected").fill(text)
        page.get_by_role("button", name=opener).click()  # the mouse is no worse than the key
        expect(page.locator("dialog#ask")).to_be_visible()
        expect(page.locator(".said[data-said]")).to_have_text(text)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Sửa nội dung").click()
    page.locator("#corrected").fill("")  # refused: the dialog stays away, and what was typed stays
    page.get_by_role("button", name="Chuyển cơ quan…").click()
    expect(page.locator("#corrected")).to_be_focused()
    expect(page.locator("dialog#ask")).to_be_hidden()


def test_the_agency_follows_the_category_of_the_dialog_until_one_was_chosen(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid, hear = running.seeded.report_now(4345, "đống rác trước cổng chợ", category=None)
    hear()
    page = open_page("lan", path=f"/tickets/{ulid}")
    page.keyboard.press("F8")
    expect(page.locator("#part-bar")).to_contain_text("Anh/chị đang xử lý")
    page.keyboard.press("F8")
    dialog = page.get_by_role("dialog", name="Chuyển cơ quan")
    category, agency, hint = (
        dialog.get_by_label("Lĩnh vực"),
        dialog.get_by_label("Cơ quan xử lý"),
        dialog.get_by_text("Đề xuất"),
    )
    expect(category).to_be_focused()
    expect(hint).to_be_hidden()
    for chosen, proposed in (("rac-thai", "so-nong-nghiep-moi-truong"), ("cay-xanh", "so-xay-dung")):
        category.select_option(chosen)
        expect(agency).to_have_value(proposed)
        expect(hint).to_be_visible()
    agency.select_option("so-nong-nghiep-moi-truong")
    expect(hint).to_be_hidden()
    category.select_option("chieu-sang")
    expect(agency).to_have_value("so-nong-nghiep-moi-truong")  # a person's choice stays
    page.keyboard.press("Control+Enter")
    expect(page.locator("#part-bar")).to_contain_text("Đã chuyển xử lý")
    expect(page.locator("#part-facts")).to_contain_text("Sở Nông nghiệp")
    expect(page.locator("#part-history")).to_contain_text("Lĩnh vực: – → Chiếu sáng công cộng")


def test_the_next_step_is_at_the_thumb_of_a_phone(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("hoa", path=f"/tickets/{running.seeded.ulid(4210)}", size=(390, 844))
    step = page.locator("[data-key=F8]")
    for y in (0, 600):
        page.evaluate("y => scrollTo(0, y)", y)
        box = step.bounding_box()
        assert box is not None
        assert 844 / 2 < box["y"] < 844 - 44
        assert box["height"] >= 44
    page.get_by_text("Việc khác").click()
    expect(page.get_by_role("button", name="Từ chối tiếp nhận…")).to_be_visible()
    desk = open_page("hoa", path=f"/tickets/{running.seeded.ulid(4210)}")
    desk.evaluate("scrollTo(0, 500)")
    box = desk.locator("[data-key=F8]").bounding_box()
    assert box is not None
    assert 0 < box["y"] < 140  # the bar stays under the head
