"""The citizens' own account beside what was filed: which speech is in which recording, recognised by its tone."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import select

from ivr.model import Call, Recording, Ticket
from ivr.recordings import path_of
from ivr.settings import Settings
from ivr.store import Store
from tests.soak.citizen import APART, LOWEST, Account, Cancelled, Speech

REPORT = 2.0
"""Seconds of speech that must become a ticket."""
BLUR = 0.3
"""Seconds by which a caller's clock and a recording's samples may differ."""
BUFFERED = 4.1
"""Seconds that a killed Asterisk had not written yet (64 KiB)."""
CLOSING = 1.0
"""Seconds Asterisk may take to close a file after the caller hung up."""
FRAME = 160


@dataclass(kw_only=True)
class Verdict:
    """What became of everything that was said."""

    calls: int = 0
    answered: int = 0
    untraced: list[str] = field(default_factory=list)
    """Answered calls without any row, Asterisk alive."""
    unseen: int = 0
    """Answered calls without any row: Asterisk died as it answered, or the caller left at once."""
    due: int = 0
    """Speeches that had to become a recording with a ticket."""
    found: int = 0
    """Those that did."""
    extra: int = 0
    """Others that were filed too: short ones."""
    unwritten: int = 0
    """Speeches of two seconds and more that were still in the buffer of an Asterisk that was killed."""
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    undead: list[str] = field(default_factory=list)
    """Cancelled, the citizen heard so, and filed all the same."""
    unexplained: list[str] = field(default_factory=list)
    """Recordings that hold no citizen's speech."""
    short: list[str] = field(default_factory=list)
    """Speeches that lack more than what a killed Asterisk may cost."""
    spoken: float = 0.0
    """Seconds of the speeches that were filed."""
    missing: float = 0.0
    """Seconds of filed speeches that are not in their recordings, Asterisk alive."""
    missing_by_death: float = 0.0
    """The same, of speeches that Asterisk's death cut."""

    @property
    def fine(self) -> bool:
        """Nothing lost, doubled, brought back or unexplained."""
        return not any((self.lost, self.doubled, self.undead, self.unexplained, self.short, self.untraced))


def judge(accounts: list[Account], settings: Settings, store: Store, deaths: Collection[float]) -> Verdict:
    """Compare every account with the rows and files of the hotline."""
    filed, rows = _filed(settings, store), _callers(store)
    verdict = Verdict(calls=len(accounts), answered=sum(account.answered is not None for account in accounts))
    for account in accounts:
        _mark_cut(account, deaths)
        tones = filed.pop(account.number, {})
        _judge_speeches(account, tones, verdict)
        if account.answered is not None and account.number not in rows:
            if _cut_at_once(account, deaths):
                verdict.unseen += 1
            else:
                verdict.untraced.append(account.number)
    for number, tones in filed.items():
        verdict.unexplained += [f"{number}: {ulid}" for found in tones.values() for ulid in found]
    return verdict


def _mark_cut(account: Account, deaths: Collection[float]) -> None:
    """A recording goes on for a while after the last word, and is written out when it ends."""
    for speech in account.speeches:
        closed = speech.closed or account.over + CLOSING
        speech.cut = any(speech.began <= death <= closed for death in deaths)


def _judge_speeches(account: Account, tones: Mapping[int | None, Mapping[str, float]], verdict: Verdict) -> None:
    owed = list(_owed(account))
    for speech in account.speeches:
        found = tones.get(speech.hertz, {})
        name = f"{account.number} ({account.mood.value}), {speech.hertz} Hz, {speech.seconds:.1f} s" + (
            ", cut" if speech.cut else ""
        )
        if len(found) > 1:
            verdict.doubled.append(f"{name}: {' '.join(found)}")
        if account.cancelled.get(speech.report) is Cancelled.YES and found:
            verdict.undead.append(f"{name}: {' '.join(found)}")
        if speech in owed:
            verdict.due += 1
            verdict.found += bool(found)
            if not found:
                verdict.lost.append(name)
        elif found:
            verdict.extra += 1
        elif speech.cut and speech.seconds >= REPORT:
            verdict.unwritten += 1
        if found:
            _weigh(speech, max(found.values()), name, verdict, late=account.late)
    verdict.unexplained += [f"{account.number}: {ulid}" for ulid in tones.get(None, {})]


def _weigh(speech: Speech, present: float, name: str, verdict: Verdict, *, late: float) -> None:
    missing = max(0.0, speech.seconds - present)
    verdict.spoken += speech.seconds
    if speech.cut:
        verdict.missing_by_death += missing
    else:
        verdict.missing += missing
    if missing > BLUR + late + (BUFFERED if speech.cut else 0.2):
        verdict.short.append(f"{name}: {present:.1f} s there")


def _owed(account: Account) -> Iterator[Speech]:
    """Every take that is long enough, of each report that was not taken back: takes are joined."""
    for speech in account.speeches:
        kept = account.cancelled.get(speech.report, Cancelled.NO) is Cancelled.NO
        if kept and _safe(speech) - account.late >= REPORT + BLUR:
            yield speech


def _safe(speech: Speech) -> float:
    """Seconds that were certainly written."""
    return speech.seconds - (BUFFERED if speech.cut else 0.0)


def _cut_at_once(account: Account, deaths: Collection[float]) -> bool:
    """Asterisk died before the call could be written down anywhere."""
    answered = account.answered or 0.0
    return any(answered <= death <= answered + 2 for death in deaths) or account.over - answered < 0.2


def _callers(store: Store) -> set[str]:
    with store.reading() as session:
        return set(session.scalars(select(Call.caller_raw)))


def _filed(settings: Settings, store: Store) -> dict[str, dict[int | None, dict[str, float]]]:
    """Caller's number → tone → the recordings with a ticket that hold it, and for how many seconds.

    Tone None: a recording without any tone of ours.
    """
    filed: dict[str, dict[int | None, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    with store.reading() as session:
        rows = session.execute(
            select(Call.caller_raw, Recording.id, Recording.key)
            .join(Ticket, Ticket.ulid == Recording.ulid)
            .join(Call, Call.id == Ticket.call_id)
        ).all()
    for number, ulid, key in rows:
        tones = tones_in(path_of(settings, key).read_bytes()[44:])
        for hertz, seconds in tones.items():
            filed[number][hertz][ulid] = seconds
        if not tones:
            filed[number][None][ulid] = 0.0
    return filed


def tones_in(samples: bytes) -> dict[int, float]:
    """Which speeches are in a recording, and seconds of each; less than a tenth of a second is a click."""
    frames = np.frombuffer(samples[: len(samples) // (2 * FRAME) * 2 * FRAME], "<i2").reshape(-1, FRAME)
    loud = frames[np.abs(frames.astype(np.int32)).mean(axis=1) > 1000]
    if not len(loud):
        return {}
    hertz = np.abs(np.fft.rfft(loud, axis=1)).argmax(axis=1) * (8000 / FRAME)
    numbers = np.rint((hertz - LOWEST) / APART).astype(int)
    found = {int(number): int((numbers == number).sum()) * FRAME / 8000 for number in np.unique(numbers)}
    return {LOWEST + APART * number: seconds for number, seconds in found.items() if seconds >= 0.1}
