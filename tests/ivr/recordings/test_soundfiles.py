"""G.711 A-law, and libsndfile's faults as ours."""

import io

import numpy as np
import pytest

from ivr.recordings.soundfiles import Unreadable, decode_alaw, encode_alaw, open_sound

EVERY_CODE = bytes(range(256))


def test_alaw_is_the_one_of_the_telephone_network() -> None:
    """ITU-T G.711: even bits inverted, so that silence is 0xD5; the loudest is 32,256."""
    assert decode_alaw(b"\xd5\x55\xaa\x2a").tolist() == [8, -8, 32256, -32256]
    assert encode_alaw(np.zeros(3, dtype=np.int16)) == b"\xd5\xd5\xd5"


def test_each_code_stands_for_a_sample_of_its_own() -> None:
    samples = decode_alaw(EVERY_CODE)
    assert len(set(samples.tolist())) == 256
    assert encode_alaw(samples) == EVERY_CODE


def test_a_sample_comes_back_within_its_step() -> None:
    every = np.arange(-32768, 32768).astype(np.int16)
    error = np.abs(decode_alaw(encode_alaw(every)).astype(int) - every)
    assert (error <= np.maximum(16, np.abs(every.astype(int)) / 16)).all()


def test_no_sound_is_no_sound() -> None:
    assert encode_alaw(np.zeros(0, dtype=np.int16)) == b""
    assert len(decode_alaw(b"")) == 0


def test_headerless_sound_is_opened_by_its_encoding() -> None:
    with open_sound(io.BytesIO(EVERY_CODE), headerless="ALAW") as sound:
        assert (sound.rate, sound.channels, sound.frames) == (8000, 1, 256)
        assert sound.read(256)[:, 0].tolist() == decode_alaw(EVERY_CODE).tolist()
        assert len(sound.read(1)) == 0


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"RIFF\0\0\0\0WAVE"])
def test_what_is_no_sound_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable), open_sound(io.BytesIO(content)):
        pass
