"""An operator's day by keyboard: sign in, be ready, a call, its paper work, a rest, home; and the board beside it."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from ivr.asterisk.logins import load_logins
from ivr.testing.ami import ami_beside
from ivr.testing.browser import RunningConsole, no_reload, violations
from ivr.testing.recorded_events import START, recorded

pytestmark = pytest.mark.browser
Send = Callable[..., None]


@pytest.fixture
def send(running: RunningConsole) -> Iterator[Send]:
    with ami_beside(running.ami_port, load_logins(running.seeded.settings).ami_secret) as send:
        yield send


def call(send: Send, tag: str, *, begins: str = "", ends: str) -> None:
    """A recorded call as if it came now, from behind the last event ``begins`` to the last event ``ends``."""
    shift = datetime.now(UTC).timestamp() - START.timestamp()
    events = [event for event in recorded("answered") if isinstance(event.get("Event"), str)]
    last = {event["Event"]: at for at, event in enumerate(events)}
    for event in events[last[begins] + 1 if begins else 0 : last[ends] + 1]:
        told = {name: value for name, value in event.items() if isinstance(value, str)}
        told = {name: value.replace("PJSIP/op1", "PJSIP/101") for name, value in told.items()}
        ids = {name: value + tag for name, value in told.items() if value and re.search(r"(niqueid|inkedid)$", name)}
        send(**told | ids | {"Timestamp": f"{float(told['Timestamp']) + shift:.6f}"})


def mark(page: Page, state: str) -> None:
    expect(page.locator(f"#operator[data-state={state}]")).to_be_attached()


def act(page: Page, name: str) -> None:
    page.keyboard.press("F9")
    dialog = page.locator("dialog#ask")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name=name).click()
    expect(dialog).to_be_hidden()


def sign_in(page: Page) -> None:
    """… at table 101, and be ready."""
    page.keyboard.press("F9")
    dialog = page.get_by_role("dialog", name="Trực tổng đài")
    dialog.get_by_label("Bàn 101").check()
    assert violations(page) == []
    dialog.get_by_role("button", name="Vào ca").click()
    expect(dialog.get_by_role("button", name="Sẵn sàng")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    mark(page, "ready")


def test_a_day_at_the_telephone(open_page: Callable[..., Page], running: RunningConsole, send: Send) -> None:
    page = open_page("lan", path=f"/tickets/{running.seeded.ulid(4213)}", expected=("422",))
    board = open_page("hoa", path="/board")
    row = board.locator("#board-operators tbody tr")
    with no_reload(page), no_reload(board):
        expect(board.locator("#operators-none")).to_be_visible()
        sign_in(page)
        expect(row).to_contain_text("Sẵn sàng")
        for tag in ("1", "2"):  # twice in a row
            call(send, tag, ends="DialBegin")
            mark(page, "ringing")
            call(send, tag, begins="DialBegin", ends="BridgeEnter")
            mark(page, "talking")
            expect(row).to_contain_text("Đang nghe")
            page.keyboard.press("F8")
            expect(page.locator("#notices")).to_contain_text("Đang có cuộc gọi: F8 chưa làm gì.")
            mark(page, "talking")
            call(send, tag, begins="BridgeEnter", ends="Hangup")
            mark(page, "wrap_up")
            page.keyboard.press("F8")
            mark(page, "ready")
            expect(page.locator("dialog#ask")).to_be_hidden()  # the ticket's own F8 did not come along
        act(page, "Giải lao")
        mark(page, "paused")
        expect(row).to_contain_text("Giải lao")
        act(page, "Sẵn sàng")
        mark(page, "ready")
        row.get_by_role("button").click()
        steering = board.get_by_role("dialog", name="Trần Thị Lan")
        assert violations(board) == []
        steering.get_by_role("button", name="Họp").click()
        expect(steering).to_be_hidden()
        mark(page, "paused")
        act(page, "Ra ca")
        mark(page, "signed_out")
        expect(row).to_have_count(0)


def test_the_state_stands_in_every_tab_and_after_a_reload(
    open_page: Callable[..., Page], running: RunningConsole, send: Send
) -> None:
    page = open_page("minh", path="/tickets")
    sign_in(page)
    second = page.context.new_page()
    second.goto("/calls")
    mark(second, "ready")
    call(send, "9", ends="BridgeEnter")
    mark(page, "talking")
    mark(second, "talking")
    second.reload()
    mark(second, "talking")
    call(send, "9", begins="BridgeEnter", ends="Hangup")
    mark(second, "wrap_up")
    second.bring_to_front()
    act(second, "Ra ca")
    mark(page, "signed_out")


def test_f8_ends_the_paper_work_on_plain_http_too(
    open_page: Callable[..., Page], running: RunningConsole, send: Send
) -> None:
    page = open_page("lan", path=f"/tickets/{running.seeded.ulid(4213)}")
    page.add_init_script("delete Crypto.prototype.randomUUID")  # as browsers have it on an address that is not https
    page.reload()
    assert page.evaluate("typeof crypto.randomUUID") == "undefined"
    sign_in(page)
    call(send, "7", ends="Hangup")
    mark(page, "wrap_up")
    page.keyboard.press("F8")
    mark(page, "ready")
    act(page, "Ra ca")
    mark(page, "signed_out")


def test_without_asterisk_nothing_is_done_and_it_is_said(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("lan", path="/tickets", expected=("422",))
    for _ in range(2):
        page.keyboard.press("F9")
        dialog = page.locator("dialog#ask")
        dialog.get_by_role("button", name="Vào ca").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Tổng đài Asterisk chưa nhận lệnh này")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
    mark(page, "signed_out")


def test_a_mark_from_rows_does_not_come_over_what_the_stream_said(
    open_page: Callable[..., Page], running: RunningConsole, send: Send
) -> None:
    page = open_page("lan", path="/tickets")
    sign_in(page)
    old = page.request.get(f"{running.address}/desk/mark", headers={"HX-Request": "true"}).text()
    call(send, "8", ends="BridgeEnter")
    mark(page, "talking")
    page.route("**/desk/mark", lambda route: route.fulfill(body=old, content_type="text/html"))
    with page.expect_response("**/desk/mark"):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:refresh'))")
    mark(page, "talking")
    page.unroute("**/desk/mark")
    call(send, "8", begins="BridgeEnter", ends="Hangup")
    mark(page, "wrap_up")
    act(page, "Ra ca")
    mark(page, "signed_out")
