"""Load a model in a process of its own first: libvosk aborts on some broken models and would take us along."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

from ivr.errors import TongdaiError
from transcription.model_folder import ModelFolder, Origin, broken_model, read_model

PATIENCE = 120.0  # seconds; the official model of 1.4 GB loads in well under a minute from a slow disk


def probe_model(folder: ModelFolder) -> None:
    """Load it and let it hear a second of nothing; whatever goes wrong is a ModelError naming the remedy."""
    program = [sys.executable, "-m", "transcription.probe", str(folder.path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        # waited for without a limit: with one, subprocess sleeps for half a millisecond at a time, which fails
        # (EINVAL) where the clock is a false one that is asked too late
        limit = threading.Timer(PATIENCE, child.kill)
        limit.start()
        try:
            output, errors = child.communicate()
        finally:
            too_long = not limit.is_alive()
            limit.cancel()
    if too_long:
        raise broken_model(folder, f"> {PATIENCE:.0f} s")
    if child.returncode != 0:
        said = (output.strip() or errors.strip()).splitlines()
        raise broken_model(folder, said[-1] if said else f"libvosk: {child.returncode}")


def main() -> int:
    """The child's side: argument 1 is the model's folder; the reason of a failure goes to standard output."""
    from transcription.vosk_recogniser import VoskRecogniser

    try:
        recogniser = VoskRecogniser(read_model(Path(sys.argv[1]), Origin.SETTING))
        listening = recogniser.listen()
        listening.accept(np.zeros(recogniser.rate, dtype=np.int16))
        listening.finish()
    except TongdaiError as error:
        print(error.__cause__ or error)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
