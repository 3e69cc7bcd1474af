"""Several channels as one: their mean, or the loudest alone where they would cancel each other."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

CANCELLED = 0.1
"""Share of the loudest channel's power below which the mean of all channels has lost them to opposite phases."""


def find_sole_channel(blocks: Iterable[NDArray[Any]]) -> int | None:
    """The channel that must stand for all; None where their mean does.

    :param blocks: the whole sound in pieces, a row a frame and a column a channel, in any unit.
    """
    powers: Any = 0.0
    mixed = 0.0
    for block in blocks:
        exact = block.astype(np.float64)
        powers = powers + np.sum(exact**2, axis=0)
        mixed += float(np.sum(exact.mean(axis=1) ** 2))
    return None if mixed >= CANCELLED * np.max(powers) else int(np.argmax(powers))
