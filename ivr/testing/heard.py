"""What a recogniser would have heard, for tests of what becomes of it."""

from typing import Any

from ivr.services.transcripts import HeardText


def heard_text(raw_text: str, **differs: Any) -> HeardText:
    """A result as the starter model gives it, each word a third of a second; of no words that of silence."""
    words = [
        {"text": word, "start": at * 0.33, "end": at * 0.33 + 0.3, "confidence": 0.9}
        for at, word in enumerate(raw_text.split())
    ]
    values: dict[str, Any] = {
        "raw_text": raw_text,
        "tidy_text": raw_text[:1].upper() + raw_text[1:],
        "words": words,
        "confidence": 0.9,
        "model": "starter",
        "model_version": "1",
        "starter": True,
        "audio_seconds": 12.5,
        "decode_seconds": 2.5,
    }
    return HeardText(**{**values, **differs})
