"""The loop everybody writes around Vosk, for comparison: ``python -m tests.bench.bare_vosk MODEL FILE…``."""

import json
import sys
import time
import wave

import vosk


def main(words: list[str]) -> None:
    """Hear the files one after the other; print seconds of wall and processor time without the model's loading."""
    folder, *files = words
    vosk.SetLogLevel(-1)
    model = vosk.Model(model_path=folder)
    vosk.KaldiRecognizer(model, 8000.0)  # the decoding graph is read only now
    began, worked = time.monotonic(), time.process_time()
    for file in files:
        with wave.open(file, "rb") as sound:
            engine = vosk.KaldiRecognizer(model, float(sound.getframerate()))
            engine.SetWords(True)
            while piece := sound.readframes(4000):
                engine.AcceptWaveform(piece)
            json.loads(engine.FinalResult())
    print(json.dumps({"wall": time.monotonic() - began, "cpu": time.process_time() - worked}))


if __name__ == "__main__":
    main(sys.argv[1:])
