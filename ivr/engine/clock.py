"""The clock as an argument: only the outermost caller reads the machine's."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Gives the moment, aware."""
