"""Speech and sounds for the tests of this room, made on the spot by espeak-ng and sox."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.simulator import read_scenario
from ivr.testing import need
from transcription.model_folder import STARTER, Origin, read_model
from transcription.vosk_recogniser import VoskRecogniser

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sox(tmp_path: Path) -> Callable[..., Path]:
    """``sox("file.gsm", "-r", "8000", effects=["synth", …])`` writes a file of generated sound and gives its path."""
    need(shutil.which("sox"), "sox is not installed (make setup installs it)")

    def make(name: str, *form: str, effects: list[str], source: list[str] | None = None) -> Path:
        target = tmp_path / name
        program = ["sox", "-R", "-G", "-V1", *(source or ["-n"]), *form, str(target), *effects]
        subprocess.run(program, check=True, capture_output=True, timeout=60)
        return target

    return make


@pytest.fixture
def speak(tmp_path: Path, sox: Callable[..., Path]) -> Callable[..., Path]:
    """``speak(text)``: the sentence as a telephone carries it, headerless A-law at 8 kHz."""
    need(shutil.which("espeak-ng"), "espeak-ng is not installed (make setup installs it)")

    def say(text: str, *, voice: str = "vi", speed: int = 150, name: str = "speech.alaw") -> Path:
        spoken = tmp_path / f"{name}.wav"
        program = ["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(spoken), text]
        subprocess.run(program, check=True, capture_output=True, timeout=60)
        form = ["-r", "8000", "-c", "1", "-t", "al", "-e", "a-law"]
        return sox(name, *form, effects=[], source=[str(spoken)])

    return say


@pytest.fixture(scope="session")
def starter() -> VoskRecogniser:
    """The embedded model on the real libvosk, loaded once."""
    return VoskRecogniser(read_model(STARTER, Origin.EMBEDDED))


@pytest.fixture(scope="session")
def demo_sentence() -> str:
    """What the demonstration's caller says."""
    return " ".join(step.say for step in read_scenario(ROOT / "config" / "demo" / "phan-anh.toml").steps if step.say)
