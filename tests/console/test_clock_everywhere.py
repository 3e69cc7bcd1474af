"""Whether a ticket is overdue: list, tab, page, web look-up, phone and figures say the same in every state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from ivr.city.city import City
from ivr.engine import Dependencies, Served, run_call
from ivr.engine.caller_lookup import CallerLookup
from ivr.model import CLOSED, ContactKind, State, Ticket
from ivr.model.clock import Clock, clock_of, is_late, is_overdue, is_running
from ivr.model.code import display, make_code
from ivr.phone import Caller
from ivr.prompts import Catalogue
from ivr.simulator import Step
from ivr.spool import CallJournal, Spool
from ivr.testing import ScriptedPhone
from ivr.testing.citizen import Citizen

HOUR = timedelta(hours=1)
BEFORE = {State.CHO_BO_SUNG: Clock.PAUSED, State.DA_XU_LY: Clock.STOPPED, **dict.fromkeys(CLOSED, Clock.STOPPED)}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A ticket against its due time, in hours from now; ``resolved`` counts where the clock has stopped."""

    name: str
    due: int
    resolved: int
    overdue_running: bool
    late_stopped: bool


CASES = (
    Case(name="due later", due=2, resolved=-1, overdue_running=False, late_stopped=False),
    Case(name="done in time, due since then", due=-1, resolved=-2, overdue_running=True, late_stopped=False),
    Case(name="late already when it was done", due=-2, resolved=-1, overdue_running=True, late_stopped=True),
)  # fmt: skip


class Unused:
    """Stands where this call files and codes nothing."""

    def call_started(self, journal: CallJournal) -> None:
        pass

    def call_waits(self, ulid: str) -> None:
        pass

    def report(self, ulid: str) -> None:
        pass

    def call_ended(self, ulid: str) -> None:
        pass

    def take(self, now: datetime) -> str | None:
        return None


@pytest.fixture
def phone(
    desk: Any, get_city: Callable[[str], City], get_sounds: Callable[[str], Catalogue]
) -> Iterator[Callable[[str], list[str]]]:
    """What a caller hears of the ticket with this code, asked of the same database."""
    lookup = CallerLookup(desk.settings)

    def call(code: str) -> list[str]:
        steps = (
            Step(wait="menu", press="2"),
            Step(wait="tra-cuu", press=f"{code}#"),
            Step(wait="tra-cuu-so-cuoi", press="3456#"),
            Step(wait="viec-khac", hang_up=True),
        )
        caller = Caller(number="0905999888", name="", called="1022", uniqueid="", linkedid="", city="da-nang")
        line = ScriptedPhone(Citizen(steps), caller)
        needs = Dependencies(
            spool=Spool(desk.settings),
            codes=Unused(),
            filer=Unused(),
            find_status=lookup.find_status,
            pin_mac=lambda ulid, pin: "",
        )
        served = Served(
            phone=line,
            city=get_city("da-nang"),
            sounds=get_sounds("da-nang"),
            dependencies=needs,
            clock=lambda: desk.now,
            settings=desk.settings,
        )
        run_call(served)
        heard = line.citizen.heard
        return heard[heard.index("tra-cuu-so-cuoi") + 1 : heard.index("viec-khac")]

    yield call
    lookup.close()


def add(desk: Any, state: State, case: Case, number: int) -> Ticket:
    stopped = clock_of(state) is Clock.STOPPED
    with desk.store.transaction() as session:
        ticket = Ticket(
            ulid=f"01K5CALL00000000000000{number:04d}",
            code=make_code(2026, 100 + number),
            city="da-nang",
            state=state,
            contact_kind=ContactKind.CALLER,
            contact_number="+84905123456",
            contact_last4="3456",
            created_at=desk.now - 9 * HOUR,
            filed_at=desk.now - 9 * HOUR,
            due_at=desk.now + case.due * HOUR,
            resolved_at=desk.now + case.resolved * HOUR if stopped else None,
            closed_at=desk.now if state in CLOSED else None,
        )
        session.add(ticket)
    return ticket


def row_of(page: str, ticket: Ticket) -> str:
    return page.split(f'id="t{ticket.ulid}"')[1].split("</tr>")[0]


@pytest.mark.parametrize("state", State)
def test_the_clock_of_every_state(state: State) -> None:
    expected = BEFORE.get(state, Clock.RUNNING)
    assert clock_of(state) is expected
    assert is_running(state) == (expected is Clock.RUNNING)


@pytest.mark.parametrize("state", State)
def test_list_tab_page_web_phone_and_figures_say_the_same(
    desk: Any, sign_in: Callable[..., FlaskClient], phone: Callable[[str], list[str]], state: State
) -> None:
    staff, citizen = sign_in("hoa"), sign_in(None)
    overdue_so_far = 0
    for number, case in enumerate(CASES):
        ticket = add(desk, state, case, number)
        clock = clock_of(state)
        late = {Clock.RUNNING: case.overdue_running, Clock.PAUSED: False, Clock.STOPPED: case.late_stopped}[clock]
        overdue = late and state not in CLOSED
        overdue_so_far += overdue
        assert is_late(ticket, desk.now) == late
        assert is_overdue(ticket, desk.now) == overdue

        assert ("Quá hạn" in row_of(staff.get("/tickets?tab=all").text, ticket)) == overdue, case.name
        tab = staff.get("/tickets?tab=late").text
        assert (f'id="t{ticket.ulid}"' in tab) == overdue, case.name
        assert f'aria-current="true">Quá hạn<span class="count">{overdue_so_far}</span>' in tab
        bar = staff.get(f"/tickets/{ticket.ulid}/parts/bar")
        assert bar.status_code == 200, case.name
        assert ("Quá hạn" in bar.text) == overdue, case.name
        assert ("còn 2 giờ" in bar.text.lower()) == (is_running(state) and not overdue), case.name

        assert ticket.code is not None
        answer = citizen.post("/tra-cuu", data={"code": display("DN", ticket.code), "secret": "3456"}).text
        assert ("Quá hạn" in answer) == overdue, case.name
        assert ("Hạn trả lời" in answer) == (overdue or is_running(state)), case.name

        heard = phone(ticket.code)
        assert ("qua-han" in heard) == overdue, case.name
        assert ("han-tra-loi" in heard) == (is_running(state) and not overdue), case.name

        figures = citizen.get("/metrics").text
        assert f"tongdai_tickets_overdue {overdue_so_far}.0" in figures
