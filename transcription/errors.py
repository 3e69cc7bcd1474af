"""What can go wrong between a recording and its text, each with the remedy in its message."""

from ivr.errors import TongdaiError


class TranscriptionError(TongdaiError):
    """The base class of this package's errors."""


class AudioError(TranscriptionError):
    """A file is not audio that can be heard; trying again will not help."""


class ModelError(TranscriptionError):
    """The recogniser's model is missing, broken, or of a kind this program does not read."""


class DownloadError(TranscriptionError):
    """The official model could not be fetched, checked or unpacked; nothing was changed."""
