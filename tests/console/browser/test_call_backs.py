"""Calling back: who left is seen at once, one operator takes the call, others see it, what came of it is recorded."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ivr.testing.browser import RunningConsole, no_reload, violations

pytestmark = pytest.mark.browser


def test_two_call_backs_one_after_the_other(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page, colleague = open_page("lan", path="/call-backs"), open_page("minh", path="/call-backs")
    for each in (page, colleague):
        expect(each.locator("#live")).to_contain_text("Trực tiếp")
    for number, outcome, note in (("+84911222333", "Đã gặp", "Đã hẹn thợ"), ("+84911222444", "Không nghe máy", "")):
        with no_reload(colleague):
            call = running.seeded.miss_call(number, 10)
            row = page.locator(f"#b{call}")
            expect(row).to_be_visible()
            row.get_by_role("link").click()
            page.get_by_role("button", name="Nhận gọi").click()
            expect(page.get_by_role("link", name=f"0911 222 {number[-3:]}")).to_be_visible()
            expect(colleague.locator(f"#b{call}")).to_contain_text("Trần Thị Lan")
            assert violations(page) == []
            page.locator("#outcome").select_option(label=outcome)
            page.get_by_label("Ghi chú").fill(note)
            page.get_by_role("button", name="Ghi kết quả").click()
            expect(page.locator("#call-backs")).to_be_visible()
    expect(page.locator(f"#b{call}")).to_contain_text("thử lại sau")
    page.get_by_role("link", name="Đã gọi").click()
    expect(page.locator("#call-backs")).to_contain_text("Đã hẹn thợ")
    expect(page.locator("#call-backs tbody tr")).to_have_count(2)


def test_a_note_that_was_begun_survives_a_closed_tab(open_page: Callable[..., Page], running: RunningConsole) -> None:
    call = running.seeded.miss_call("+84911222555", 10)
    page = open_page("lan", path=f"/call-backs/{call}")
    page.get_by_role("button", name="Nhận gọi").click()
    page.get_by_label("Ghi chú").fill("Khách xin gọi lại sau 17 giờ")
    expect(page.locator("#note-draft")).to_contain_text("Đã lưu nháp")
    page.goto("/tickets")
    page.goto(f"/call-backs/{call}")
    expect(page.get_by_label("Ghi chú")).to_have_value("Khách xin gọi lại sau 17 giờ")
    page.get_by_role("button", name="Trả lại, chưa gọi").click()
    expect(page.locator(f"#b{call}")).to_be_visible()
