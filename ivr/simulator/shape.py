"""The shape of a scenario file: its tables and settings, as docs/scenarios.md explains them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, PlainValidator, model_validator

from ivr.model.calls import EndReason
from ivr.model.civil import ZONE
from ivr.model.tickets import Consent, ContactKind, Kind
from ivr.settings.shape import Filled, Flag, Number, Shape, Strings, Wrong, must
from ivr.simulator.values import Operator, Prepared, Step
from ivr.words import tr

ACTIONS = ("press", "speak", "say", "silence", "hang_up")
WORKING_HOUR = datetime(2026, 3, 3, 9, 30, tzinfo=ZONE)
"""When a call happens that says nothing else: a Tuesday morning."""


def _one_action(step: Step) -> Step:
    if sum(bool(getattr(step, action)) for action in ACTIONS) != 1:
        choices = ", ".join(ACTIONS)
        raise Wrong(tr(f"cần đúng một trong {choices}", f"needs exactly one of {choices}"))
    return step


FileStep = Annotated[Step, AfterValidator(_one_action)]
"""A step as a file writes it."""


def _moment(given: object) -> datetime:
    """A moment of TOML, or the same in quotes; without a zone it is Vietnam's."""
    try:
        moment = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    except ValueError as error:
        raise Wrong(tr(f"không phải thời điểm: {given}", f"not a moment: {given}")) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _tables(given: object) -> object:
    """What is said of the tickets: ``true`` is one of any kind, ``false`` none; a table is a list of one."""
    if isinstance(given, bool):
        return [{}] if given else []
    return [given] if isinstance(given, dict) else given


def _publish(given: object) -> bool | str:
    if isinstance(given, bool) or given == "unanswered":
        return given
    raise Wrong(must('phải là true, false hoặc "unanswered"', 'must be true, false or "unanswered"', given))


class Both(Shape):
    """A text in both languages."""

    vi: Filled
    en: Filled


class FiledTable(Shape):
    """``[expect.filed]``: what must be so of one ticket. Only what the file names is looked at."""

    kind: Kind | None = None
    category: str | None = None
    consent: Consent | None = None
    contact: ContactKind | None = None
    number: str | None = None
    publish: Annotated[bool | str | None, PlainValidator(_publish)] = None
    confidential: Flag | None = None
    urgent: Flag | None = None
    language: Literal["vi", "en"] | None = None
    flags: Strings | None = None
    code: Flag | None = None
    pin: Flag | None = None
    seconds: Number | None = None
    recorded: Flag | None = None


class ExpectTable(Shape):
    """``[expect]``: what the call must lead to. What is not named is not looked at."""

    heard: Strings = ()
    unheard: Strings = ()
    end: EndReason | None = None
    filed: Annotated[tuple[FiledTable, ...], BeforeValidator(_tables)] | None = None

    @model_validator(mode="after")
    def _something(self) -> "ExpectTable":
        if not self.model_fields_set:
            raise Wrong(tr("trống: kịch bản phải nói điều gì phải xảy ra", "is empty: say what must happen"))
        return self


class ScenarioFile(Shape):
    """A whole file."""

    title: Both
    city: Filled
    number: str = "0905123456"
    name: str = ""
    called: str = "1022"
    at: Annotated[datetime, BeforeValidator(_moment)] = WORKING_HOUR
    switches: Strings = ()
    operator: Operator = Operator.AWAY
    room: Flag = True
    database: Flag = True
    ticket: tuple[Prepared, ...] = ()
    steps: tuple[FileStep, ...] = ()
    expect: ExpectTable
