"""The board: calls come, wait, are answered and go by themselves, in every tab; what is not known is said."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import dropwhile

import pytest
from playwright.sync_api import Page, expect
from ulid import ULID

from ivr.asterisk.logins import load_logins
from ivr.model import Call
from ivr.testing.ami import ami_beside
from ivr.testing.browser import RunningConsole, no_reload
from ivr.testing.recorded_events import START, Recorded, recorded

pytestmark = pytest.mark.browser


def as_if_now(name: str) -> list[dict[str, str]]:
    """A recorded call."""
    shift = datetime.now(UTC).timestamp() - START.timestamp()
    return [moved(event, shift) for event in recorded(name)]


def after(events: list[dict[str, str]], name: str) -> int:
    """The place behind the last event of this name."""
    return max(at for at, event in enumerate(events) if event["Event"] == name) + 1


def moved(event: Recorded, shift: float) -> dict[str, str]:
    """At another time, and with a telephone that is one of the city's lines."""
    whole = {name: value.replace("PJSIP/op1", "PJSIP/101") for name, value in event.items() if isinstance(value, str)}
    return {**whole, "Timestamp": f"{float(whole['Timestamp']) + shift:.6f}"}


def linkedid_of(name: str) -> str:
    first = next(dropwhile(lambda event: "Linkedid" not in event, recorded(name)))
    return str(first["Linkedid"])


def test_a_call_waits_is_answered_and_goes_in_every_tab(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    seeded, linkedid, ulid = running.seeded, linkedid_of("answered"), str(ULID())
    with seeded.store.transaction() as session:
        session.add(
            Call(
                id=ulid, instance="1022", city="da-nang", caller_number="+84905777888",
                linkedid=linkedid, started_at=datetime.now(UTC) - timedelta(seconds=5),
            )
        )  # fmt: skip
    page = open_page("hoa", path="/board")
    expect(page.locator("#board-unknown")).to_be_visible()
    with no_reload(page):
        with ami_beside(running.ami_port, load_logins(seeded.settings).ami_secret) as send:
            expect(page.locator("#board-unknown")).to_be_hidden()
            expect(page.locator("#board-none")).to_be_visible()
            expect(page.locator("[data-figure=answered]")).to_have_text(re.compile(r"\d"))
            before = int(page.locator("[data-figure=answered]").inner_text())  # some of the seeded calls may be today's
            events = as_if_now("answered")
            queued, talking = after(events, "QueueCallerJoin"), after(events, "BridgeEnter")
            for event in events[:queued]:
                send(**event)
            row = page.locator("#board-calls tbody tr")
            expect(row).to_have_count(1)
            expect(row).to_contain_text("Chờ trong hàng đợi")
            expect(row.get_by_role("link", name="0905 ••• 888")).to_have_attribute("href", f"/calls/{ulid}")
            expect(page.locator("[data-figure=waiting]")).to_have_text("1")
            first = page.locator("[data-figure=longest]").inner_text()
            expect(page.locator("[data-figure=longest]")).not_to_have_text(first)  # it runs without any news
            second = page.context.new_page()
            second.goto(f"{running.address}/board")
            expect(second.locator("#board-calls tbody tr")).to_contain_text("Chờ trong hàng đợi")
            for event in events[queued:talking]:
                send(**event)
            for tab in (page, second):
                expect(tab.locator("#board-calls tbody tr")).to_contain_text("Nói chuyện")
                expect(tab.locator("#board-calls tbody tr")).to_contain_text("máy 101")
                expect(tab.locator("[data-figure=talking]")).to_have_text("1")
                expect(tab.locator("[data-figure=waiting]")).to_have_text("0")
            for event in events[talking:]:
                send(**event)
            for tab in (page, second):
                expect(tab.locator("#board-none")).to_be_visible()
                expect(tab.locator("[data-figure=answered]")).to_have_text(str(before + 1))
                expect(tab.locator("[data-figure=level]")).to_have_text(re.compile(r"^\d+(,\d)?%$"))
            second.close()
        expect(page.locator("#board-unknown")).to_be_visible()


def test_an_older_hub_that_ends_is_followed_by_the_next_one(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    """Another program counts its news anew: the page takes the whole again."""
    page = open_page("minh", path="/board", expected=("ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY", "ERR_ABORTED"))
    expect(page.locator("#live")).to_contain_text("Trực tiếp")
    with no_reload(page):
        running.stop("watch")
        expect(page.locator("#stale")).to_be_visible()
        running.start("watch", running.hub_port)
        expect(page.locator("#stale")).to_be_hidden()
        with ami_beside(running.ami_port, load_logins(running.seeded.settings).ami_secret) as send:
            expect(page.locator("#board-unknown")).to_be_hidden()
            events = as_if_now("abandoned")
            for event in events[: after(events, "QueueCallerJoin")]:
                send(**event)
            expect(page.locator("#board-calls tbody tr")).to_have_count(1)


def test_who_waits_longest_stands_first_and_long_waits_are_marked(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = open_page("hoa", path="/board")
    with ami_beside(running.ami_port, load_logins(running.seeded.settings).ami_secret) as send:
        expect(page.locator("#board-unknown")).to_be_hidden()
        for tag, ago in (("soon", 30), ("late", 600), ("new", 0)):
            joined = as_if_now("abandoned")[: after(as_if_now("abandoned"), "QueueCallerJoin")]
            for event in joined:
                ids = {
                    name: value + tag
                    for name, value in event.items()
                    if re.search("(niqueid|inkedid)$", name) and value
                }
                send(**event | ids | {"Timestamp": f"{float(event['Timestamp']) - ago:.6f}"})
        rows = page.locator("#board-calls tbody tr")
        expect(rows).to_have_count(3)
        ages = [rows.nth(place).get_attribute("data-age") for place in range(3)]
        assert ages == ["late", "soon", ""]
        expect(page.locator("[data-tile=longest]")).to_have_attribute("data-age", "late")
