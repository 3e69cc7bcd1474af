"""A recording without a text: heard and written down on its page, with the keys of the sound, in the person's name."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from ivr.model import WorkItem, WorkState
from ivr.testing.browser import RunningConsole, no_reload, violations

pytestmark = pytest.mark.browser
HEARD = "cống trước nhà mười lăm trần phú tắc"


def given_up(running: RunningConsole, number: int) -> tuple[str, Callable[[], None]]:
    """A report whose text was given up; its ULID, and what a retry that ends would do."""
    ulid, hear = running.seeded.report_now(number, HEARD)
    set_work(running, ulid, WorkState.PARKED)

    def retry() -> None:
        set_work(running, ulid, WorkState.WAITING)
        hear()

    return ulid, retry


def set_work(running: RunningConsole, ulid: str, state: WorkState) -> None:
    with running.seeded.store.transaction() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.subject == ulid)).one()
        item.state = state


def test_a_text_is_written_by_hand_and_a_later_retry_stays_beside(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid, retry = given_up(running, 4360)
    page = open_page("lan", path=f"/tickets/{ulid}")
    field, player = page.locator("#corrected"), page.locator("[data-player]")
    with no_reload(page):
        expect(page.locator("#part-said")).to_contain_text("sau ba lần thử")
        page.get_by_role("button", name="Nhận phiếu và nghe").click()
        expect(player).to_have_attribute("data-state", "playing")
        page.keyboard.press("F3")
        expect(player).to_have_attribute("data-state", "paused")
        page.get_by_role("button", name="Ghi nội dung").click()
        expect(field).to_be_focused()
        assert violations(page) == []
        for state in ("playing", "paused"):  # twice in a row, and the field keeps the keyboard
            page.keyboard.press("F3")
            expect(player).to_have_attribute("data-state", state)
            expect(field).to_be_focused()
        page.get_by_role("slider").press("End")
        field.focus()
        place = page.get_by_role("slider").get_attribute("aria-valuenow")
        page.keyboard.press("F7")
        expect(page.get_by_role("slider")).not_to_have_attribute("aria-valuenow", place or "")
        for text in ("Cống trước nhà 15 Trần Phú tắc.", "Cống trước nhà 15 Trần Phú tắc đã ba hôm."):
            field.fill(text)
            page.keyboard.press("Control+Enter")
            expect(page.locator(".said[data-said]")).to_have_text(text)
            expect(page.locator("#part-said .legend")).to_contain_text("Trần Thị Lan đã nghe và ghi lúc")
            page.get_by_role("button", name="Sửa nội dung").click()
        page.get_by_role("button", name="Hủy").click()
        retry()
        expect(page.locator("#part-said")).to_contain_text("Bản gốc máy nghe được")
        expect(page.locator(".said[data-said]")).to_have_text("Cống trước nhà 15 Trần Phú tắc đã ba hôm.")
        page.locator(".said .word").first.click()  # and what was heard gives the words their places
        expect(player).to_have_attribute("data-state", "playing")
        expect(page.locator("#notices .notice-bad")).to_have_count(0)
    page.goto("/tickets?tab=all&q=15+tran+phu+tac+ba+hom")
    expect(page.locator(".list .row-link")).to_have_count(1)


def test_a_retry_that_ends_while_one_writes_takes_nothing_away(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    ulid, retry = given_up(running, 4361)
    page = open_page("lan", path=f"/tickets/{ulid}")
    page.get_by_role("button", name="Ghi nội dung").click()
    page.locator("#corrected").fill("Cống 15 Trần Phú tắc, xin gấp.")
    retry()
    expect(page.locator("#part-history")).to_contain_text("Đã có nội dung")
    expect(page.locator("#notices")).not_to_contain_text("Người khác")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said[data-said]")).to_have_text("Cống 15 Trần Phú tắc, xin gấp.")
    expect(page.locator("#part-said")).to_contain_text("Bản gốc máy nghe được")
