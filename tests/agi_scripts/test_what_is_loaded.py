"""The FastAGI server carries no library that no call needs: it starts sooner, and less of it can fail."""

import subprocess
import sys


def test_the_server_loads_no_decoder_no_templates_and_no_measure() -> None:
    asked = "import agi_scripts.server, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"agi_scripts", "ivr", "structlog"} <= loaded
    assert not loaded & {"soundfile", "vosk", "soxr", "jinja2", "jiwer", "rapidfuzz", "flask"}
