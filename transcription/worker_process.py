"""A worker as a process: one model, its signals, its place behind the calls in line for the processor."""

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from threading import Event

import structlog

from ivr.jobs.handler import Handler
from ivr.jobs.worker import Worker
from ivr.services.handlers import make_handlers
from ivr.services.metrics import exposition
from ivr.services.transcribing import TRANSCRIBE
from ivr.settings import Settings
from ivr.store import Store, open_store
from transcription.errors import ModelError
from transcription.listing import starter_warning
from transcription.model_folder import get_model
from transcription.probe import probe_model
from transcription.transcribe_handler import TranscribeHandler
from transcription.vosk_recogniser import VoskRecogniser

MODEL_AWAY = 30.0  # seconds before a broken model is tried again
_WATCH = 1.0  # seconds between looks at the workers
_BEHIND_CALLS = 5  # niceness: a transcript may wait, a caller may not

_log = structlog.get_logger(__name__)


def run_worker(settings: Settings, *, threads: int, once: bool) -> int:
    """Work until SIGTERM or SIGINT, or ``once``; a broken model claims nothing, so it costs no recording its tries.

    Work that needs no model has a thread of its own: it waits neither for a model nor behind a recording of an hour.

    :param threads: recordings heard at the same time; they share the one loaded model.
    """
    os.nice(_BEHIND_CALLS)
    stop = Event()
    with closing(open_store(settings)) as store, ThreadPoolExecutor(threads + 1) as pool:
        start = _Start(store=store, owner=f"{socket.gethostname()[:40]}:{os.getpid()}", stop=stop)
        _stop_in_order(stop)
        workers = [start.worker(make_handlers())]
        running = {pool.submit(workers[0].run, once=once)}
        try:
            recogniser = _load(settings, stop, running, once=once)
            if recogniser is None:
                return 0
            handlers = {TRANSCRIBE: TranscribeHandler(settings, recogniser)}
            workers += [start.worker(handlers) for _ in range(threads)]
            running |= {pool.submit(worker.run, once=once) for worker in workers[1:]}
            # only now: a process that has no memory left when its threads begin waits for them for ever
            _log.info("worker.ready", model=recogniser.name, version=recogniser.version, rate=recogniser.rate)
            for future in _ended(running, workers):
                future.result()  # a worker that failed unforeseen ends the process, which the supervisor starts afresh
        finally:
            stop.set()
            list(_ended(running, workers))
    return 0


@dataclass(kw_only=True)
class _Start:
    """What all workers of the process share; each gets an owner's name of its own."""

    store: Store
    owner: str
    stop: Event
    numbers: Iterator[int] = field(default_factory=count)

    def worker(self, handlers: Mapping[str, Handler]) -> Worker:
        return Worker(
            store=self.store,
            handlers=handlers,
            owner=f"{self.owner}:{next(self.numbers)}",
            stop=self.stop,
            now=_now,
            monotonic=time.monotonic,
        )


def _ended(running: set[Future[None]], workers: Sequence[Worker]) -> Iterator[Future[None]]:
    """Each as it ends; meanwhile stuck workers are looked for, also while others are to stop."""
    left = set(running)
    while left:
        ended, left = wait(left, timeout=_WATCH, return_when=FIRST_COMPLETED)
        yield from ended
        _end_if_stuck(workers)


def _stop_in_order(stop: Event) -> None:
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())


@contextmanager
def _stopping_at_once() -> Iterator[None]:
    """Loading a model takes seconds inside the engine, where no Python handler runs: a signal ends the process there.

    What the other worker holds in that moment is claimed again when its lease has run out.
    """
    before = {wanted: signal.signal(wanted, signal.SIG_DFL) for wanted in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for wanted, handler in before.items():
            signal.signal(wanted, handler)


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


def _load(settings: Settings, stop: Event, running: set[Future[None]], *, once: bool) -> VoskRecogniser | None:
    """The model in force, waited for while it is missing or broken; None when asked to stop meanwhile.

    What else runs is looked at while it is waited for: an error there ends the process too.
    """
    while not stop.is_set():
        try:
            with _stopping_at_once():
                model = get_model(settings)
                probe_model(model)
                recogniser = VoskRecogniser(model)
        except ModelError as error:
            if once:
                raise
            _log.error("worker.model_broken", error=str(error), again_in=MODEL_AWAY)
            for future in wait(running, timeout=MODEL_AWAY, return_when=FIRST_COMPLETED).done:
                future.result()
            continue
        if model.starter:
            _log.warning("worker.starter_model", hint=starter_warning())
        return recogniser
    return None
