"""What the demonstration's citizen does: listens to the journal of the call, presses keys, speaks, hangs up."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.rtp_keys import SECONDS
from ivr.simulator.demo.system import DemoFailed
from ivr.sipp import SippCall
from ivr.words import tr

KEY_GAP = SECONDS + 0.15
"""Seconds between two keys: one lasts :data:`ivr.rtp_keys.SECONDS`."""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A raw A-law file and how long it lasts."""

    file: Path
    seconds: float


def speak_to_file(sentence: str, *, voice: str, speed: int, folder: Path) -> Spoken:
    """Let espeak-ng say the sentence into a raw A-law file of 8 kHz, as a telephone would carry it."""
    wav, alaw = folder / "citizen.wav", folder / "citizen.alaw"
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(wav), sentence], check=True)
    subprocess.run(["sox", "-V1", str(wav), "-t", "al", "-r", "8000", "-c", "1", str(alaw), "gain", "-3"], check=True)
    return Spoken(file=alaw, seconds=alaw.stat().st_size / 8000)


class Listener:
    """Follows one call's journal: what is being played, and where."""

    def __init__(self, spool: Path, known: set[str], told: Callable[[str], None]) -> None:
        """``known`` are journals that were there before; ``told`` prints what is played."""
        self._spool, self._known, self._told = spool, known, told
        self._path: Path | None = None
        self._read = 0
        self._position = 0
        self._playing: list[set[str]] = []

    @property
    def ulid(self) -> str:
        """The call's ULID."""
        if self._path is None:
            raise DemoFailed(tr("Cuộc gọi không tới được tổng đài.", "The call did not reach the hotline."))
        return self._path.name.split(".", 1)[0]

    def wait_for(self, prompt: str, seconds: float = 45) -> None:
        """Return when ``prompt`` begins to play after what was waited for before."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._follow()
            while self._position < len(self._playing):
                heard = self._playing[self._position]
                self._position += 1
                if prompt in heard:
                    time.sleep(0.25)  # nobody presses in the first quarter of a second
                    return
            time.sleep(0.05)
        raise DemoFailed(tr(f"Không nghe thấy lời «{prompt}».", f"The prompt «{prompt}» was not heard."))

    def wait_recording(self, take: int = 1, seconds: float = 30) -> None:
        """Return when Asterisk has begun to write the take."""
        audio = self._spool / f"{self.ulid}.{take}.wav"
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._follow()
            if audio.exists():
                return
            time.sleep(0.05)
        raise DemoFailed(tr("Không thấy Asterisk ghi âm.", "Asterisk did not begin to record."))

    def _follow(self) -> None:
        if self._path is None:
            new = [path for path in sorted(self._spool.glob("*.call.jsonl")) if path.name not in self._known]
            if not new:
                return
            self._path = new[-1]
        for line in self._new_lines():
            match line.get("line"):
                case "playing":
                    self._playing.append(set(line["prompts"]))
                    self._told(f"    {line['node']:<12} ♪ {', '.join(line['prompts'])}")

    def _new_lines(self) -> Iterator[dict[str, Any]]:
        if self._path is None or not self._path.exists():
            return
        with self._path.open("rb") as journal:
            journal.seek(self._read)
            for raw in journal:
                if not raw.endswith(b"\n"):
                    break
                self._read += len(raw)
                yield json.loads(raw)


def press(call: SippCall, keys: int = 1) -> None:
    """Release the next keys of the call, one after another."""
    for _ in range(keys):
        call.go()
        time.sleep(KEY_GAP)
