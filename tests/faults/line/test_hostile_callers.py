"""Callers who try to command by their name or number: harmless on every wire, in every row and on every page."""

import asyncio
import re
import secrets
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from console.app import create_app
from ivr.asterisk import load_logins
from ivr.asterisk.ami import Ami
from ivr.engine.call import LONGEST_TEXT
from ivr.model import Call, SignIn, Ticket
from ivr.services import people
from ivr.settings import Settings
from ivr.simulator.free_ports import free_ports
from ivr.simulator.journal_tail import Journals
from ivr.simulator.sip import CallRefused, SipCall
from ivr.store import Store
from ivr.testing.asterisk import PATIENCE, RunningAsterisk
from ivr.testing.calls import hotline
from ivr.testing.faulty_line import FaultyLine
from ivr.testing.late import note_caller
from ivr.testing.line import OnTheLine, on_the_line, short_instance, sweep_up, usual
from ivr.watch.channels import LiveChannels

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

OWNED = Path("/tmp/tongdai-owned-by-a-caller")
COMMANDS = ("SET VARIABLE ", "GET FULL VARIABLE ", "EXEC Read ", "EXEC Playback ", "RECORD FILE ", "CHANNEL STATUS")
"""All that the server ever says to Asterisk in such a call."""
TOUCH = f"${{SHELL(touch {OWNED})}}"
NAMES = {
    "lenh": f'\\"EXEC System \\"touch {OWNED}\\"',
    "bien": f"{TOUCH} ${{EVAL({TOUCH})}} $[1/0]",
    "nhay": r"""\\ \" ' ; drop table ticket; --""",
    "gap-dong": f' a\r\n EXEC System "touch {OWNED}"\r\n\t200 result=1',
    "xuong-dong": f'a"\r\nX-Lenh: EXEC System touch {OWNED}\r\nSubject: "b',
    "dai": "a" * 900,
    "rat-dai": "b" * 5000,
    "khong": "a\0b\0c",
    "mat-cuoi": "😀 ‮gọi ngược⁦ ​\x7f\x85 ông",
    "trang": "<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}",
    "bang": "=HYPERLINK('http://x','y') @SUM(1) +1 -1",
}
"""Names as they stand in the From header, each behind a tag of its own."""
NUMBERS = {
    "so-lenh": f"0905%0d%0aEXEC%20System%20%22touch%20{OWNED}%22%0d%0a",
    "so-dau": "0905%0d%0a%0d%0a200%20result=1%0d%0aSET%20VARIABLE%20TONGDAI_DONE%201%0d%0a",
    "so-ami": "1%0d%0aUniqueid%3a%201.1%0d%0aX%3a%20y",
    "so-bien": f"$%7BSHELL(touch%20{OWNED})%7D",
    "so-trang": "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "so-nul": "0905%00123456",
    "so-sql": "'%20or%20'1'='1",
    "so-dai": "9" * 700,
    "khong-so": "",
}
MALFORMED = {"gap-dong", "xuong-dong"}
"""No SIP header can carry these: the call is not answered."""
CUT = {"so-lenh", "so-dau", "so-gia"}
"""Numbers that end Asterisk's AGI header early: that call itself may be left to the fallback."""
PLACE = "NAME-STANDS-HERE"
SPEAKS = 240
"""Seconds for which the honest caller would; the call ends when all others are over."""
TEN = 10
"""Calls from one number at once."""
ONE_NUMBER = "0907000000"


class HostileCall(SipCall):
    """Writes into the From header what no telephone would."""

    hostile = ""

    def _send(self, text: str) -> None:
        super()._send(text.replace(PLACE, self.hostile))


@asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[LiveChannels]:
    """Our own reader of Asterisk's manager interface, logged in."""
    ready, logins = asyncio.Event(), load_logins(settings)

    async def resync() -> None:
        await live.resync(ami)
        ready.set()

    ami = Ami(port=settings.ami_port, username=logins.ami_user, secret=logins.ami_secret, on_ready=resync)
    live = LiveChannels(on_change=lambda _: None)
    live.listen(ami)
    ami.start()
    await asyncio.wait_for(ready.wait(), PATIENCE)
    try:
        yield live
    finally:
        ami.close()
        await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def asterisk() -> Iterator[RunningAsterisk]:
    """One on which the honest caller may speak longer than all others take together."""
    with short_instance(record_limit=SPEAKS) as running:
        yield running


async def report(settings: Settings, journals: Journals, tag: str, name: str, number: str) -> str:
    """Speak three seconds and hang up; what went wrong."""
    call = HostileCall(host="127.0.0.1", port=settings.sip_port, called="1022", number=number, name=f"{tag}: {PLACE}")
    call.hostile = name
    caller = OnTheLine(call=call, number=number, journals=journals, name=f"{tag}:")
    try:
        await call.dial()
        await caller.to_the_beep()
        await caller.speak(3)
        await call.hang_up()
    except (TimeoutError, AssertionError, CallRefused) as error:
        return f"{tag}: {error!r}"
    finally:
        await call.close()
        note_caller(call.late)
        if caller.tail is not None:
            caller.tail.close()
    return ""


