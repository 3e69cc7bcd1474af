"""The Vosk engine behind the recogniser's seam; the only importer of vosk.

``Model(model_path=…)`` alone: its other arguments reach for the network. One model serves every recogniser of a
process, and libvosk lets go of the interpreter's lock while it decodes.
"""

import json

import vosk

from transcription.errors import TranscriptionError
from transcription.model_folder import ModelFolder, broken_model
from transcription.recogniser import Recognised, Samples
from transcription.values import Word


class VoskRecogniser:
    """A loaded Vosk model; see :class:`transcription.recogniser.Recogniser`."""

    def __init__(self, folder: ModelFolder) -> None:
        """Load the model. A folder libvosk refuses is a :class:`~transcription.errors.ModelError`.

        Some broken models make libvosk abort the process: :func:`transcription.probe.probe_model` finds those.
        """
        vosk.SetLogLevel(-1)
        self._folder = folder
        try:
            self._model = vosk.Model(model_path=str(folder.path))
            self.listen()  # the decoding graph is read only now
        except Exception as error:  # vosk raises bare Exception
            raise broken_model(folder, str(error)) from error

    @property
    def rate(self) -> int:
        """Samples a second its features were made for."""
        return self._folder.rate

    @property
    def name(self) -> str:
        """The model's name."""
        return self._folder.name

    @property
    def version(self) -> str:
        """The model's version."""
        return self._folder.version

    @property
    def starter(self) -> bool:
        """Whether it is the embedded starter model."""
        return self._folder.starter

    def listen(self) -> "VoskListening":
        """Begin a recording."""
        return VoskListening(vosk.KaldiRecognizer(self._model, float(self.rate)))


class VoskListening:
    """One recording going through libvosk; every pause it finds ends a part, the parts are joined."""

    def __init__(self, engine: vosk.KaldiRecognizer) -> None:
        engine.SetWords(True)
        self._engine = engine
        self._texts: list[str] = []
        self._words: list[Word] = []

    def accept(self, samples: Samples) -> None:
        """Hear the next piece."""
        try:
            paused = self._engine.AcceptWaveform(samples.tobytes())
        except Exception as error:  # vosk raises bare Exception
            raise TranscriptionError(f"libvosk: {error}") from error
        if paused:
            self._keep(self._engine.Result())

    def finish(self) -> Recognised:
        """Everything heard."""
        self._keep(self._engine.FinalResult())
        return Recognised(text=" ".join(self._texts), words=tuple(self._words))

    def _keep(self, result: str) -> None:
        part = json.loads(result)
        if part.get("text"):
            self._texts.append(part["text"])
        self._words.extend(
            Word(text=word["word"], start=word["start"], end=word["end"], confidence=word["conf"])
            for word in part.get("result", ())
        )
