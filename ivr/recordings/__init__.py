"""Recordings as files: their last place, their headers, how much of them is sound."""

from ivr.recordings.files import (
    FiledAudio,
    NoRecording,
    WouldOverwrite,
    erase,
    file_audio,
    find_all_keys,
    open_recording,
    path_of,
)
from ivr.recordings.sound import Measured, measure
from ivr.recordings.wav import NotAudio, write_wav

__all__ = [
    "FiledAudio",
    "Measured",
    "NoRecording",
    "NotAudio",
    "WouldOverwrite",
    "erase",
    "file_audio",
    "find_all_keys",
    "measure",
    "open_recording",
    "path_of",
    "write_wav",
]
