"""One whole ticket with the keyboard: opened, taken, heard, corrected, classified, sent, and on to the next."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from ivr.testing.browser import RunningConsole

pytestmark = pytest.mark.browser
MOST_KEYS = 12


@dataclass(kw_only=True)
class Hands:
    """Counts the keys that do something; the letters of a text are its text."""

    page: Page
    keys: int = 0

    def press(self, *names: str) -> None:
        """Press keys that command something."""
        for name in names:
            self.page.keyboard.press(name)
            self.keys += 1


def test_a_whole_ticket_takes_at_most_twelve_keys(open_page: Callable[..., Page], running: RunningConsole) -> None:
    ulids = []
    for number in (4340, 4341):
        ulid, hear = running.seeded.report_now(number, "xe buýt tuyến mười hai bỏ bến chợ cồn sáng nay nhiều người chờ")
        hear()
        ulids.append(ulid)
    page = open_page("lan", path="/tickets?tab=new&q=bỏ+bến+chợ+cồn")
    hands = Hands(page=page)
    rows = page.locator(".list .row-link")
    expect(rows).to_have_count(2)
    first, second = (str(address).split("/")[-1] for address in rows.evaluate_all("all => all.map(a => a.pathname)"))
    assert {first, second} == set(ulids)
    rows.first.focus()
    hands.keys += 1  # the key that leads to the row
    hands.press("Enter")  # open
    expect(page.locator(".said[data-said]")).to_be_focused()
    hands.press("F8")  # take
    expect(page.locator("#part-bar")).to_contain_text("Anh/chị đang xử lý")
    hands.press("F3")  # hear
    expect(page.locator("[data-player]")).to_have_attribute("data-state", "playing")
    hands.press("Tab", "Enter")  # correct
    expect(page.locator("#corrected")).to_be_focused()
    page.keyboard.type("Gấp: ")
    hands.press("Control+Enter")
    expect(page.locator(".said[data-said]")).to_contain_text("Gấp:")
    hands.press("Tab", "Tab")  # classify: past what the machine had heard
    expect(page.locator("#category")).to_be_focused()
    hands.press("x")
    expect(page.locator("#category")).to_have_value("xe-buyt")
    hands.press("F8")  # send: the choice is saved first, and with it the agency that is proposed
    dialog = page.get_by_role("dialog", name="Chuyển cơ quan")
    expect(dialog.get_by_label("Cơ quan xử lý")).to_have_value("so-xay-dung")
    hands.press("F8")  # send, and on to the next
    page.wait_for_url(f"**/tickets/{second}")
    assert hands.keys <= MOST_KEYS, hands.keys
    expect(page.locator(".said[data-said]")).to_be_focused()
    page.go_back()
    expect(page.locator("#part-bar")).to_contain_text("Đã chuyển xử lý")
    expect(page.locator("#part-history")).to_contain_text("Xe buýt")


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
    expect(page.get_by_role("dialog", name="Chuyển cơ quan")).to_be_visible()
    expect(page.locator(".said[data-said]")).to_have_text("Cống trước nhà 15 Trần Phú bị tắc.")


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
