"""Which keys are presses of the caller: copies of one press, and keys that came before their question, are not."""

from ivr.phone import KEYPAD

SAME_PRESS = 1.0
"""Seconds after a key in which the same key is a copy of it: gateways send a press as RFC 4733 and as INFO, and a key
that is held down comes again and again."""
HEARD_FIRST = 0.5
"""Seconds of a question after which a key may answer it, where the answer cannot be taken back: consent, cancelling,
sending, publication, refusal. A key that came earlier was meant for what was said before."""
MOST_DROPPED = 20
"""Keys that are dropped at one question before it counts as unanswered: a key that is stuck holds no call for ever."""


class Presses:
    """The keys of one call in the order in which they came; moments are those of :meth:`ivr.phone.Phone.moment`."""

    def __init__(self) -> None:
        self._key = ""
        self._seen = float("-inf")

    def is_copy(self, key: str, at: float) -> bool:
        """Whether a key is the press before it once more; each copy counts on: a key still held is one press."""
        copy = key == self._key and at - self._seen < SAME_PRESS
        self._key, self._seen = key, at
        return copy

    def may_be_copied(self, at: float) -> bool:
        """Whether a copy of the latest press may still come."""
        return at - self._seen < SAME_PRESS


def is_early(key: str, heard: float, *, guarded: str = KEYPAD) -> bool:
    """Whether a key of ``guarded`` came when less than :data:`HEARD_FIRST` seconds of its question were heard."""
    return key in guarded and heard < HEARD_FIRST
