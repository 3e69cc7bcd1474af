"""Structured logs: one line an event on standard error, where the supervisor or systemd collects it."""

import logging
import sys

import structlog

from ivr.settings import Settings


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
