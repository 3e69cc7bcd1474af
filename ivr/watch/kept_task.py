"""A task of the watch process that goes on whatever it meets: an error is logged, and the work is begun anew."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

PAUSE = 2.0
"""Seconds from an error until the work is begun anew."""

_log = structlog.get_logger(__name__)


def keep_running(
    name: str, work: Callable[[], Coroutine[Any, Any, None]], *, pause: float = PAUSE
) -> asyncio.Task[None]:
    """Start ``work``, and start it again after every error; over when it returns or is cancelled."""

    async def keep() -> None:
        while True:
            try:
                await work()
            except Exception:  # whatever it is: without this work the process would look well and not be
                _log.exception("watch.task_failed", task=name)
                await asyncio.sleep(pause)
            else:
                return

    return asyncio.create_task(keep(), name=name)
