"""The console as people meet it: headless Chromium against the real console and hub, its policy and axe watching."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from sqlalchemy import func, select

from console.template_helpers import DIST
from ivr.model import SignIn, Ticket
from ivr.services import people, plays
from ivr.settings import load_settings
from ivr.store import open_store
from ivr.testing import free_port, need
from ivr.testing.asterisk import PATIENCE, wait_for

pytestmark = pytest.mark.browser
CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "console/web/node_modules/axe-core/axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
LONG = 60_000
"""Milliseconds for what must come at all: a busy machine may stand still for several seconds."""
expect.set_options(timeout=LONG)
WATCH_POLICY = "addEventListener('securitypolicyviolation', e => tellPolicy(`${e.effectiveDirective} ${e.blockedURI}`))"


@dataclass(kw_only=True)
class House:
    """A running console and hub on a seeded home."""

    desk: Any
    console_port: int
    hub_port: int
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.console_port}"

    def start(self, name: str, port: int) -> None:
        """Start one of our programs and wait until it answers."""
        log = (self.desk.settings.home / f"{name}.txt").open("ab")
        environment = {
            **os.environ,
            "TONGDAI_HOME": str(self.desk.settings.home),
            "TONGDAI_CONSOLE_PORT": str(self.console_port),
            "TONGDAI_HUB_PORT": str(self.hub_port),
            "TONGDAI_AMI_PORT": str(free_port()),
        }
        with log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "ivr", name],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/healthz"), f"{name} did not answer")

    def stop(self, name: str, number: int = signal.SIGTERM) -> None:
        """End one of them."""
        process = self.processes.pop(name)
        process.send_signal(number)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(address: str) -> bool:
    with suppress(OSError, HTTPException):
        urllib.request.urlopen(address, timeout=PATIENCE).close()
        return True
    return False


@pytest.fixture(scope="module")
def house(
    build_house: Callable[..., Path], desk_of: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """One house for the module: its tests use different reports."""
    need(CHROMIUM.exists(), "Chromium is not installed")
    need((DIST / "app.js").exists() and AXE.exists(), "the browser assets are not built (make web)")
    home = build_house(tmp_path_factory.mktemp("browser"), now=datetime.now(UTC))
    ports = free_port(), free_port()
    settings = load_settings(home=home, console_port=ports[0], hub_port=ports[1])
    store = open_store(settings)
    made = House(desk=desk_of(settings, store), console_port=ports[0], hub_port=ports[1])
    try:
        made.start("console", ports[0])
        made.start("watch", ports[1])
        yield made
    finally:
        for name in list(made.processes):
            made.stop(name)
        store.close()


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=2 * LONG)
        yield running
        running.close()


@dataclass(kw_only=True)
class Watched:
    """A page and what went wrong on it; a test names what it expects to."""

    page: Page
    faults: list[str]
    expected: tuple[str, ...] = ()


@pytest.fixture
def open_page(house: House, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages of a signed-in person; afterwards no policy was broken and no script failed."""
    watched: list[Watched] = []
    contexts = []

    def opened(
        username: str | None = "lan",
        *,
        path: str = "/tickets?tab=all",
        size: tuple[int, int] = (1366, 768),
        scheme: Any = "light",
        expected: tuple[str, ...] = (),
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            base_url=house.address,
            locale="vi-VN",
            reduced_motion="reduce",  # colours are looked at where they have come to rest
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LONG)
        one = Watched(page=page, faults=[], expected=expected)
        watched.append(one)
        page.expose_function("tellPolicy", lambda text: one.faults.append(f"policy: {text}"))
        page.add_init_script(WATCH_POLICY)
        page.on("pageerror", lambda error: one.faults.append(f"script: {error}"))
        page.on("console", lambda said: one.faults.append(f"console: {said.text}") if said.type == "error" else None)
        if username:
            context.add_cookies([{"name": "tongdai_session", "value": _session(house, username), "url": house.address}])
        page.goto(path)
        return page

    yield opened
    faults = [
        fault
        for one in watched
        for fault in one.faults
        if not any(re.search(pattern, fault) for pattern in one.expected)
    ]
    for context in contexts:
        context.close()
    assert faults == []


