"""A recording while Asterisk makes it: whether anything is still heard on the line, and whether its file is whole."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ivr.recordings.machine_tones import FRAME, LEAST_SECONDS, Mask, ToneMeter, surely_no_machine
from ivr.recordings.sound import SOUNDING, loudness, silence_at_end
from ivr.recordings.takes import BUFFER, HEADERLESS, bytes_a_second, read_take
from ivr.recordings.wav import TELEPHONE_RATE, WRITTEN_HEADER, NotAudio, Samples, read_header

JUDGED = round(FRAME * TELEPHONE_RATE)
"""Samples that are judged together."""
NEWEST = round(0.6 / FRAME)
"""Frames up to the last sound in which a voice is looked for first: in nearly all recordings it is there."""
CLOSING = 3.0
"""Seconds Asterisk has to close a file after the caller left or the line broke."""
STANDS_STILL = 0.3
"""Seconds in which a file without a header does not grow once it is closed."""


class SilenceWatch:
    """Looks at a growing recording now and then, and ends it once when no voice was heard for ``silence`` seconds.

    Tones of machines (busy, congestion, ring-back, fax) are no voice: a gateway that signals no hang-up sends them for
    ever.

    Where the line sends silence, Asterisk tells (``silent``). Else what it has not written yet cannot be judged: where
    the line goes on sending, that is one block (4.1 s of A-law); where it has stopped, as long as one block lasts is
    waited for in addition.
    """

    def __init__(
        self,
        path: Path,
        *,
        silence: float,
        end: Callable[[], None],
        silent: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``silent``: whether Asterisk heard the caller fall silent, and for so long; of some lines it never does."""
        self.ended = False
        """Whether it was ended by this watch."""
        self._path, self._silence, self._end, self._fallen, self._clock = path, silence, end, silent, clock
        self._decode = HEADERLESS.get(path.suffix)
        self._unwritten = BUFFER / bytes_a_second(path)
        self._size = 0
        self._since = np.zeros(0, dtype=np.int16)
        """Samples on disk from the last moment on in which somebody surely spoke."""
        self.quiet = 0.0
        """Seconds of silence at the end of what is on disk; all of it where nothing was heard yet."""
        self._begun = self._grew_at = clock()

    def look(self) -> None:
        """What has come since the last look."""
        if self.ended:
            return
        try:
            size = self._path.stat().st_size
        except OSError:
            size = 0  # the beep has not ended
        if size > self._size:
            self._judge(size)
            self._grew_at = self._clock()
        absent = self._clock() - self._grew_at - self._unwritten
        fallen = self._clock() - self._begun >= self._silence and self._fallen()
        if fallen or self.quiet >= self._silence or absent >= self._silence:
            self.ended = True
            self._end()

    def _judge(self, size: int) -> None:
        if self._decode is not None:
            with self._path.open("rb") as file:
                file.seek(self._size)
                samples = self._decode(file.read(size - self._size))
            self.quiet = self._hear(samples)
        self._size = size

    def _hear(self, samples: Samples) -> float:
        """Seconds since a voice was heard; a machine has none."""
        self._since = np.concatenate([self._since, samples])
        heard = loudness(self._since, TELEPHONE_RATE) >= SOUNDING
        sounding = np.flatnonzero(heard)
        if not len(sounding):
            return len(heard) * FRAME
        first = max(0, int(sounding[-1]) - NEWEST)
        newest = self._since[first * JUDGED : (int(sounding[-1]) + 2) * JUDGED]
        other = surely_no_machine(newest, TELEPHONE_RATE)
        voice = first + np.flatnonzero(other & heard[first : first + len(other)])
        if len(voice):  # what was before it need not be judged any more
            self._since = self._since[int(voice[-1]) * JUDGED :]
            heard = heard[int(voice[-1]) :]
        if heard.sum() * FRAME >= LEAST_SECONDS - FRAME:
            tones = ToneMeter(rate=TELEPHONE_RATE)
            tones.feed(self._since)
            machines = tones.frames()[: len(heard)]
            heard[: len(machines)] &= ~machines
        return _silent_frames(heard) * FRAME


def quiet_at_end(path: Path, lasted: float) -> float:
    """Seconds from the last sound of a take that ``lasted`` so long by the clock to its end."""
    try:
        samples, rate, _ = read_take(path)
    except (NotAudio, OSError):
        return lasted
    quiet = silence_at_end(samples, rate)
    return lasted if quiet is None else max(0.0, lasted - len(samples) / rate + quiet)


def is_closed(path: Path, samples: int | None = None, *, runs_on: Callable[[], bool] = lambda: False) -> bool:
    """Whether Asterisk closed the file, which is only then whole. Waits a little; the caller has gone.

    ``samples``: how many it says are in it, None where it said nothing. A file without a header then tells it by its
    length: what is left of the last block is written when the file is closed, by an Asterisk that was killed never.
    One call in 205 ends with a whole block: then ``runs_on`` says whether Asterisk is the one that began the recording.
    """
    if samples == 0:
        return True
    until, size, since = time.monotonic() + CLOSING, -1, time.monotonic()
    while True:
        now = time.monotonic()
        try:
            with path.open("rb") as file:
                header = None if path.suffix in HEADERLESS else read_header(file.read(WRITTEN_HEADER))
                grown = os.fstat(file.fileno()).st_size
        except OSError:
            return True  # left during the beep: nothing was begun
        size, since = (grown, now) if grown != size else (size, since)
        if header is not None and header.length:
            return True
        if path.suffix in HEADERLESS and samples is None and now - since >= STANDS_STILL:
            return size % BUFFER != 0 or runs_on()
        if path.suffix in HEADERLESS and samples is not None and size >= samples:
            return True
        if now > until:
            return False
        time.sleep(0.02)


def _silent_frames(heard: Mask) -> int:
    """How many come after the last one in which something was heard."""
    last = np.flatnonzero(heard)
    return len(heard) - 1 - int(last[-1]) if len(last) else len(heard)
