"""A worker as a process: one model, its signals, its place behind the calls in line for the processor."""

import os
import signal
import socket
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from datetime import UTC, datetime
from threading import Event

import structlog

from ivr.services.metrics import exposition
from ivr.settings import Settings
from ivr.store import open_store
from transcription.errors import ModelError
from transcription.listing import starter_warning
from transcription.model_folder import get_model
from transcription.probe import probe_model
from transcription.vosk_recogniser import VoskRecogniser
from transcription.transcribe_handler import Worker

MODEL_AWAY = 30.0  # seconds before a broken model is tried again
_WATCH = 1.0  # seconds between looks at the workers
_BEHIND_CALLS = 5  # niceness: a transcript may wait, a caller may not

_log = structlog.get_logger(__name__)


def run_worker(settings: Settings, *, threads: int, once: bool) -> int:
    """Work until SIGTERM or SIGINT, or ``once``; a broken model claims nothing, so it costs no recording its tries.

    :param threads: recordings heard at the same time; they share the one loaded model.
    """
    os.nice(_BEHIND_CALLS)
    recogniser = _load(settings, once=once)
    stop = Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())
    with closing(open_store(settings)) as store, ThreadPoolExecutor(threads) as pool:
        owner = f"{socket.gethostname()[:40]}:{os.getpid()}"
        workers = [
            Worker(
                settings=settings,
                store=store,
                recogniser=recogniser,
                owner=f"{owner}:{number}",
                stop=stop,
                now=_now,
                monotonic=time.monotonic,
            )
            for number in range(threads)
        ]
        _log.info("worker.ready", model=recogniser.name, version=recogniser.version, rate=recogniser.rate)
        unfinished = {pool.submit(worker.run, once=once) for worker in workers}
        try:
            while unfinished:
                ended, unfinished = wait(unfinished, timeout=_WATCH, return_when=FIRST_COMPLETED)
                for one in ended:
                    one.result()  # one that failed for a reason nobody foresaw ends the process: it is started afresh
                _end_if_stuck(workers)
        finally:
            stop.set()
    return 0


def _end_if_stuck(workers: Sequence[Worker]) -> None:
    """End the process at once: nothing stops a thread inside the engine, and a fresh process may find memory again."""
    stuck = [worker.owner for worker in workers if worker.is_stuck()]
    if stuck:
        _log.error("worker.stuck", owner=stuck[0], remedy="memory of this machine")
        os._exit(1)


def print_metrics(settings: Settings) -> int:
    """Print the figures that the console's ``/metrics`` serves, for a machine that runs workers only."""
    with closing(open_store(settings)) as store:
        print(exposition(store, _now).decode(), end="")
    return 0


def _now() -> datetime:
    return datetime.now(UTC)


def _load(settings: Settings, *, once: bool) -> VoskRecogniser:
    """The model in force, waited for while it is missing or broken; signals still end the process at once here."""
    while True:
        try:
            model = get_model(settings)
            probe_model(model)
            recogniser = VoskRecogniser(model)
        except ModelError as error:
            if once:
                raise
            _log.error("worker.model_broken", error=str(error), again_in=MODEL_AWAY)
            time.sleep(MODEL_AWAY)
            continue
        if model.starter:
            _log.warning("worker.starter_model", hint=starter_warning())
        return recogniser