def _session(house: House, username: str) -> str:
    token = f"{username}-{time.monotonic_ns()}"
    with house.desk.store.transaction() as session:
        now = datetime.now(UTC)
        person = people.get_person(session, username)
        session.add(
            SignIn(
                token_sha256=people.token_hash(token),
                person_id=person.id,
                created_at=now,
                seen_at=now,
                expires_at=now + timedelta(days=1),
            )
        )
    return token


@contextmanager
def no_reload(page: Page) -> Iterator[None]:
    """The page stands as it is: nothing inside may load it anew."""
    page.evaluate("window.stands = true")
    yield
    assert page.evaluate("window.stands === true")


def violations(page: Page) -> list[str]:
    """What axe finds serious or critical; it reads no style sheets, which our policy would refuse it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def test_signing_in_and_out_by_keyboard_alone(open_page: Callable[..., Page], house: House) -> None:
    page = open_page(None, path="/calls", expected=("401",))
    expect(page).to_have_title("Đăng nhập · 1022")
    expect(page.locator("#username")).to_be_focused()
    page.keyboard.type("lan")
    page.keyboard.press("Tab")
    page.keyboard.type("sai")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Tên đăng nhập hoặc mật khẩu chưa đúng.")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type("mat-khau-thu-1022")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.address}/calls")
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Đăng xuất").press("Enter")
    expect(page).to_have_title("Đăng nhập · 1022")


def test_the_list_is_searched_as_one_types_and_rows_open_by_click(open_page: Callable[..., Page], house: House) -> None:
    with house.desk.store.reading() as session:
        count = session.scalar(select(func.count()).select_from(Ticket))
    page = open_page("hoa")
    expect(page.locator(".list tbody tr")).to_have_count(count)
    with no_reload(page):
        page.locator("#q").fill("duong nguyen trai")
        expect(page.locator(".list tbody tr")).to_have_count(1)
        expect(page).to_have_url(f"{house.address}/tickets?tab=all&q=duong+nguyen+trai")
        page.locator("#q").fill("")
        expect(page.locator(".list tbody tr")).to_have_count(count)
    page.locator(f"#t{house.desk.ulid(4217)} td").nth(1).click()
    expect(page.locator("h1")).to_have_text("Phiếu DN26-004217-4")
    page.keyboard.press("Escape")
    expect(page.locator("h1")).to_have_text("Phiếu phản ánh")


def test_playing_is_one_access_row_and_words_lead_to_their_places(open_page: Callable[..., Page], house: House) -> None:
    ulid = house.desk.ulid(4213)
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
        with house.desk.store.reading() as session:
            return [(row.action, row.seconds > 1) for row in plays.find_all_of(session, ulid)]

    wait_for(lambda: played()[:1] == [("play", True)], "how far was fetched is not noted")  # after the player moves
    assert len(played()) == 1


def test_who_does_not_hold_the_ticket_gives_a_reason_first(open_page: Callable[..., Page], house: House) -> None:
    ulid = house.desk.ulid(4212)
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
    with house.desk.store.reading() as session:
        assert [row.reason for row in plays.find_all_of(session, ulid)] == ["Kiểm tra chất lượng"]


def test_a_correction_is_drafted_kept_and_saved(open_page: Callable[..., Page], house: House) -> None:
    page = open_page("lan", path=f"/tickets/{house.desk.ulid(4216)}")
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
        expect(page.locator("#part-history")).to_contain_text("Sửa bản chữ")
        expect(page.locator("[data-edit-form]")).to_be_hidden()
    page.get_by_text("Bản gốc máy nghe được").first.click()
    expect(page.locator("#part-said")).to_contain_text("rác thải xây dựng đổ đầy vỉa hè")


def test_taking_moving_and_noting_without_a_reload(open_page: Callable[..., Page], house: House) -> None:
    page = open_page("lan", path=f"/tickets/{house.desk.ulid(4214)}")
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


def test_every_dialog_of_a_ticket_opens_a_second_time(open_page: Callable[..., Page], house: House) -> None:
    page = open_page("hoa", path=f"/tickets/{house.desk.ulid(4215)}")
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
    open_page: Callable[..., Page], house: House
) -> None:
    page = open_page("lan", path=f"/tickets/{house.desk.ulid(4213)}")
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
    open_page: Callable[..., Page], house: House
) -> None:
    ulid = house.desk.ulid(4211)
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
    expect(page.get_by_role("alert")).to_contain_text("Nguyễn Thanh Hoa")
    expect(dialog.locator("textarea")).to_have_value("đã thay nắp cống")


def test_a_new_ticket_and_its_transcript_appear_by_themselves(
    open_page: Callable[..., Page], house: House, new_report: Callable[..., Any]
) -> None:
    page = open_page("lan", path="/tickets")
    expect(page.locator("#live")).to_contain_text("Trực tiếp")
    with no_reload(page):
        ulid, hear = new_report(house.desk, 4300, "cống trước nhà 15 trần phú bị tắc")
        expect(page.locator(f"#t{ulid}")).to_be_visible(timeout=5000)
        expect(page.locator(f"#t{ulid}")).to_contain_text("Chưa có bản chữ")
    page.locator(f"#t{ulid} a").click()
    expect(page.locator("#part-said")).to_contain_text("Máy đang nghe ghi âm")
    expect(page.locator("#live")).to_contain_text("Trực tiếp")
    with no_reload(page):
        hear()
        expect(page.locator(".said[data-said]")).to_contain_text("Cống trước nhà 15")


def test_a_lost_hub_is_told_within_two_seconds_and_the_page_catches_up(
    open_page: Callable[..., Page], house: House, new_report: Callable[..., Any]
) -> None:
    page = open_page("lan", path="/tickets", expected=("ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY"))
    expect(page.locator("#live")).to_contain_text("Trực tiếp")
    with no_reload(page):
        house.stop("watch", signal.SIGKILL)
        expect(page.locator("#stale")).to_be_visible(
            timeout=20_000
        )  # by the line that broke, not by a heartbeat that is missing
        ulid, _hear = new_report(house.desk, 4301, "mất điện cả khu phố")
        house.start("watch", house.hub_port)
        expect(page.locator("#stale")).to_be_hidden(timeout=2 * LONG)
        expect(page.locator(f"#t{ulid}")).to_be_visible(timeout=5000)


def test_a_session_that_ended_loses_nothing(open_page: Callable[..., Page], house: House) -> None:
    path = f"/tickets/{house.desk.ulid(4215)}"
    page = open_page("lan", path=path, expected=("401",))
    page.locator("#note").fill("đang viết dở")
    expect(page.locator("#note-draft")).to_contain_text("Đã lưu nháp")
    page.context.clear_cookies(name="tongdai_session")
    page.get_by_role("button", name="Lưu ghi chú").click()
    expect(page).to_have_title("Đăng nhập · 1022")
    page.locator("#username").fill("lan")
    page.locator("#password").fill("mat-khau-thu-1022")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.address}{path}")
    expect(page.locator("#note")).to_have_value("đang viết dở")


def test_search_from_everywhere_by_keys(open_page: Callable[..., Page]) -> None:
    page = open_page("lan", path="/calls")
    page.keyboard.press("F1")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    with page.expect_response(lambda answer: answer.url.endswith("karaoke")):
        page.keyboard.type("karaoke")
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator("#found a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("DN26-004214")


def test_language_and_theme(open_page: Callable[..., Page]) -> None:
    page = open_page("hoa")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Tickets")
    assert not re.search(r"[ăâđơư]", page.locator(".filters, .tabs, thead, .rail").all_inner_texts()[0].lower())
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="System").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.locator("h1")).to_have_text("Phiếu phản ánh")


def test_a_citizen_looks_up_a_report(open_page: Callable[..., Page]) -> None:
    page = open_page(None, path="/tra-cuu", size=(390, 844))
    page.get_by_label("Mã phản ánh").fill("DN26-004212-5")
    page.get_by_label("Bốn số cuối").fill("4555")
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_role("status")).to_contain_text("Sở Xây dựng")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["desk", "phone"])
def test_every_page_fits_and_can_be_read_by_everybody(
    open_page: Callable[..., Page], house: House, size: tuple[int, int], scheme: str
) -> None:
    ulid = house.desk.ulid(4217)
    lists = ("/tickets?tab=all", "/tickets?tab=late&q=x", "/calls", "/people", "/jobs?state=waiting")
    signed_in = (*lists, f"/tickets/{ulid}", f"/calls/{ulid}")
    page = open_page("admin", path="/tickets", size=size, scheme=scheme)
    found: dict[str, list[str]] = {}
    for path in (*signed_in, "/login", "/tra-cuu"):
        page.goto(path)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[path] = violations(page) + ([f"{wider} px too wide"] if wider > 0 else [])
    assert {path: faults for path, faults in found.items() if faults} == {}
