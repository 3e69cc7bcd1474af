"""A ticket's page: taking, moving, noting, its dialogs, two people at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from ivr.testing.browser import RunningConsole, no_reload, violations

pytestmark = pytest.mark.browser


def test_taking_moving_and_noting_without_a_reload(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("lan", path=f"/tickets/{running.seeded.ulid(4214)}")
    with no_reload(page):
        page.keyboard.press("F8")
        expect(page.locator("#part-side")).to_contain_text("Ông bà đang phụ trách phiếu này")
        page.keyboard.press("F8")
        dialog = page.get_by_role("dialog", name="Chuyển sang “Đã chuyển xử lý”")
        expect(dialog).to_be_visible()
        assert violations(page) == []
        dialog.get_by_label("Cơ quan xử lý").select_option("so-xay-dung")
        dialog.get_by_label("Ghi thêm").fill("xin xử lý trước tối nay")
        dialog.get_by_role("button", name="Đã chuyển xử lý").click()
        expect(dialog).to_be_hidden()
        expect(page.locator("#part-head")).to_contain_text("Đã chuyển xử lý")
        page.locator("#note").fill("Đã báo công an phường.")
        page.get_by_role("button", name="Lưu ghi chú").click()
        expect(page.locator("#part-history")).to_contain_text("Đã báo công an phường.")
        expect(page.locator("#note")).to_have_value("")


def test_every_dialog_of_a_ticket_opens_a_second_time(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("hoa", path=f"/tickets/{running.seeded.ulid(4215)}")
    dialog = page.locator("dialog#ask")
    buttons = page.locator("#part-side button[hx-get]")
    with no_reload(page):
        for number in range(buttons.count()):
            for _ in range(2):
                buttons.nth(number).click()
                expect(dialog).to_be_visible()
                expect(dialog.locator("#ask-body form")).to_have_count(1)
                page.keyboard.press("Escape")
                expect(dialog).to_be_hidden()
        for _ in range(2):  # the same, after an act that closed the dialog itself
            page.get_by_role("button", name="Lĩnh vực, độ khẩn…").click()
            dialog.get_by_role("button", name="Lưu thay đổi").click()
            expect(dialog).to_be_hidden()
    assert buttons.count() >= 3


def test_a_key_counts_in_the_moment_the_part_stands_and_while_it_is_fetched_anew(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("lan", path=f"/tickets/{running.seeded.ulid(4213)}")
    page.evaluate(
        """() => {
            const press = () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "F8", bubbles: true }));
            const first = (event) => {
                if (event.detail.target.id !== "part-side") return;
                document.removeEventListener("htmx:afterSwap", first);
                setTimeout(press);
            };
            document.addEventListener("htmx:afterSwap", first);
        }"""
    )
    held: list[Route] = []
    page.route("**/move*", lambda route: held.append(route))  # the form's answer is under way …
    with page.expect_request("**/move*"):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:refresh'))")
    with page.expect_response("**/side"):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:refresh'))")  # … as the part comes anew
    with page.expect_response("**/side"):
        held[0].continue_()
    expect(page.locator("dialog#ask")).to_be_visible()


def test_a_colleague_who_was_faster_is_told_and_nothing_typed_is_lost(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid = running.seeded.ulid(4211)
    page = open_page("minh", path=f"/tickets/{ulid}", expected=("409",))
    page.get_by_role("button", name="Đã xử lý – chờ xác nhận…").click()
    dialog = page.locator("#ask")
    dialog.locator("textarea").fill("đã thay nắp cống")
    other = open_page("hoa", path=f"/tickets/{ulid}")
    other.get_by_role("button", name="Lĩnh vực, độ khẩn…").click()
    other.locator("#ask").get_by_text("Khẩn: cần xử lý trước").click()
    other.get_by_role("button", name="Lưu thay đổi").click()
    expect(other.locator("#part-history")).to_contain_text("Khẩn: không → có")
    expect(page.locator("#part-head")).to_contain_text("Khẩn")  # live, under the open dialog
    dialog.get_by_role("button", name="Đã xử lý").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Nguyễn Thanh Hoa")  # in the dialog, not under it
    expect(dialog.locator("textarea")).to_have_value("đã thay nắp cống")
