"""Headless Chromium before a running console and hub: our policy, scripts' failures and axe are watched."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page

from ivr.testing import free_port
from ivr.testing.asterisk import PATIENCE, wait_for
from ivr.testing.console import SeededConsole

CHROMIUM = Path("/usr/bin/chromium")
_ABORTED = r"^console: htmx:(sendAbort|afterRequest),"
"""A request that ended with its page, or that a newer one replaced, is no fault; any other is named beside."""
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
_WATCH_POLICY = (
    "addEventListener('securitypolicyviolation', e => tellPolicy(`${e.effectiveDirective} ${e.blockedURI}`))"
)
Scheme = Literal["light", "dark"]


@dataclass(kw_only=True)
class RunningConsole:
    """A running console and hub on a seeded home."""

    seeded: SeededConsole
    console_port: int
    hub_port: int
    ami_port: int = field(default_factory=free_port)
    """Where ``watch`` looks for Asterisk: only a test may listen there."""
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.console_port}"

    def start(self, name: str, port: int) -> None:
        """Start one of our programs and wait until it answers."""
        log = (self.seeded.settings.home / f"{name}.txt").open("ab")
        environment = {
            **os.environ,
            "TONGDAI_HOME": str(self.seeded.settings.home),
            "TONGDAI_CONSOLE_PORT": str(self.console_port),
            "TONGDAI_HUB_PORT": str(self.hub_port),
            "TONGDAI_AMI_PORT": str(self.ami_port),
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

    def sign_in(self, username: str) -> str:
        """The session token of a browser that signs in now."""
        self.seeded.now = datetime.now(UTC)
        return self.seeded.sign_in(username)


def answers(address: str) -> bool:
    """Whether a program of ours serves this address."""
    with suppress(OSError, HTTPException):
        urllib.request.urlopen(address, timeout=PATIENCE).close()  # noqa: S310  # loopback
        return True
    return False


@dataclass(kw_only=True)
class Pages:
    """Opens pages of signed-in people, each in a browser context of its own, and notes what goes wrong on them."""

    running: RunningConsole
    browser: Browser
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        username: str | None = "lan",
        *,
        path: str = "/tickets?tab=all",
        size: tuple[int, int] = (1366, 768),
        scheme: Scheme = "light",
        expected: tuple[str, ...] = (),
    ) -> Page:
        """A page of this person, None for not signed in; faults that match ``expected`` are none."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            base_url=self.running.address,
            locale="vi-VN",
            reduced_motion="reduce",  # colours are looked at where they have come to rest
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LONG)

        def note(fault: str) -> None:
            if not any(re.search(pattern, fault) for pattern in (_ABORTED, *expected)):
                self.faults.append(fault)

        page.expose_function("tellPolicy", lambda text: note(f"policy: {text}"))
        page.add_init_script(_WATCH_POLICY)
        page.on("pageerror", lambda error: note(f"script: {error}"))
        page.on("console", lambda message: note(f"console: {message.text}") if message.type == "error" else None)
        if username:
            token = self.running.sign_in(username)
            context.add_cookies([{"name": "tongdai_session", "value": token, "url": self.running.address}])
        _wait_for_scripts(page)
        page.goto(path)
        return page

    def close(self) -> None:
        """Close them all."""
        for context in self.contexts:
            context.close()


def _wait_for_scripts(page: Page) -> None:
    """Let keys and clicks wait until a page's scripts are attached: on a busy machine they come seconds after the page.

    A person presses again; a test presses only once.
    """
    without = page.locator('html:not([data-ready]):has(script[src*="app.js"])')
    press = page.keyboard.press

    def patient(key: str, *, delay: float | None = None) -> None:
        without.wait_for(state="detached")
        press(key, delay=delay)

    vars(page.keyboard)["press"] = patient
    page.add_locator_handler(without, lambda: without.wait_for(state="detached"), no_wait_after=True)


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
        f"{fault['id']} ({fault['impact']}): {fault['nodes'][0]['html'][:160]}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]


def too_wide(page: Page) -> int:
    """Pixels by which the page is wider than its window: more than none means scrolling sideways."""
    found: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found
