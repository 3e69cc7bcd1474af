"""Operators with telephones in real browsers, on a real Asterisk with the whole hotline. Imported by tests alone."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ivr.model import Role, SignIn
from ivr.services import people
from ivr.settings import Settings
from ivr.simulator import Operator
from ivr.store import Store, open_store
from ivr.testing.asterisk import RunningAsterisk, wait_for
from ivr.testing.browser import CHROMIUM, FLAGS, LONG, answers
from ivr.testing.calls import hotline
from ivr.testing.line import short_instance
from ivr.testing.persons import MORNING
from ivr.testing.processes import Running, running

SOUND_FLAGS = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
"""A microphone that beeps, and media over loopback (TELEPHONY §3)."""
PASSWORD = "bốn-từ-ngẫu-nhiên-đó"  # noqa: S105  # of a test
SIZE = {"width": 400, "height": 720}


@dataclass(kw_only=True)
class Desk:
    """Everything that runs; a test may end and begin ``watch``."""

    asterisk: RunningAsterisk
    store: Store
    browser: Browser
    watch: Running
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return self.asterisk.settings

    def operator(self, username: str) -> "Seat":
        """An operator before an open console, not signed in to work."""
        now = datetime.now(UTC)
        with self.store.transaction() as session:
            person = people.get_person(session, username)
            token = secrets.token_urlsafe(32)
            session.add(
                SignIn(
                    token_sha256=people.token_hash(token), person_id=person.id, created_at=now, seen_at=now,
                    expires_at=now + timedelta(hours=2),
                )
            )  # fmt: skip
        context = self.browser.new_context(
            base_url=self.settings.console_address, locale="vi-VN", viewport={"width": 1366, "height": 768}
        )
        context.set_default_timeout(LONG)
        cookie = {"name": self.settings.session_cookie, "value": token, "url": self.settings.console_address}
        context.add_cookies([cookie])  # type: ignore[list-item]  # playwright wants its own TypedDict
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.contexts.append(context)
        page = context.new_page()
        page.goto("/tickets")
        return Seat(page=page)


@dataclass(kw_only=True)
class Seat:
    """One operator: a page of the console, and the telephone's window once it is open."""

    page: Page
    window: Page | None = None

    @property
    def telephone(self) -> Page:
        assert self.window is not None
        return self.window

    def sign_in(self) -> None:
        """To work at the telephone in this browser, until it is registered."""
        self.page.keyboard.press("F9")
        self.page.get_by_label("Trình duyệt này").check()
        if self.window is None:
            self.open_window("Vào ca")
        else:  # it stands open from the last stretch of work
            self.page.get_by_role("button", name="Vào ca").click()
        self.until_phone("on")

    def open_window(self, button: str) -> None:
        """By this button, which opens it."""
        with self.page.context.expect_page() as opened:
            self.page.get_by_role("button", name=button).locator("visible=true").first.click()
        self.window = opened.value
        self.window.set_viewport_size(SIZE)  # type: ignore[arg-type]  # playwright wants its own TypedDict
        self.window.on("dialog", lambda dialog: dialog.accept())

    def get_ready(self) -> None:
        """In the dialog that stands open after signing in, or by F9."""
        if not self.page.locator("dialog#ask[open]").count():
            self.page.keyboard.press("F9")
        self.page.locator("dialog#ask").get_by_role("button", name="Sẵn sàng").click()
        expect(self.page.locator("dialog#ask")).to_be_hidden(timeout=LONG)
        self.until("ready")

    def answer(self) -> None:
        """F2 on the console's page; again where the ring was over before it came, as a person does."""
        ringing = self.telephone.locator("#telephone[data-state=ringing]")

        def talks() -> bool:
            if ringing.count():
                self.page.keyboard.press("F2")
            return bool(self.telephone.locator("#telephone[data-state=talking]").count())

        wait_for(talks, "the call is not answered")
        self.until("talking")

    def sign_out(self) -> None:
        """Home."""
        self.page.keyboard.press("F9")
        self.page.locator("dialog#ask").get_by_role("button", name="Ra ca").click()
        expect(self.page.locator("dialog#ask")).to_be_hidden(timeout=LONG)
        self.until("signed_out")

    def until(self, state: str) -> None:
        """What the head of the console's page says of the operator."""
        expect(self.page.locator(f"#operator[data-state={state}]")).to_be_attached(timeout=LONG)

    def until_phone(self, state: str) -> None:
        """What the telephone's window says."""
        expect(self.telephone.locator(f"#telephone[data-state={state}]")).to_be_attached(timeout=LONG)


@contextmanager
def desk_of_browsers(config: Path, *usernames: str) -> Iterator[Desk]:
    """The whole hotline on a real Asterisk, no person configured; the clock of its menu says it is morning.

    :param config: an empty folder for the configuration. In it the paper work is 30 s, the grace 20, and 20 rings may
        be missed: on a busy machine a ring of 15 s may be over before a test has looked at it.
    """
    shutil.copytree("config", config, dirs_exist_ok=True)
    desk = config / "desk.toml"
    text = desk.read_text(encoding="utf-8")
    for usual, ours in (("wrap_up = 60", "wrap_up = 30"), ("grace = 30", "grace = 20"), ("missed = 2", "missed = 20")):
        assert usual in text
        text = text.replace(usual, ours)
    desk.write_text(text, encoding="utf-8")
    with short_instance(config=config, operator_phone="", operator_wait=60) as asterisk, ExitStack() as stack:
        settings = asterisk.settings
        store = open_store(settings)
        stack.callback(store.close)
        with store.transaction() as session:
            for username in usernames:
                people.create_person(session, username, username.title(), Role.OPERATOR, PASSWORD, datetime.now(UTC))
        stack.enter_context(hotline(settings, replace(MORNING, operator=Operator.NONE)))
        watch = stack.enter_context(running(settings, "watch", ready="desk.synced"))
        stack.enter_context(running(settings, "console"))
        wait_for(lambda: answers(f"{settings.console_address}/healthz"), "the console did not answer")
        playwright = stack.enter_context(sync_playwright())
        flags = [*FLAGS, *SOUND_FLAGS]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags, timeout=2 * LONG)
        made = Desk(asterisk=asterisk, store=store, browser=browser, watch=watch)
        stack.callback(browser.close)
        yield made
