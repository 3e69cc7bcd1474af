"""A recording on a ticket's page: playing it, the reason asked, correcting its text."""

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
    player = page.locator("[data-player]")
    assert "audio" not in page.evaluate("performance.getEntriesByType('resource').map(e => e.name).join()")
    page.locator(".said .word").nth(6).click()
    expect(player).to_have_attribute("data-state", "playing")
    expect(page.locator(".said .word.now")).to_have_count(1)
    player.focus()
    page.keyboard.press("Space")
    expect(player).to_have_attribute("data-state", "paused")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-part=speed]")).to_have_value("1.25")
    page.keyboard.press("Space")
    expect(player).to_have_attribute("data-state", "playing")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")

    def played() -> list[tuple[str, bool]]:
        with running.seeded.store.reading() as session:
            return [(row.action, row.seconds > 1) for row in plays.find_all_of(session, ulid)]

    wait_for(lambda: played()[:1] == [("play", True)], "how far was fetched is not noted")  # after the player moves
    assert len(played()) == 1


def test_who_does_not_hold_the_ticket_gives_a_reason_first(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid = running.seeded.ulid(4212)
    page = open_page("minh", path=f"/tickets/{ulid}")
    page.get_by_role("button", name="Phát ghi âm").click()
    dialog = page.get_by_role("dialog", name="Vì sao cần nghe ghi âm này?")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-player]")).not_to_have_attribute("data-state", "playing")
    page.get_by_role("button", name="Phát ghi âm").click()
    dialog.get_by_role("button", name="Kiểm tra chất lượng").click()
    dialog.get_by_role("button", name="Tiếp tục").click()
    expect(page.locator("[data-player]")).to_have_attribute("data-state", "playing")
    with running.seeded.store.reading() as session:
        assert [row.reason for row in plays.find_all_of(session, ulid)] == ["Kiểm tra chất lượng"]


def test_a_correction_is_drafted_kept_and_saved(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("lan", path=f"/tickets/{running.seeded.ulid(4216)}")
    page.get_by_role("button", name="Sửa bản chữ").click()
    field = page.locator("#corrected")
    field.fill("Rác thải xây dựng ở kiệt 45 Lê Độ.")
    expect(page.locator("#corrected-draft")).to_contain_text("Đã lưu nháp")
    page.reload()
    expect(field).to_have_value("Rác thải xây dựng ở kiệt 45 Lê Độ.")
    expect(page.locator("#corrected-draft")).to_contain_text("bản nháp")
    with no_reload(page):
        page.get_by_role("button", name="Lưu bản sửa").click()
        expect(page.locator(".said[data-said]")).to_contain_text("kiệt 45 Lê Độ.")
        expect(page.locator("#part-history")).to_contain_text("Sửa nội dung")
        expect(page.locator("[data-edit-form]")).to_be_hidden()
    page.get_by_text("Bản gốc máy nghe được").first.click()
    expect(page.locator("#part-said")).to_contain_text("rác thải xây dựng đổ đầy vỉa hè")
