"""What a call costs, how many a second and how many at once are carried, and what three thousand leave behind."""

import time
from bisect import bisect
from collections.abc import Iterator
from pathlib import Path

from ivr.asterisk import refused_calls
from ivr.recordings.takes import ENDINGS, read_take
from ivr.settings.capacity import BEGUN_A_CORE, CALLS_A_CORE, cores
from ivr.spool import Spool
from tests.bench.crowd import Crowd, call_all
from tests.bench.hotline import HOTLINE, RECORDER, Hotline, running_hotline
from tests.bench.load import watched
from tests.bench.table import SHORT, Row

RATES = (5, 8, 10, 12, 15, 20, 25, 30, 35, 40, 50, 60, 80)
SPEECH = 3.3
"""Seconds of a short report: one below two is none, and its caller is asked again."""
KEY = 0.2
"""Seconds that a key which ends a recording cuts from it."""
UNDER = 0.9
"""Share of the calls a second that the limits allow: SIPp's clock and theirs are not the same."""
LONGEST = 110.0
"""Seconds of speech at most: a recording lasts 120."""
SHORTER = 0.2
"""Seconds a recording may lack."""
PROMPT_END = 20.0
"""Seconds after its last key in which a call is over that is served without a delay: alone it takes 10."""
STEADY = 8.0
"""Calls a second at which nothing waits on two cores."""
FILED = 60.0
"""Seconds after the last call in which every recording must be filed."""


def cost(scale: float) -> Iterator[Row]:
    """Processor time of a full call with a report of 20 s: our server, Asterisk under it, Asterisk alone."""
    calls = max(3, round(90 * scale))
    with running_hotline() as line:
        call_all(line.settings, line.settings.home / "warm", called=HOTLINE, count=2, rate=2, speech=SPEECH)
        pure, _ = _spent(line, RECORDER, calls)
        asterisk, server = _spent(line, HOTLINE, calls)
    note = f"{calls} calls at 3 a second, prompts of 0.3 s, so that Asterisk does as little as can be"
    ratio = server / asterisk
    yield Row(
        name="AGI server / Asterisk, processor time of a full call",
        value=ratio,
        aim="≤ 1/3",
        met=ratio <= 1 / 3,
        note=note,
        ratio=True,
    )
    yield Row(name="AGI server / pure-dialplan recorder", value=server / pure, ratio=True)
    yield Row(name="AGI server + Asterisk / pure-dialplan recorder", value=(server + asterisk) / pure, ratio=True)
    yield Row(
        name="AGI server, a full call", value=server, unit="ms", note="menu, keys, 20 s recorded, filed, code read"
    )
    yield Row(name="Asterisk, the same call", value=asterisk, unit="ms")
    yield Row(name="pure-dialplan recorder, the same call", value=pure, unit="ms")
    yield from _cost_as_heard(calls)


def _cost_as_heard(calls: int) -> Iterator[Row]:
    """The same with whole prompts, as citizens hear them: a call lasts minutes, and Asterisk plays all the while."""
    with running_hotline(whole_prompts=True) as line:
        call_all(line.settings, line.settings.home / "warm", called=HOTLINE, count=2, rate=2, speech=SPEECH)
        asterisk, server = _spent(line, HOTLINE, calls)
    ratio = server / asterisk
    yield Row(
        name="AGI server / Asterisk, a full call with prompts of real length",
        value=ratio,
        aim="≤ 1/3",
        met=ratio <= 1 / 3,
        note=f"{server:.1f} ms beside {asterisk:.1f} ms, {calls} calls, every prompt heard to its end",
        ratio=True,
    )


def rate(scale: float) -> Iterator[Row]:
    """Calls a second without a failure or a retransmission, beside the pure-dialplan recorder's."""
    step, hold = max(3.0, 12 * scale), max(5.0, 60 * scale)
    with running_hotline() as line:
        pure, pure_note = _highest(line, RECORDER, step, hold)
        ours, note = _highest(line, HOTLINE, step, hold)
    ratio = ours / pure if pure else 0.0
    yield Row(
        name="calls a second held, hotline / pure-dialplan recorder",
        value=ratio,
        aim="≥ 0.95",
        met=ratio >= 0.95,
        ratio=True,
    )
    yield Row(
        name=f"calls a second held {hold:.0f} s, 0 failed, 0 retransmits",
        value=ours,
        unit="/s",
        aim="≥ 20",
        met=ours >= 20,
        note=note,
    )
    yield Row(name="the same, pure-dialplan recorder", value=pure, unit="/s", note=pure_note)


def parallel(scale: float) -> Iterator[Row]:
    """Recordings at once: as many as the hotline's own limits let in, without our server too; then a rush beyond them.

    How many are shorter than what was said.
    """
    share = 1 if scale >= SHORT else scale
    most, begun = round(cores() * CALLS_A_CORE * share), cores() * BEGUN_A_CORE * UNDER
    wanted = max(5, most)
    speech = min(wanted / begun + 15.0, LONGEST)
    with running_hotline(max_calls=0, calls_a_second=0.0) as line:
        ours, note = _whole(line, HOTLINE, line.settings.recordings, wanted, begun, speech)
        pure, pure_note = _whole(line, RECORDER, line.recorded, wanted, begun, speech)
    name = f"whole recordings of {wanted} at once, as many as the limits let in, {begun:.1f} new ones a second"
    yield Row(name=name, value=ours, aim=str(wanted), met=ours == wanted, note=note)
    yield Row(name="the same, pure-dialplan recorder", value=pure, note=pure_note)
    yield _rush(max(5, round(500 * share)))


