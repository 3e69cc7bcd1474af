"""A ticket's page: taking, moving, noting, classifying, its dialogs, two people at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from ivr.testing.browser import RunningConsole, no_reload, violations

pytestmark = pytest.mark.browser


def test_taking_moving_and_noting_without_a_reload(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("lan", path=f"/tickets/{running.seeded.ulid(4214)}")
    with no_reload(page):
        page.keyboard.press("F8")
        expect(page.locator("#part-bar")).to_contain_text("Anh/chị đang xử lý")
        page.keyboard.press("F8")
        dialog = page.get_by_role("dialog", name="Chuyển cơ quan")
        expect(dialog).to_be_visible()
        assert violations(page) == []
        expect(dialog.get_by_label("Cơ quan xử lý")).not_to_have_value("")  # proposed by the category
        dialog.get_by_label("Cơ quan xử lý").select_option("so-xay-dung")
        dialog.get_by_label("Ghi thêm").fill("xin xử lý trước tối nay")
        page.keyboard.press("Control+Enter")
        expect(dialog).to_be_hidden()
        expect(page.locator("#part-bar")).to_contain_text("Đã chuyển xử lý")
        for text in ("Đã báo công an phường.", "Công an hẹn tối nay."):  # twice in a row
            page.locator("#note").fill(text)
            page.keyboard.press("Control+Enter")
            expect(page.locator("#part-history")).to_contain_text(text)
            expect(page.locator("#note")).to_have_value("")


def test_every_dialog_of_a_ticket_opens_a_second_time(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("hoa", path=f"/tickets/{running.seeded.ulid(4215)}")
    dialog = page.locator("dialog#ask")
    names = page.locator("#part-bar .menu button[hx-get]").evaluate_all("all => all.map(button => button.id)")
    with no_reload(page):
        for name in names:
            for _ in range(2):
                page.get_by_text("Việc khác").click()
                if not page.locator(f"#{name}").is_visible():  # shown beside the menu on a wide window
                    name = name.replace("more-", "step-")
                page.locator(f"#{name}").click()
                expect(dialog).to_be_visible()
                expect(dialog.locator("#ask-body form")).to_have_count(1)
                page.keyboard.press("Escape")
                expect(dialog).to_be_hidden()
        for _ in range(2):  # the same, after an act that closed the dialog itself
            page.get_by_text("Việc khác").click()
            page.get_by_role("button", name="Giao cho người khác").click()
            dialog.get_by_role("button", name="Giao phiếu").click()
            expect(dialog).to_be_hidden()
    assert len(names) >= 3


def test_an_open_menu_stays_open_when_its_region_comes_anew(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("hoa", path=f"/tickets/{running.seeded.ulid(4216)}")
    expect(page.locator("html[data-ready]")).to_be_attached()
    page.locator("#act-more").click()
    for _ in range(2):
        page.locator("#part-bar").evaluate("bar => { bar.dataset.old = 'yes' }")
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:refresh'))")
        expect(page.locator("#part-bar[data-old]")).to_have_count(0)
        expect(page.locator("#act-assign")).to_be_visible()
    page.locator("#act-more").click()
    expect(page.locator("#act-assign")).to_be_hidden()


def test_a_key_counts_in_the_moment_the_part_stands_and_while_it_is_fetched_anew(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("lan", path=f"/tickets/{running.seeded.ulid(4213)}")
    page.evaluate(
        """() => {
            const key = { key: "F8", code: "F8", bubbles: true };
            const press = () => document.dispatchEvent(new KeyboardEvent("keydown", key));
            const first = (event) => {
                if (event.detail.target.id !== "part-bar") return;
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
    with page.expect_response("**/bar"):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:refresh'))")  # … as the part comes anew
    with page.expect_response("**/bar"):
        held[0].continue_()
    expect(page.locator("dialog#ask")).to_be_visible()


def test_a_colleague_who_was_faster_is_told_and_nothing_typed_is_lost(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid = running.seeded.ulid(4211)
    page = open_page("minh", path=f"/tickets/{ulid}", expected=("409",))
    page.get_by_role("button", name="Báo xử lý xong…").click()
    dialog = page.locator("#ask")
    dialog.locator("textarea").fill("đã thay nắp cống")
    other = open_page("hoa", path=f"/tickets/{ulid}")
    other.get_by_label("Khẩn").check()
    expect(other.locator("#part-history")).to_contain_text("Khẩn: không → có")
    expect(page.locator("#part-bar")).to_contain_text("Khẩn")  # live, under the open dialog
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Nguyễn Thanh Hoa")  # in the dialog, not under it
    expect(dialog.locator("textarea")).to_have_value("đã thay nắp cống")


def test_classifying_in_place_twice_in_a_row(open_page: Callable[..., Page], running: RunningConsole) -> None:
    ulid, hear = running.seeded.report_now(4320, "đèn đường trước nhà số bảy tắt đã ba hôm")
    hear()
    page = open_page("lan", path=f"/tickets/{ulid}")
    with no_reload(page):
        for category, agency in (("rac-thai", "Sở Nông nghiệp"), ("cay-xanh", "Sở Xây dựng")):
            page.locator("#category").select_option(category)
            expect(page.locator("#part-facts .agency")).to_contain_text(agency)
            expect(page.locator("#category")).to_have_value(category)
        for urgent in (True, False):
            page.get_by_label("Khẩn").set_checked(urgent)
            expect(page.locator("#part-bar .tagline.strong")).to_have_count(int(urgent))
        expect(page.locator("#notices .notice-bad")).to_have_count(0)


def test_what_was_asked_for_before_an_act_does_not_come_over_it(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid, hear = running.seeded.report_now(4327, "vỉa hè trước nhà số năm bị đào lên rồi bỏ đó")
    hear()
    page = open_page("lan", path=f"/tickets/{ulid}")
    urgent = page.get_by_label("Khẩn")
    answers: list[tuple[Route, APIResponse]] = []  # said by the server, not heard by the page yet
    page.route("**/parts/facts", lambda route: answers.append((route, route.fetch())))

    def until_asked() -> None:
        while not answers:
            page.wait_for_timeout(20)

    def hear_next() -> None:
        route, answer = answers.pop(0)
        route.fulfill(response=answer)

    for wanted in (True, False):
        if not answers:  # a region has one question under way: the next waits for its answer
            page.evaluate("document.body.dispatchEvent(new CustomEvent('live:refresh'))")
        until_asked()
        urgent.set_checked(wanted)
        expect(page.locator("#part-bar .tagline.strong")).to_have_count(int(wanted))
        hear_next()
        until_asked()  # the act's own question follows the old one
        assert urgent.is_checked() is wanted
        page.evaluate("document.getElementById('part-facts').dataset.old = 'yes'")
        while page.locator("#part-facts[data-old]").count():
            if answers:
                hear_next()
            page.wait_for_timeout(20)
        assert urgent.is_checked() is wanted


def test_each_region_follows_what_it_shows(open_page: Callable[..., Page], running: RunningConsole) -> None:
    ulid, hear = running.seeded.report_now(4321, "cây đổ chắn ngang đường trước cổng chợ")
    page = open_page("lan", path=f"/tickets/{ulid}")
    sound = page.locator(".about-sound")
    expect(page.locator("#part-said")).to_contain_text("Máy đang nghe ghi âm")
    expect(sound).to_contain_text("nghe lần đầu cần ghi lý do")
    assert sound.get_attribute("data-peaks") == "[]"
    with no_reload(page):
        hear()
        expect(page.locator(".said[data-said]")).to_contain_text("Cây đổ chắn ngang")
        expect(sound).not_to_have_attribute("data-peaks", "[]")  # and with the text the waveform
        page.keyboard.press("F8")
        expect(page.locator("#part-bar")).to_contain_text("Anh/chị đang xử lý")
        expect(sound).not_to_contain_text("lý do")
        page.keyboard.press("F3")  # the work is the reason now
        expect(page.locator("[data-player]")).to_have_attribute("data-state", "playing")
