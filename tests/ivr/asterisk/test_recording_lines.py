"""What lines do while a citizen speaks, on a real Asterisk: all that was said is in the recording, and it ends."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from ivr.asterisk.agi import Wire
from ivr.asterisk.fastagi import FastAgiServer, Replies, Request
from ivr.asterisk.nudge import make_nudge
from ivr.asterisk.phone import AsteriskPhone
from ivr.asterisk.silences import Silences
from ivr.phone import KEYPAD, Recorded, RecordEnd
from ivr.recordings import measure
from ivr.recordings.g711 import decode_ulaw
from ivr.recordings.soundfiles import encode_alaw
from ivr.recordings.takes import read_take
from ivr.settings import Settings
from ivr.simulator.sounds import RATE, quiet, spoken, tone, write_wav
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, wait_for
from ivr.testing.odd_caller import OddCaller, odd_call

Dial = Callable[..., AbstractContextManager[OddCaller]]

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(600)]

SILENCE = 4.0
"""Seconds of silence that end a recording here."""
LIMIT = 40.0
UNWRITTEN = 4.2
"""Seconds of A-law that Asterisk may not have written yet."""
PAIRS = {
    "1": (697, 1209), "2": (697, 1336), "5": (770, 1336), "7": (852, 1209), "#": (941, 1477), "0": (941, 1336),
}  # fmt: skip


@dataclass(kw_only=True)
class Recorder:
    """A server that lets each caller record once, and what came of it."""

    settings: Settings
    path: Path
    silences: Silences
    channel: str = ""
    recorded: Recorded | None = None
    done: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    may_hang_up: threading.Event = field(default_factory=threading.Event)
    """Set before the call where the line need not stand for longer than the recording."""

    def __call__(self, request: Request) -> None:
        request.connection.setblocking(True)
        replies = Replies(request.connection)
        wire = Wire(replies, request.connection.sendall, request.env, hears=replies.hears)
        phone = AsteriskPhone(wire, margin=8, city="da-nang", nudge=make_nudge(self.settings), silences=self.silences)
        self.channel = request.env["agi_channel"]
        phone.learn()
        self.path = self.path.with_suffix(phone.take_ending)
        self.begun.set()
        self.recorded = phone.record(self.path, limit=LIMIT, silence=SILENCE, end=KEYPAD)
        self.done.set()
        self.may_hang_up.wait(PATIENCE)
        phone.done()

    def result(self, seconds: float = PATIENCE) -> Recorded:
        assert self.done.wait(seconds), "the recording does not end"
        assert self.recorded is not None
        return self.recorded


@pytest.fixture
def recorder(asterisk: RunningAsterisk, tmp_path: Path) -> Iterator[Recorder]:
    silences = Silences(asterisk.settings)
    silences.start()
    recorder = Recorder(settings=asterisk.settings, path=asterisk.settings.spool / "take.1.wav", silences=silences)
    recorder.may_hang_up.set()
    make_beep(asterisk.settings, 0.3)
    server = FastAgiServer({"hotline": recorder}, port=asterisk.settings.agi_port)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield recorder
    server.stop()
    thread.join()
    silences.stop()


@pytest.fixture
def call(recorder: Recorder) -> Dial:
    def dial(**given: object) -> AbstractContextManager[OddCaller]:
        return odd_call(port=recorder.settings.sip_port, **given)

    return dial


def make_beep(settings: Settings, seconds: float) -> None:
    path = settings.sounds / "vi" / "beep.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(path, tone(seconds))


def at_the_beep(caller: OddCaller, recorder: Recorder) -> None:
    assert recorder.begun.wait(PATIENCE)
    caller.be_quiet(0.8)


def loud_seconds(path: Path) -> float:
    return measure(path).sounding


SPEECH = encode_alaw(tone(3))
MU_LAW = (
    np.abs(decode_ulaw(bytes(range(256))).astype(int)[:, None] - tone(3).astype(int)).argmin(axis=0).astype(np.uint8)
)
"""The same tone in the other encoding: the code whose sample is nearest."""


@pytest.mark.parametrize("how", ["nothing", "comfort noise", "silence"])
def test_silence_ends_it_however_the_line_is_silent(recorder: Recorder, call: Dial, how: str) -> None:
    with call() as caller:
        at_the_beep(caller, recorder)
        caller.speak(SPEECH)
        for _ in range(round(SILENCE + UNWRITTEN + 8)):
            if recorder.done.is_set():
                break
            {"nothing": caller.send_nothing, "comfort noise": caller.comfort_noise, "silence": caller.be_quiet}[how](1)
        recorded = recorder.result(1)
    assert recorded.end is RecordEnd.SILENCE
    assert recorded.quiet is not None
    assert SILENCE - 0.5 <= recorded.quiet <= SILENCE + UNWRITTEN + 3
    assert loud_seconds(recorder.path) >= 2.6


def test_asterisk_tells_that_a_line_fell_silent_before_the_file_shows_it(recorder: Recorder, call: Dial) -> None:
    recorder.may_hang_up.clear()  # a line that has ended is forgotten: it stands until it was looked at
    with call() as caller:
        at_the_beep(caller, recorder)
        caller.speak(SPEECH)
        for _ in range(round(SILENCE + PATIENCE)):
            if recorder.done.is_set() and recorder.silences.is_silent(recorder.channel):
                break
            caller.be_quiet(1)
        assert recorder.result(1).end is RecordEnd.SILENCE
        assert recorder.silences.is_silent(recorder.channel), "Asterisk did not say so"
        recorder.may_hang_up.set()
    wait_for(lambda: not recorder.silences.is_silent(recorder.channel), "who has left is remembered")


def test_a_pause_without_packets_is_not_the_end(recorder: Recorder, call: Dial) -> None:
    with call() as caller:
        at_the_beep(caller, recorder)
        caller.speak(SPEECH)
        caller.send_nothing(SILENCE / 2)  # the rest is for a machine that stands still meanwhile
        caller.speak(SPEECH)
        assert not recorder.done.is_set()
        caller.press("1")
        recorded = recorder.result()
    assert (recorded.end, recorded.key) == (RecordEnd.KEY, "1")
    assert loud_seconds(recorder.path) >= 5.4


@pytest.mark.parametrize("number", [5, 30_500])
def test_another_source_in_the_middle_loses_nothing(recorder: Recorder, call: Dial, number: int) -> None:
    with call() as caller:
        at_the_beep(caller, recorder)
        caller.speak(SPEECH)
        caller.change_source(number=number)
        caller.speak(SPEECH)
        caller.press("#")
        assert recorder.result().key == "#"
    assert loud_seconds(recorder.path) >= 5.4


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
def test_what_was_said_before_and_after_a_hold_is_there(recorder: Recorder, call: Dial, direction: str) -> None:
    with call() as caller:
        at_the_beep(caller, recorder)
        caller.speak(SPEECH)
        caller.renegotiate(direction)
        caller.send_nothing(2)
        caller.renegotiate()
        caller.speak(SPEECH)
        caller.press("#")
        assert recorder.result().key == "#"
    assert loud_seconds(recorder.path) >= 5.4


def test_another_encoding_in_the_middle_sounds_right(recorder: Recorder, call: Dial) -> None:
    with call() as caller:
        at_the_beep(caller, recorder)
        caller.speak(SPEECH)
        caller.payload = 0
        caller.renegotiate()
        caller.speak(bytes(MU_LAW))
        caller.press("#")
        assert recorder.result().key == "#"
    assert recorder.path.suffix == ".alaw"
    assert loud_seconds(recorder.path) >= 5.4
    samples, _, _ = read_take(recorder.path)
    spectrum = np.abs(np.fft.rfft(samples[-16000:].astype(float)))
    assert abs(int(spectrum.argmax()) / 2 - 311) < 5, "it is not the same tone any more"


@pytest.mark.parametrize("key", ["#", "1"])
def test_a_key_in_the_beep_is_a_key(recorder: Recorder, call: Dial, key: str) -> None:
    make_beep(recorder.settings, 3)
    with call() as caller:
        assert recorder.begun.wait(PATIENCE)
        caller.be_quiet(0.3)
        caller.press(key)
        recorded = recorder.result()
    assert (recorded.end, recorded.key) == (RecordEnd.KEY, key)
    assert not recorder.path.exists()


def test_a_missing_beep_costs_no_report(recorder: Recorder, call: Dial) -> None:
    (recorder.settings.sounds / "vi" / "beep.wav").unlink()
    with call() as caller:
        at_the_beep(caller, recorder)
        caller.speak(SPEECH)
        caller.press("#")
        assert recorder.result().key == "#"
    assert loud_seconds(recorder.path) >= 2.6


def key_tone(key: str, seconds: float = 0.2) -> bytes:
    at = np.arange(round(seconds * RATE)) / RATE
    low, high = PAIRS[key]
    return encode_alaw((5000 * (np.sin(2 * np.pi * low * at) + np.sin(2 * np.pi * high * at))).astype(np.int16))


def test_a_key_in_the_audio_is_a_key_and_not_in_the_recording(recorder: Recorder, call: Dial) -> None:
    with call(key_events=False) as caller:
        at_the_beep(caller, recorder)
        caller.speak(SPEECH)
        caller.speak(key_tone("7"))
        caller.be_quiet(0.5)
        recorded = recorder.result()
    assert (recorded.end, recorded.key) == (RecordEnd.KEY, "7")
    samples, _, _ = read_take(recorder.path)
    spectrum = np.abs(np.fft.rfft(samples[-1600:].astype(float) * np.hanning(1600)))
    high = spectrum[round(1209 / 5) - 2 : round(1209 / 5) + 3].max()
    assert high < 0.05 * 1600 * 2000, "the key's tone is in it"


def test_a_busy_tone_after_the_report_ends_it(recorder: Recorder, call: Dial) -> None:
    """A gateway of an analogue line tells no hang-up: the tone comes for as long as it is listened to."""
    at = np.arange(RATE // 2) / RATE
    busy = encode_alaw(np.concatenate([(4000 * np.sin(2 * np.pi * 425 * at)).astype(np.int16), quiet(0.5)]))
    with call() as caller:
        at_the_beep(caller, recorder)
        caller.speak(SPEECH)
        for _ in range(round(SILENCE + 3 * UNWRITTEN)):
            if recorder.done.is_set():
                break
            caller.speak(busy)
        assert recorder.result(1).end is RecordEnd.SILENCE


def test_speech_is_never_taken_for_a_key_or_for_the_end(recorder: Recorder, call: Dial) -> None:
    said = spoken("Tôi muốn phản ánh đèn đường ở kiệt bốn mươi lăm bị hỏng từ tuần trước, buổi tối rất tối.")
    with call(key_events=False) as caller:
        at_the_beep(caller, recorder)
        caller.speak(encode_alaw(said))
        assert not recorder.done.is_set()
        caller.speak(key_tone("#"))
        caller.be_quiet(0.5)
        assert recorder.result().key == "#"
    assert measure(recorder.path).seconds >= len(said) / RATE
