"""A recording on a ticket's page: playing it, the reasons asked, how a person listens, numbers, who listened."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ivr.services import plays
from ivr.testing.asterisk import wait_for
from ivr.testing.browser import RunningConsole, no_reload, violations

pytestmark = pytest.mark.browser


def test_playing_is_one_access_row_and_words_lead_to_their_places(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid = running.seeded.ulid(4213)
    page = open_page("lan", path=f"/tickets/{ulid}")
    player, wave = page.locator("[data-player]"), page.get_by_role("slider", name="Vị trí trong ghi âm")
    assert "audio" not in page.evaluate("performance.getEntriesByType('resource').map(e => e.name).join()")
    page.locator(".said .word").nth(6).click()
    expect(player).to_have_attribute("data-state", "playing")
    expect(page.locator(".said .word.now")).to_have_count(1)
    wave.focus()
    page.keyboard.press("Space")
    expect(player).to_have_attribute("data-state", "paused")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-part=speed]")).to_have_value("1.25")
    page.keyboard.press("Space")
    expect(player).to_have_attribute("data-state", "playing")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(wave).not_to_have_attribute("aria-valuenow", "0")

    def played() -> list[tuple[str, bool]]:
        with running.seeded.store.reading() as session:
            return [(row.action, row.seconds > 1) for row in plays.find_all_of(session, ulid)]

    wait_for(lambda: played()[:1] == [("play", True)], "how far was fetched is not noted")  # after the player moves
    assert len(played()) == 1


def test_who_does_not_hold_the_ticket_gives_a_reason_once_for_a_while(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid = running.seeded.ulid(4212)
    page = open_page("minh", path=f"/tickets/{ulid}")
    page.get_by_role("button", name="Phát ghi âm").click()
    dialog = page.get_by_role("dialog", name="Vì sao cần nghe ghi âm này?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Lý do")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Phát ghi âm")).to_be_focused()
    expect(page.locator("[data-player]")).not_to_have_attribute("data-state", "playing")
    page.keyboard.press("F3")
    expect(dialog.get_by_label("Lý do")).to_be_focused()
    page.keyboard.type("kiểm tra")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-player]")).to_have_attribute("data-state", "playing")
    expect(page.locator(".about-sound")).to_contain_text("Lý do nghe: “kiểm tra”")
    page.goto(f"/tickets/{running.seeded.ulid(4216)}")
    page.keyboard.press("F3")  # another recording: the reason still serves
    expect(page.locator("[data-player]")).to_have_attribute("data-state", "playing")
    for number in (4212, 4216):
        with running.seeded.store.reading() as session:
            assert [row.reason for row in plays.find_all_of(session, running.seeded.ulid(number))] == ["kiểm tra"]


def test_a_copy_and_a_number_ask_for_a_reason_and_are_looked_through(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("hoa", path=f"/tickets/{running.seeded.ulid(4214)}")
    for reason in ("gửi cơ quan điều tra", "gửi lại một bản"):  # twice in a row, asked each time
        page.get_by_role("button", name="Tải xuống").click()
        dialog = page.get_by_role("dialog", name="Vì sao cần tải ghi âm này?")
        dialog.get_by_label("Lý do").fill(reason)
        with page.expect_download() as download:
            dialog.get_by_role("button", name="Tiếp tục").click()
        assert download.value.suggested_filename.startswith("DN26-004214")
        expect(page.get_by_role("button", name="Tải xuống")).to_be_focused()
    side = page.locator("#part-side")
    expect(side).to_contain_text("0773 ••• 333")
    page.get_by_role("button", name="Hiện số").click()
    asked = page.get_by_role("dialog", name="Vì sao cần xem số điện thoại?")
    expect(asked.get_by_label("Lý do")).to_be_focused()
    asked.get_by_role("button", name="Gọi lại cho người dân").click()
    asked.get_by_role("button", name="Hiện số").click()
    expect(side).to_contain_text("0773 222 333")
    page.get_by_role("link", name="Lượt nghe").click()
    rows = page.locator(".list tbody tr")
    for number, text in enumerate(("Gọi lại cho người dân", "gửi lại một bản", "gửi cơ quan điều tra")):
        expect(rows.nth(number)).to_contain_text(text)
    assert violations(page) == []


def test_how_a_person_listens_goes_along_to_the_next_ticket(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("admin", path=f"/tickets/{running.seeded.ulid(4217)}")
    with page.expect_response("**/recordings/player"):
        page.locator("[data-part=speed]").select_option("1.5")
        page.get_by_label("Bỏ khoảng lặng").check()
    page.goto(f"/tickets/{running.seeded.ulid(4216)}")
    expect(page.locator("[data-part=speed]")).to_have_value("1.5")
    expect(page.get_by_label("Bỏ khoảng lặng")).to_be_checked()
    elsewhere = open_page("admin", path=f"/tickets/{running.seeded.ulid(4214)}")  # another browser
    expect(elsewhere.locator("[data-part=speed]")).to_have_value("1.5")


def test_a_correction_is_drafted_kept_and_saved(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("lan", path=f"/tickets/{running.seeded.ulid(4216)}")
    page.get_by_role("button", name="Sửa nội dung").click()
    field = page.locator("#corrected")
    field.fill("Rác thải xây dựng ở kiệt 45 Lê Độ.")
    expect(page.locator("#corrected-draft")).to_contain_text("Đã lưu nháp")
    page.reload()
    expect(field).to_have_value("Rác thải xây dựng ở kiệt 45 Lê Độ.")
    expect(page.locator("#corrected-draft")).to_contain_text("bản nháp")
    with no_reload(page):
        page.get_by_role("button", name="Lưu nội dung").click()
        expect(page.locator(".said[data-said]")).to_contain_text("kiệt 45 Lê Độ.")
        expect(page.locator("#part-history")).to_contain_text("Sửa nội dung")
        expect(page.locator("[data-edit-form]")).to_be_hidden()
    page.get_by_text("Bản gốc máy nghe được").first.click()
    expect(page.locator("#part-said")).to_contain_text("rác thải xây dựng đổ đầy vỉa hè")