def _rush(calling: int) -> Row:
    """Far more calls than the limits let in, as after an earthquake: whom it takes it serves."""
    speech = 15.0
    with running_hotline(max_calls=0, calls_a_second=0.0) as line:
        crowd = call_all(
            line.settings, line.settings.home / "rush", called=HOTLINE, count=calling, rate=50, speech=speech
        )
        refused = refused_calls(line.settings)
        seconds = _recorded(line, line.settings.recordings, calling - refused)
    whole = sum(length >= speech - KEY - SHORTER for length in seconds)
    return Row(
        name=f"whole recordings of {calling} calls that begin at 50 a second",
        value=whole,
        aim=f"{calling - refused}, those that are taken",
        met=whole == calling - refused,
        note=f"{refused} refused with 503, {crowd.failed - refused} others failed; "
        f"shortest {min(seconds, default=0):.2f} s of {speech - KEY:.1f} s",
    )


def memory(scale: float) -> Iterator[Row]:
    """Memory and descriptors after three thousand calls against after the first three hundred, at the same rate.

    So what a crowd needs at its peak is in both, and what grows from call to call shows.
    """
    calls = max(20, round(3000 * scale))
    with running_hotline() as line:
        call_all(
            line.settings, line.settings.home / "warm", called=HOTLINE, count=calls // 10, rate=STEADY, speech=SPEECH
        )
        time.sleep(5)
        before = _held(line)
        crowd = call_all(
            line.settings, line.settings.home / "c", called=HOTLINE, count=calls, rate=STEADY, speech=SPEECH
        )
        time.sleep(5)
        after = _held(line)
    if crowd.failed > calls // 100:
        raise RuntimeError(f"{crowd.failed} of {calls} calls failed: {crowd.said}")
    note = f"{crowd.succeeded} calls, {crowd.failed} failed"
    for name, (mib, files), (mib_after, files_after) in zip(("AGI server", "Asterisk"), before, after, strict=True):
        grown = files_after - files
        yield Row(
            name=f"{name}, memory after {calls} calls / before",
            value=mib_after / mib,
            note=f"{mib:.0f} → {mib_after:.0f} MiB; {note}",
            ratio=True,
        )
        yield Row(
            name=f"{name}, descriptors more than before",
            value=grown,
            aim="≤ 2",
            met=grown <= 2,
            note=f"{files} → {files_after}",
        )


def _whole(line: Hotline, called: str, folder: Path, wanted: int, begun: float, speech: float) -> tuple[int, str]:
    """How many of the recordings in ``folder`` hold all that was said."""
    crowd = call_all(
        line.settings,
        line.settings.home / called,
        called=called,
        count=wanted,
        rate=begun,
        speech=speech,
    )
    seconds = _recorded(line, folder, wanted)
    whole = sum(length >= speech - KEY - SHORTER for length in seconds)
    return whole, f"shortest {min(seconds, default=0):.2f} s of {speech - KEY:.1f} s; {_faults(crowd)}"


def _spent(line: Hotline, called: str, calls: int) -> tuple[float, float]:
    """Milliseconds a call: Asterisk, server."""
    before = line.cpu()
    crowd = call_all(line.settings, line.settings.home / called, called=called, count=calls, rate=3, speech=20)
    time.sleep(2)  # what was filed last
    if crowd.failed:
        raise RuntimeError(f"{crowd.failed} of {calls} calls failed: {crowd.said}")
    asterisk, server = (1000 * (now - then) / calls for now, then in zip(line.cpu(), before, strict=True))
    return asterisk, server


def _highest(line: Hotline, called: str, step: float, hold: float) -> tuple[float, str]:
    """The highest of :data:`RATES` that is held: halved in short steps, then held; a step down where it was not.

    With it, how the lowest rate that failed did: failed calls, retransmissions, cores used.
    """
    failures: dict[int, str] = {}

    def clean(wanted: int, seconds: float) -> bool:
        crowd, busiest = _try(line, called, wanted, seconds)
        if not crowd.clean:
            failures[wanted] = f"at {wanted}/s {_faults(crowd)}: {busiest}"
        return crowd.clean

    found = bisect(RATES, False, key=lambda wanted: not clean(wanted, step))
    held = next((wanted for wanted in reversed(RATES[:found]) if clean(wanted, hold)), 0)
    return float(held), failures[min(failures)] if failures else ""


def _try(line: Hotline, called: str, wanted: float, seconds: float) -> tuple[Crowd, str]:
    count = max(1, round(wanted * seconds))
    with watched(line.cpu) as load:
        crowd = call_all(
            line.settings,
            line.settings.home / called,
            called=called,
            count=count,
            rate=wanted,
            speech=SPEECH,
            last=PROMPT_END,
        )
    time.sleep(1)
    return crowd, load.busiest


def _faults(crowd: Crowd) -> str:
    return f"{crowd.failed} calls failed, {crowd.retransmits} retransmits"


def _held(line: Hotline) -> list[tuple[float, int]]:
    """MiB and open descriptors: the server, Asterisk."""
    return [(process.memory_info().rss / 2**20, process.num_fds()) for process in (line.server, line.asterisk)]


def _recorded(line: Hotline, folder: Path, wanted: int) -> list[float]:
    """Seconds of every recording below a folder, once all calls are filed: WAV files, or what the line sent."""
    until = time.monotonic() + FILED
    while True:
        paths = [path for ending in ENDINGS for path in folder.rglob(f"*{ending}")]
        if (len(paths) >= wanted and not Spool(line.settings).ulids()) or time.monotonic() > until:
            return [len(samples) / rate for samples, rate, _ in map(read_take, paths)]
        time.sleep(0.5)
