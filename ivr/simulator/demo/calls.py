"""The two calls of the demonstration, and what must be found after each."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from ivr.model import Call, Recording, Ticket
from ivr.model.code import display
from ivr.model.word_errors import word_errors
from ivr.services import people
from ivr.settings import Settings
from ivr.simulator.demo.browser import Browser
from ivr.simulator.demo.citizen import Listener, Spoken, press
from ivr.simulator.demo.system import DemoFailed
from ivr.sipp import Action, Press, SippCall, Speak
from ivr.store import Store
from ivr.words import tr

CITIZEN = "0905123456"
WORST_WER = 0.2
PREFIX = "DN"
NEW = "Mới ghi nhận"
"""The state as the console names it to an administrator who reads Vietnamese."""

Say = Callable[[str], None]
_Found = TypeVar("_Found")


@dataclass(frozen=True, kw_only=True)
class Filed:
    """The ticket the first call made."""

    ulid: str
    code: str


def report(settings: Settings, store: Store, spoken: Spoken, folder: Path, say: Say) -> Filed:
    """Dial, walk the menu, speak, send, hear the code, hang up."""
    listener = Listener(settings.spool, _journals(settings), say)
    keys = [Press(key=key) for key in "1111"]
    after: list[Action] = [Press(key=key) for key in "#112"]
    with _call(settings, [*keys, Speak(file=spoken.file), *after], folder / "report") as call:
        for prompt in ("menu", "linh-vuc", "dong-y", "noi"):  # the last key skips the instruction
            listener.wait_for(prompt)
            press(call)
        listener.wait_recording()
        press(call)
        say(
            tr(f"    (người dân nói {spoken.seconds:.0f} giây)", f"    (the citizen speaks for {spoken.seconds:.0f} s)")
        )
        time.sleep(spoken.seconds + 0.3)
        press(call)  # hash
        for prompt in ("xac-nhan", "lien-he", "cong-khai"):
            listener.wait_for(prompt)
            press(call)
        listener.wait_for("tam-biet", 60)
        call.hang_up()
    ulid = listener.ulid
    return Filed(ulid=ulid, code=_wait(lambda: _code(store, ulid), 60, _no_ticket()))


def look(settings: Settings, store: Store, filed: Filed, password: str, sentence: str, say: Say) -> None:
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
    errors = word_errors(sentence, said)
    say(tr(f"  Mã phiếu: {shown}", f"  Ticket code: {shown}"))
    say(tr(f"  Trang phiếu trong bàn làm việc: {page[:420]}…", f"  The ticket's page in the console: {page[:420]}…"))
    say(tr(f"  Ghi âm nghe được từ bàn làm việc: {size:,} byte", f"  Recording served by the console: {size:,} bytes"))
    say(tr(f"  Người dân nói:  {sentence}", f"  The citizen said:  {sentence}"))
    say(tr(f"  Máy nghe được:  {said}", f"  The machine heard: {said}"))
    say(
        tr(
            f"  Sai {errors.errors} trên {errors.words} từ ({errors.rate:.0%}; cho phép {WORST_WER:.0%})",
            f"  {errors.errors} wrong of {errors.words} words ({errors.rate:.0%}; allowed {WORST_WER:.0%})",
        )
    )
    if errors.rate > WORST_WER:
        raise DemoFailed(tr("Bản chữ sai quá nhiều.", "Too much of the transcript is wrong."))


def ask(settings: Settings, store: Store, filed: Filed, folder: Path, say: Say) -> None:
    """Dial again, key the code and the last four digits, hear the state."""
    listener = Listener(settings.spool, _journals(settings), say)
    keys = f"2{filed.code}#{CITIZEN[-4:]}"
    with _call(settings, [Press(key=key) for key in keys], folder / "ask") as call:
        listener.wait_for("chao")
        press(call)  # who knows the menu need not wait for it
        listener.wait_for("tra-cuu")
        press(call, len(filed.code) + 1)
        listener.wait_for("tra-cuu-so-cuoi")
        press(call, 4)
        listener.wait_for("trang-thai-moi")
        listener.wait_for("viec-khac", 60)
        call.hang_up()
    ulid = listener.ulid
    _wait(lambda: _ended(store, ulid), 60, _no_call())


def settled(settings: Settings, filed: Filed) -> list[str]:
    """What is still in the spool of the report, which should be nothing."""
    return sorted(path.name for path in settings.spool.glob(f"{filed.ulid}*"))


def _call(settings: Settings, actions: list[Action], folder: Path) -> SippCall:
    folder.mkdir()
    return SippCall(
        host=settings.bind, port=settings.sip_port, called="1022", caller=CITIZEN, actions=actions, folder=folder
    )


def _journals(settings: Settings) -> set[str]:
    return {path.name for path in settings.spool.glob("*.call.jsonl")}


def _code(store: Store, ulid: str) -> str | None:
    with store.reading() as session:
        return session.scalar(select(Ticket.code).where(Ticket.ulid == ulid))


def _transcribed(store: Store, ulid: str) -> bool | None:
    with store.reading() as session:
        recording = session.scalar(select(Recording).where(Recording.ulid == ulid))
        return True if recording is not None and recording.transcript is not None else None


def _ended(store: Store, ulid: str) -> bool | None:
    with store.reading() as session:
        call = session.get(Call, ulid)
        return True if call is not None and call.ended_at is not None else None


def _wait(find: Callable[[], _Found | None], seconds: float, missing: str) -> _Found:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = find()
        if found is not None:
            return found
        time.sleep(0.1)
    raise DemoFailed(missing)


def _no_ticket() -> str:
    return tr("Không thấy phiếu của cuộc gọi.", "The call made no ticket.")


def _no_transcript() -> str:
    return tr("Không thấy bản chữ của ghi âm.", "The recording was not transcribed.")


def _no_call() -> str:
    return tr("Không thấy lịch sử cuộc gọi thứ hai.", "The second call left no history.")
