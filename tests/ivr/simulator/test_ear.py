"""What a telephone heard, and when: places are counted in samples, moments by the packets that brought them."""

import pytest

from ivr.simulator.ear import Ear

PACKET = b"\xd5" * 160


def heard(*moments: float, keep_audio: bool = False) -> Ear:
    ear = Ear(keep_audio=keep_audio)
    for moment in moments:
        ear.take(PACKET, moment)
    return ear


def test_sound_is_kept_where_it_is_asked_for() -> None:
    assert heard(1.0, 1.02, keep_audio=True).sound == 2 * PACKET
    assert heard(1.0, 1.02).sound == b""


def test_the_first_sound_after_a_moment_is_not_the_one_of_that_moment() -> None:
    ear = heard(1.0, 2.0)
    assert ear.first_after(1.0) == 2.0
    assert ear.first_after(2.0) is None
    assert ear.latest == 2.0
    assert heard().latest is None


def test_sound_from_a_moment_counts_what_came_just_then() -> None:
    ear = heard(1.0, 1.02, 1.04)
    assert ear.seconds_from(1.02) == pytest.approx(0.04)
    assert ear.seconds_from(9.0) == 0
    assert ear.place_at(1.02) == 160


def test_so_much_sound_has_been_heard_when_its_last_sample_was_even_where_it_came_late() -> None:
    """A line that stood still for two seconds has played no more for that."""
    ear = heard(1.0, 1.02, 3.04)
    assert ear.heard_by(0.04, 1.0) == pytest.approx(1.04)
    assert ear.heard_by(0.05, 1.0) == pytest.approx(3.05)
    assert ear.heard_by(0.07, 1.0) is None
    assert heard().heard_by(0.0, 1.0) is None


def test_a_sample_was_heard_its_share_after_its_packet_came() -> None:
    ear = heard(1.0, 3.0)
    assert ear.began(80) == pytest.approx(1.01)
    assert ear.began(160) == pytest.approx(3.0)
    with pytest.raises(IndexError):
        ear.began(320)


def test_moments_never_run_backwards() -> None:
    """Two clocks are read for each packet, and may disagree by a microsecond."""
    ear = heard(1.0, 0.999_999)
    assert ear.latest == 1.0
    assert ear.place_at(1.0) == 0