async def call_all(settings: Settings, line: FaultyLine) -> list[str]:
    """All at once, beside an honest caller, whose channel one of them tries to report to the watch as hung up."""
    journals = Journals(settings.spool)
    async with line.up(), watching(settings) as live, on_the_line(settings, "that:", "0908111111", journals) as honest:
        await honest.to_the_beep()
        honest.go_on_speaking(SPEAKS)
        channel = uniqueid_of(line.headers["that:"])
        forged = f"1%0d%0a%0d%0aEvent%3a%20Hangup%0d%0aUniqueid%3a%20{channel}%0d%0a%0d%0a"
        calls = [report(settings, journals, tag, name, "0905123456") for tag, name in NAMES.items()]
        calls += [report(settings, journals, tag, "An", number) for tag, number in NUMBERS.items()]
        calls += [report(settings, journals, f"mot-so-{place}", "An", ONE_NUMBER) for place in range(TEN)]
        calls.append(report(settings, journals, "so-gia", "An", forged))
        faults = await asyncio.gather(*calls)
        assert not honest.call.ended.is_set()
        assert live.snapshot() is not None
        assert channel in (live.snapshot() or set()), "a caller's number ended another call in the watch's view"
    return [fault for fault in faults if fault]


def uniqueid_of(header: bytes) -> str:
    found = re.search(rb"^agi_uniqueid: (\S+)", header, re.MULTILINE)
    assert found is not None
    return found[1].decode()


def pages(settings: Settings, store: Store) -> dict[str, str]:
    """Every list and page of the console that shows a caller, as an administrator sees it."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with store.transaction() as session:
        people.ensure_first_admin(session, now)
        admin = people.get_person(session, people.FIRST_ADMIN)
        admin.must_change_password = False
        expires = now + timedelta(hours=1)
        session.add(
            SignIn(
                token_sha256=people.token_hash(token),
                person_id=admin.id,
                created_at=now,
                seen_at=now,
                expires_at=expires,
            )
        )
    with store.reading() as session:
        tickets, calls = session.scalars(select(Ticket.ulid)).all(), session.scalars(select(Call.id)).all()
    client = create_app(settings, store).test_client()
    client.set_cookie(settings.session_cookie, token)
    addresses = ["/tickets?tab=all", "/calls"]
    addresses += [*(f"/tickets/{ulid}" for ulid in tickets), *(f"/calls/{call_id}" for call_id in calls)]
    found = {}
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        found[address] = answer.get_data(as_text=True)
    return found


def test_hostile_callers_harm_nothing(asterisk: RunningAsterisk, store: Store) -> None:
    settings = asterisk.settings
    OWNED.unlink(missing_ok=True)
    (server,) = free_ports(1)
    line = FaultyLine(breaks={}, listen=settings.agi_port, server=server)
    with hotline(settings.model_copy(update={"agi_port": server}), usual()) as process:
        refused = asyncio.run(call_all(settings, line))
        assert process.poll() is None
    sweep_up(settings, store)
    assert asterisk.process.is_running()
    assert not OWNED.exists()
    assert {fault.partition(":")[0] for fault in refused} <= MALFORMED | CUT, refused
    for said in line.commands.values():
        assert [command for command in said if not command.startswith(COMMANDS)] == []
        assert [command for command in said if "touch" in command or "SHELL" in command or "script" in command] == []
    assert_rows_are_clean(store)
    assert_pages_are_clean(pages(settings, store))


def assert_rows_are_clean(store: Store) -> None:
    """Every call that was answered has one ticket and a code of its own, and nothing in it commands or deceives."""
    tags = {*NAMES, *NUMBERS, "so-gia", *(f"mot-so-{place}" for place in range(TEN))} - MALFORMED - CUT
    with store.reading() as session:
        calls = {call.caller_name.partition(":")[0]: call for call in session.scalars(select(Call))}
        tickets = {ticket.ulid: ticket.code for ticket in session.scalars(select(Ticket))}
    assert set(calls) - MALFORMED - CUT - {""} == tags | {"that"}
    for tag in tags:
        call = calls[tag]
        assert tickets.get(call.id), tag
        for text in (call.caller_name, call.caller_raw, call.caller_number or ""):
            assert len(text) <= LONGEST_TEXT
            assert [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp")] == [], tag
    assert len(set(tickets.values())) == len(tickets), "each has a code of its own"


def assert_pages_are_clean(shown: dict[str, str]) -> None:
    """Pages show the number that was understood, not what the network said; a name must not come raw either."""
    assert len(shown) > 40
    for address, page in shown.items():
        for harm in ("<script>alert", "<img src=x", "\u202e", "\u2066", "\0"):
            assert harm not in page, (address, harm)
