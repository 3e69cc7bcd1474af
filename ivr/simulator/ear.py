"""What a telephone hears: the sound that came, and when each packet of it came (monotonic seconds)."""

from bisect import bisect_left, bisect_right

from ivr.simulator.sounds import RATE


class Ear:
    """One call's received sound; places in it are counted in samples."""

    def __init__(self, *, keep_audio: bool = False) -> None:
        self.sound = bytearray()
        """A-law received, if ``keep_audio``."""
        self._keep = keep_audio
        self._came: list[float] = []
        self._until: list[int] = []
        """For each packet the samples that had come with it."""

    def take(self, alaw: bytes, came: float) -> None:
        """A packet of sound, which came at a moment; clocks that are read for each may disagree by a microsecond."""
        self._came.append(max(came, self._came[-1]) if self._came else came)
        self._until.append(self._samples(len(self._until)) + len(alaw))
        if self._keep:
            self.sound += alaw

    @property
    def latest(self) -> float | None:
        """When sound came last; None before the first."""
        return self._came[-1] if self._came else None

    def first_after(self, moment: float) -> float | None:
        """When the first sound after a moment came; None while none has."""
        place = bisect_right(self._came, moment)
        return self._came[place] if place < len(self._came) else None

    def seconds_from(self, moment: float) -> float:
        """How much sound has come since a moment."""
        return (self._samples(len(self._until)) - self.place_at(moment)) / RATE

    def heard_by(self, seconds: float, moment: float) -> float | None:
        """When so much sound from a moment on had been heard; None while it has not come."""
        last = self.place_at(moment) + max(1, round(seconds * RATE)) - 1
        return self.began(last) + 1 / RATE if self._until and last < self._until[-1] else None

    def place_at(self, moment: float) -> int:
        """The first sample that came at a moment or later."""
        return self._samples(bisect_left(self._came, moment))

    def began(self, place: int) -> float:
        """When a sample was heard: its share of 20 ms after its packet came. IndexError for one that has not come."""
        packet = bisect_right(self._until, place)
        return self._came[packet] + (place - self._samples(packet)) / RATE

    def _samples(self, packets: int) -> int:
        """Samples of so many packets."""
        return self._until[packets - 1] if packets else 0
