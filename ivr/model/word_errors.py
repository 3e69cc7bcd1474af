"""Word error rate, on one spelling of both sides."""

from dataclasses import dataclass

from ivr.model.spelling import canonical


@dataclass(frozen=True, kw_only=True)
class WordErrors:
    """The fewest word changes that turn the reference into what was heard."""

    errors: int
    """Substitutions, insertions and deletions together."""
    words: int
    """Words of the reference."""

    @property
    def rate(self) -> float:
        """Errors per word of the reference: above 1.0 where much was invented; empty reference: 0.0 or 1.0."""
        return self.errors / self.words if self.words else float(self.errors > 0)


def word_errors(reference: str, heard: str) -> WordErrors:
    """Levenshtein distance over words; case, punctuation and placement of tone marks do not count."""
    from jiwer import process_words  # 40 ms, for those who measure a recogniser; a call never does

    found = process_words(canonical(reference), canonical(heard))
    return WordErrors(
        errors=found.substitutions + found.insertions + found.deletions,
        words=found.hits + found.substitutions + found.deletions,
    )
