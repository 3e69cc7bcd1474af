"""Structured logs: one line an event on standard error, where the supervisor or systemd collects it."""

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog

from ivr.settings import Settings


class _Lossy:
    """Standard error that never fails: where logs lie on the disk that is full, a lost line must not cost a call."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def configure_logs(settings: Settings) -> None:
    """Log from ``settings.log_level`` up, as ``time level event key=value …``; for long-running processes."""
    least = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _Lossy())),
        cache_logger_on_first_use=False,
    )
