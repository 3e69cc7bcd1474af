"""The seconds of every way of a city, per language: measured where the sounds are built, else estimated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ivr.city.flow.nodes import Flow
from ivr.city.seconds.callers import AtOnce, BySentence, Caller, HearsOut, Pauses, Silent
from ivr.city.seconds.limits import Way
from ivr.city.seconds.line import Line, Piece
from ivr.city.seconds.reports import find_reports
from ivr.city.seconds.walk import Walk
from ivr.prompts import Catalogue
from ivr.prompts.texts import LANGUAGES
from ivr.speech import Language


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One way in one language. ``measured``: every sound on it is built."""

    way: Way
    language: Language
    pieces: Sequence[Piece]
    measured: bool

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return sum(piece.seconds for piece in self.pieces)

    def longest(self, count: int) -> list[Piece]:
        """The pieces that take longest: what to shorten."""
        return sorted(self.pieces, key=lambda piece: -piece.seconds)[:count]


def measure(flow: Flow, catalogue: Catalogue, pauses: Pauses) -> list[Figure]:
    """Every way that this menu has; the slower of open and closed hours."""
    return [
        figure
        for language in LANGUAGES
        for way in Way
        if (figure := _slowest(way, language, flow, catalogue, pauses)) is not None
    ]


def _slowest(way: Way, language: Language, flow: Flow, catalogue: Catalogue, pauses: Pauses) -> Figure | None:
    walks = (Walk(flow=flow, is_open=True), Walk(flow=flow, is_open=False))
    lines = [line for walk in walks for line in _lines(way, language, walk, catalogue, pauses)]
    if not lines:
        return None
    slowest = max(lines, key=lambda line: line.seconds)
    return Figure(
        way=way, language=language, pieces=tuple(slowest.pieces), measured=all(line.measured for line in lines)
    )


def _lines(way: Way, language: Language, walk: Walk, catalogue: Catalogue, pauses: Pauses) -> Iterator[Line]:
    """The calls of one way that reach its end; several where several keys are tried."""
    for caller in _callers(way, walk.flow, pauses):
        line = Line(catalogue=catalogue)
        start: str | None = walk.flow.start
        if language != line.language:
            start = walk.to_other_language(line, at_once=way is Way.AT_ONCE)
        if start is None:
            continue
        match way:
            case Way.GREETING:
                line.pieces.clear()
                if walk.to_list(line, start) and line.pieces:
                    yield line
            case Way.REPORT | Way.SILENT_REPORT:
                record = walk.to_beep(line, caller, start)
                if record and walk.to_code(line, record, pauses=pauses, keys=way is Way.REPORT):
                    yield line
            case Way.HEARD_OUT | Way.SILENT | Way.BY_SENTENCE | Way.AT_ONCE:
                if walk.to_beep(line, caller, start):
                    yield line


def _callers(way: Way, flow: Flow, pauses: Pauses) -> list[Caller]:
    reports = find_reports(flow)
    match way:
        case Way.GREETING | Way.HEARD_OUT | Way.REPORT:
            return [HearsOut(reports=reports)]
        case Way.SILENT | Way.SILENT_REPORT:
            return [Silent(reports=reports, pauses=pauses)]
        case Way.AT_ONCE:
            return [AtOnce(reports=reports)]
        case Way.BY_SENTENCE:
            return [BySentence(reports=reports, key=key) for key in {key for keys in reports.values() for key in keys}]
