"""The two calls of the demonstration, each a scenario file, and what must be found after each."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import select

from ivr.model import Recording, Ticket
from ivr.model.code import display
from ivr.model.word_errors import word_errors
from ivr.prompts import load_catalogue
from ivr.services import people
from ivr.settings import Settings
from ivr.simulator.demo.browser import Browser
from ivr.simulator.demo.system import DemoFailed
from ivr.simulator.journal_tail import Journals
from ivr.simulator.lateness import Lateness, dial_until_punctual
from ivr.simulator.moments import answer_to_beep, speech_to_code
from ivr.simulator.outcome import Outcome, differences, find_outcome
from ivr.simulator.play import Played, play
from ivr.simulator.read import read_scenario
from ivr.simulator.values import Scenario
from ivr.store import Store
from ivr.words import tr

WORST_WER = 0.2
PREFIX = "DN"
NEW = "Mới ghi nhận"
"""The state as the console names it to an administrator who reads Vietnamese."""

Say = Callable[[str], None]
_Found = TypeVar("_Found")


@dataclass(frozen=True, kw_only=True)
class Filed:
    """The ticket the first call made, and what its caller said."""

    ulid: str
    code: str
    sentence: str


def report(settings: Settings, store: Store, say: Say) -> Filed:
    """Dial, walk the menu, speak, send, hear the code, hang up."""
    scenario = _scenario(settings, "phan-anh")
    played, outcome = _call(settings, store, scenario, say)
    _tell_moments(settings, played, say)
    with store.reading() as session:
        code = session.scalar(select(Ticket.code).where(Ticket.ulid == outcome.ulid))
    if code is None:
        raise DemoFailed(tr("Không thấy phiếu của cuộc gọi.", "The call made no ticket."))
    return Filed(ulid=outcome.ulid, code=code, sentence=" ".join(step.say for step in scenario.steps if step.say))


def look(settings: Settings, store: Store, filed: Filed, password: str, say: Say) -> None:
    """Wait for the transcript, then read what a signed-in person sees in the console."""
    _wait(lambda: _transcribed(store, filed.ulid), 120, _no_transcript())
    with store.transaction() as session:  # a password that goes with the demonstration's home need not be changed
        people.get_person(session, people.FIRST_ADMIN).must_change_password = False
    browser = Browser(settings.console_address)
    browser.sign_in(people.FIRST_ADMIN, password)
    shown = display(PREFIX, filed.code)
    if shown not in browser.tickets():
        raise DemoFailed(tr(f"Danh sách phiếu không có {shown}.", f"The tickets list lacks {shown}."))
    page, said = browser.ticket(filed.ulid)
    if NEW not in page:
        raise DemoFailed(tr(f"Trang phiếu {shown} không hiện trạng thái.", f"The page of {shown} shows no state."))
    size = browser.listen(filed.ulid, tr("chạy thử", "demonstration"))
    errors = word_errors(filed.sentence, said)
    say(tr(f"  Mã phiếu: {shown}", f"  Ticket code: {shown}"))
    say(tr(f"  Trang phiếu trong bàn điều hành: {page[:420]}…", f"  The ticket's page in the console: {page[:420]}…"))
    say(tr(f"  Ghi âm nghe được từ bàn điều hành: {size:,} byte", f"  Recording served by the console: {size:,} bytes"))
    say(tr(f"  Người dân nói:  {filed.sentence}", f"  The citizen said:  {filed.sentence}"))
    say(tr(f"  Máy nghe được:  {said}", f"  The machine heard: {said}"))
    say(
        tr(
            f"  Sai {errors.errors} trên {errors.words} từ ({errors.rate:.0%}; cho phép {WORST_WER:.0%})",
            f"  {errors.errors} wrong of {errors.words} words ({errors.rate:.0%}; allowed {WORST_WER:.0%})",
        )
    )
    if errors.rate > WORST_WER:
        raise DemoFailed(tr("Văn bản nghe được sai quá nhiều.", "Too much of the transcript is wrong."))


def ask(settings: Settings, store: Store, filed: Filed, say: Say) -> None:
    """Dial again, key the code and the last four digits, hear the state."""
    _call(settings, store, with_code(_scenario(settings, "tra-cuu"), filed.code), say)


def with_code(scenario: Scenario, code: str) -> Scenario:
    """The scenario with the code of a real ticket in the place of the one that its file prepares."""
    (prepared,) = scenario.tickets
    steps = tuple(replace(step, press=step.press.replace(prepared.code, code)) for step in scenario.steps)
    return replace(scenario, steps=steps, tickets=(replace(prepared, code=code),))


def _scenario(settings: Settings, name: str) -> Scenario:
    return read_scenario(settings.config / "demo" / f"{name}.toml")


def _tell_moments(settings: Settings, played: Played, say: Say) -> None:
    beep = answer_to_beep(played)
    code = speech_to_code(played, load_catalogue(settings, settings.city), "vi")
    if beep is None or code is None:
        raise DemoFailed(tr("Cuộc gọi không có tiếng bíp hoặc không đọc mã.", "The call had no beep or no code."))
    say(
        tr(
            f"  Nhấc máy → tiếng bíp: {beep:.1f} giây; nói xong → nghe mã: {code:.1f} giây",
            f"  Answer → beep: {beep:.1f} s; end of speech → code: {code:.1f} s",
        )
    )


def _call(settings: Settings, store: Store, scenario: Scenario, say: Say) -> tuple[Played, Outcome]:
    """Make the call, and find its result as its file says.

    A call that goes wrong while this caller was late is made again.
    """
    played = asyncio.run(dial_until_punctual(lambda attempt: _dial(settings, scenario, attempt, say), _excuse))
    if played.faults:
        raise DemoFailed("\n".join(played.faults))
    outcome = _wait(lambda: find_outcome(store, "", ulid=played.ulid), 60, _no_call())
    otherwise = differences(scenario.expected, outcome)
    if otherwise:
        raise DemoFailed("\n".join(otherwise))
    return played, outcome


async def _dial(settings: Settings, scenario: Scenario, attempt: int, say: Say) -> Played:
    return await play(
        scenario if attempt == 1 else replace(scenario, name=f"{scenario.name}~{attempt}"),
        host=settings.bind,
        port=settings.sip_port,
        journals=Journals(settings.spool),
        say=lambda line: say(f"    {line}"),
    )


def _excuse(played: Played) -> Lateness:
    """How late the caller was, where the call went wrong."""
    return played.late if played.faults else Lateness()


def _transcribed(store: Store, ulid: str) -> bool | None:
    with store.reading() as session:
        recording = session.scalar(select(Recording).where(Recording.ulid == ulid))
        return True if recording is not None and recording.transcript is not None else None


def _wait(find: Callable[[], _Found | None], seconds: float, missing: str) -> _Found:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = find()
        if found is not None:
            return found
        time.sleep(0.1)
    raise DemoFailed(missing)


def _no_transcript() -> str:
    return tr("Ghi âm chưa được chuyển thành văn bản.", "The recording was not transcribed.")


def _no_call() -> str:
    return tr("Cuộc gọi không để lại lịch sử.", "The call left no history.")
