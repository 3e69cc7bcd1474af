"""The seam between the hotline and a speech recogniser: any engine that offers this can be put behind it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from transcription.values import Word

Samples = NDArray[np.int16]
"""One channel, at the rate the receiver asked for."""


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """The words of one recording in their order, and the same as text."""

    text: str
    words: tuple[Word, ...]


class Listening(Protocol):
    """One recording being heard; used by one thread, once."""

    def accept(self, samples: Samples) -> None:
        """Hear the next piece, of any length."""
        ...

    def finish(self) -> Recognised:
        """Everything heard; nothing may be accepted afterwards."""
        ...


class Recogniser(Protocol):
    """A loaded model. Loading is dear, listening is cheap: one recogniser serves a process."""

    @property
    def rate(self) -> int:
        """Samples a second that :meth:`listen` wants."""
        ...

    @property
    def name(self) -> str:
        """Name of the model, stored with every transcript."""
        ...

    @property
    def version(self) -> str:
        """Version of the model, stored with every transcript."""
        ...

    @property
    def starter(self) -> bool:
        """Whether this is the embedded starter model."""
        ...

    def listen(self) -> Listening:
        """Begin a recording."""
        ...
