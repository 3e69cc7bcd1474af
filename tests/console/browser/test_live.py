"""Live pages: what is new appears by itself, a lost hub is said."""

import signal
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from ivr.testing.browser import LONG, RunningConsole, no_reload

pytestmark = pytest.mark.browser


def test_a_new_ticket_and_its_transcript_appear_by_themselves(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("lan", path="/tickets")
    expect(page.locator("#live")).to_contain_text("Trực tiếp")
    with no_reload(page):
        ulid, hear = running.seeded.report_now(4300, "cống trước nhà 15 trần phú bị tắc")
        expect(page.locator(f"#t{ulid}")).to_be_visible(timeout=5000)
        expect(page.locator(f"#t{ulid}")).to_contain_text("Chưa có nội dung")
    page.locator(f"#t{ulid} a").click()
    expect(page.locator("#part-said")).to_contain_text("Máy đang nghe ghi âm")
    expect(page.locator("#live")).to_contain_text("Trực tiếp")
    with no_reload(page):
        hear()
        expect(page.locator(".said[data-said]")).to_contain_text("Cống trước nhà 15")


def test_where_change_follows_change_a_list_is_fetched_once_in_a_second_and_shows_the_last(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("lan", path="/tickets")
    expect(page.locator("#live")).to_contain_text("Trực tiếp")
    with no_reload(page):
        for number in range(12):
            ulid, _hear = running.seeded.report_now(4400 + number, "đèn đường hỏng")
            page.wait_for_timeout(200)
        expect(page.locator(f"#t{ulid}")).to_be_visible(timeout=5000)
    fetched = page.evaluate(
        """performance.getEntriesByType("resource").filter((entry) => new URL(entry.name).pathname === "/tickets")
           .map((entry) => entry.startTime)"""
    )
    assert fetched  # a machine that stood still makes them one
    assert min(later - earlier for earlier, later in pairwise(fetched)) > 800  # of 1,000; a request may start late


def test_a_lost_hub_is_told_within_two_seconds_and_the_page_catches_up(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("lan", path="/tickets", expected=("ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY"))
    expect(page.locator("#live")).to_contain_text("Trực tiếp")
    with no_reload(page):
        running.stop("watch", signal.SIGKILL)
        expect(page.locator("#stale")).to_be_visible(
            timeout=20_000
        )  # by the line that broke, not by a heartbeat that is missing
        ulid, _hear = running.seeded.report_now(4301, "mất điện cả khu phố")
        running.start("watch", running.hub_port)
        expect(page.locator("#stale")).to_be_hidden(timeout=2 * LONG)
        expect(page.locator(f"#t{ulid}")).to_be_visible(timeout=5000)
