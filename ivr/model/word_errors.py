"""Word error rate, on one spelling of both sides."""

from dataclasses import dataclass

from ivr.model.spelling import canonical_words


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
    said, got = canonical_words(reference), canonical_words(heard)
    above = list(range(len(got) + 1))
    for row, word in enumerate(said, start=1):
        here = [row]
        for column, other in enumerate(got, start=1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (word != other)))
        above = here
    return WordErrors(errors=above[-1], words=len(said))
