"""How well one prompt was recorded: what has to be recorded again, and what building mends."""

from collections.abc import Iterator

from ivr.prompts.recorded import Recording, Samples
from ivr.prompts.voice import LOUDNESS, RATE, sounding_part, speaking_level
from ivr.words import tr

NEAR = 6.0
"""dB by which a recording may be louder or quieter than :data:`LOUDNESS` without a remark."""
FAINT = -42.0
"""dBFS below which levelling would raise the room's noise to a voice's loudness."""
QUIET_END = 0.5
"""Seconds of silence that a recording may begin or end with."""
CLIPPED = 0.002
"""Seconds at full scale from which a recording sounds distorted."""
SHORTEST, LONGEST = 0.6, 1.6
"""Length of a recording against the synthetic voice's: outside it is cut off, or says another text …"""
SLACK = 0.3
"""… if it also differs by so many seconds: a single word is soon twice as long."""


def faults_of(recording: Recording, samples: Samples, *, seconds: float, synthetic: float) -> Iterator[str]:
    """What no levelling mends.

    :param samples: the recording at 8 kHz, not silent.
    :param seconds: its length without silence at the ends; ``synthetic`` is the synthetic voice's.
    """
    level = speaking_level(samples - samples.mean())
    if recording.clipped > CLIPPED:
        lasted = recording.clipped * 1000
        yield tr(
            f"bị vỡ tiếng ({lasted:.0f} ms vượt mức). Ghi lại với mức thu nhỏ hơn",
            f"is clipped ({lasted:.0f} ms at full scale). Record it again with less gain",
        )
    if level < FAINT:
        yield tr(
            f"quá nhỏ ({level:.0f} dBFS). Ghi lại gần micrô hơn",
            f"is too faint ({level:.0f} dBFS). Record it again nearer to the microphone",
        )
    shortest, longest = min(SHORTEST * synthetic, synthetic - SLACK), max(LONGEST * synthetic, synthetic + SLACK)
    if not shortest <= seconds <= longest:
        yield tr(
            f"dài {seconds:.1f} giây, giọng máy đọc {synthetic:.1f} giây. Nghe lại xem có đúng lời, có bị cắt không",
            f"takes {seconds:.1f} s, the synthetic voice {synthetic:.1f} s. Listen whether it is this text, and whole",
        )


def remarks_on(samples: Samples) -> Iterator[str]:
    """What building mends by itself; worth saying because it tells of the way of recording."""
    samples = samples - samples.mean()
    level = speaking_level(samples)
    if level >= FAINT and abs(level - LOUDNESS) > NEAR:
        yield tr(
            f"mức {level:.0f} dBFS, các lời đều phát ở {LOUDNESS:.0f}; khi dựng sẽ được chỉnh (hoặc --level)",
            f"is at {level:.0f} dBFS, prompts play at {LOUDNESS:.0f}; building levels it (or --level)",
        )
    start, end = sounding_part(samples)
    before, after = start / RATE, (len(samples) - end) / RATE
    if max(before, after) > QUIET_END:
        yield tr(
            f"im lặng {before:.1f} giây ở đầu, {after:.1f} giây ở cuối; khi dựng sẽ được cắt (hoặc --level)",
            f"has {before:.1f} s of silence before and {after:.1f} s after; building trims it (or --level)",
        )
