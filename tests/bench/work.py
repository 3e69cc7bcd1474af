"""The transcription worker beside a bare Vosk loop on the same recordings, one process each, by turns."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psutil
from ulid import ULID

from ivr.jobs import queue
from ivr.model import Recording, Ticket
from ivr.services.transcribing import TRANSCRIBE
from ivr.settings import Settings, load_settings
from ivr.simulator.sounds import spoken, write_wav
from ivr.store import open_store
from ivr.testing.database import sqlite_store
from ivr.testing.processes import running
from tests.bench.table import Row
from transcription.model_folder import get_model

VOICES = ("vi", "vi-vn-x-central", "vi-vn-x-south")
_SENTENCES = Path(__file__).resolve().parents[1] / "data" / "speech" / "reports.txt"


def worker(scale: float) -> Iterator[Row]:
    """Speed against the bare loop's, in wall time and in processor time; memory."""
    with tempfile.TemporaryDirectory(prefix="tdb-", dir="/tmp") as folder:
        settings = load_settings(home=Path(folder), instance="bench")
        files = _recordings(Path(folder), scale)
        seconds = sum((file.stat().st_size - 44) / 16_000 for file in files)
        model = get_model(settings)
        bare, ours, memory = [], [], 0.0
        for _ in range(3):
            bare.append(_bare(model.path, files))
            *times, peak = _worker(settings, files)
            ours.append(times)
            memory = max(memory, peak)
    note = f"{len(files)} recordings, {seconds:.0f} s of speech, model {model.name}; medians of 3 turns"
    wall = median(turn[0] for turn in bare) / median(turn[0] for turn in ours)
    cpu = median(turn[1] for turn in bare) / median(turn[1] for turn in ours)
    yield Row(name="worker / bare Vosk loop, speed", value=wall, aim="≥ 0.95", met=wall >= 0.95, note=note, ratio=True)
    yield Row(
        name="bare Vosk loop / worker, processor time",
        value=cpu,
        ratio=True,
        note="also levels, waveform, tidying, storing",
    )
    yield Row(name="worker, seconds of speech heard a second", value=seconds / median(turn[0] for turn in ours))
    yield Row(name="worker, most memory", value=memory, unit="MiB")


def _recordings(folder: Path, scale: float) -> list[Path]:
    files = []
    lines = _SENTENCES.read_text(encoding="utf-8").splitlines()
    for voice in VOICES:
        for number, line in enumerate(lines[: max(2, round(len(lines) * scale))]):
            files.append(folder / f"{voice}-{number}.wav")
            write_wav(files[-1], spoken(line, voice))
    return files


def _bare(model: Path, files: list[Path]) -> tuple[float, float]:
    words = [sys.executable, "-m", "tests.bench.bare_vosk", str(model), *map(str, files)]
    nice = ["nice", "-n", "5"]  # as our workers run
    done = subprocess.run([*nice, *words], capture_output=True, text=True, check=True)
    times = json.loads(done.stdout)
    return times["wall"], times["cpu"]


def _worker(settings: Settings, files: list[Path]) -> tuple[float, float, float]:
    """Wall and processor seconds from the loaded model to the empty queue, and the most memory in MiB."""
    with tempfile.TemporaryDirectory(prefix="tdw-", dir="/tmp") as folder:
        own = settings.model_copy(update={"home": Path(folder)})
        own.model_fields_set.update({"home"})
        with sqlite_store(own.home):
            _file(own, files)
        before = _children()
        with running(own, "worker", "--once", ready="worker.ready") as running_worker:
            process = psutil.Process(running_worker.process.pid)
            began, loaded = time.monotonic(), sum(process.cpu_times()[:2])
            peak = 0.0
            while running_worker.process.poll() is None:
                try:
                    peak = max(peak, process.memory_info().rss / 2**20)
                except psutil.Error:
                    break
                time.sleep(0.05)
            running_worker.process.wait()
            wall = time.monotonic() - began
            if running_worker.said().count("worker.heard") != len(files):
                raise RuntimeError("the worker did not hear every recording")
        return wall, _children() - before - loaded, peak


def _file(settings: Settings, files: list[Path]) -> None:
    now = datetime.now(UTC)
    store = open_store(settings)
    with store.transaction() as session:
        for file in files:
            ulid = str(ULID())
            key = f"2026/01/01/{ulid}.wav"
            target = settings.recordings / key
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
            common = {"id": ulid, "ulid": ulid, "take": 1, "key": key, "seconds": 1.0, "size": 1, "sha256": ""}
            session.add(Recording(**common, created_at=now))
            session.add(Ticket(ulid=ulid, city="da-nang", created_at=now, filed_at=now))
            queue.add(session, TRANSCRIBE, ulid, now)
    store.close()


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
