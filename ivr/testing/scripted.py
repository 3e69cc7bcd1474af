"""One city on a scripted phone, with everything behind it replaceable: what a call does when its parts fail.

Imported by tests alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from ivr.callcentre.promises import Standing
from ivr.city.city import City
from ivr.city.flow.nodes import (
    Announcements,
    Bye,
    Callback,
    Choice,
    Consent,
    Contact,
    Flow,
    Language,
    Lookup,
    Menu,
    Node,
    Publish,
    Receipt,
    Record,
    Ring,
    Say,
    Status,
)
from ivr.engine import Answer, CannotLook, Dependencies, Served, resume_call, run_call
from ivr.engine.unwritten import Unwritten
from ivr.model.calls import EndReason
from ivr.model.code import make_code
from ivr.model.report import CallFacts
from ivr.phone import Caller, LeftForQueue, QueueState, RingResult
from ivr.prompts import Catalogue
from ivr.settings import Settings
from ivr.simulator import Step
from ivr.spool import CallJournal, Sidecar, Spool, find_journals, read_journal
from ivr.testing import ScriptedPhone, temporary_settings
from ivr.testing.citizen import Citizen

NOW = datetime.fromisoformat("2026-03-03T09:30:00+07:00")
"""When the calls are made: a Tuesday morning."""


class RememberingFiler:
    """A background filer that keeps what a call gave it, and the sidecars as they were then."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.reports: list[Sidecar] = []
        self.started: list[str] = []
        self.ended: list[str] = []
        self.remembered: list[CallJournal] = []

    def call_started(self, journal: CallJournal) -> None:
        """Keep the call's id."""
        self.started.append(journal.ulid)

    def call_waits(self, ulid: str) -> None:
        """Nothing: the journal has it."""

    def report(self, ulid: str) -> None:
        """Keep the report as the spool has it now."""
        found = self.spool.find(ulid)
        assert found is not None, f"{ulid} is not in the spool"
        self.reports.append(found)

    def remember(self, journal: CallJournal) -> None:
        """Keep a history that the disk did not take."""
        self.remembered.append(journal)

    def call_ended(self, ulid: str) -> None:
        """Keep the call's id; its lock must be free by now."""
        with self.spool.hold(ulid):
            self.ended.append(ulid)


class Codes:
    """Gives these ticket codes, then none."""

    def __init__(self, *codes: str | None) -> None:
        self.left = list(codes)

    def take(self, now: datetime) -> str | None:
        """The next code."""
        return self.left.pop(0) if self.left else None


class LeavingPhone(ScriptedPhone):
    """A line that leaves the call while it waits in a queue, as Asterisk does."""

    left_for: ClassVar[list[tuple[str, float, int]]] = []
    """Queue, wait and priority of all such calls, the latest last."""
    left_as: ClassVar[list[str]] = []
    """Their names."""

    def ring(self, queue: str, *, wait: float, call: str, priority: int = 0) -> RingResult:
        """See :class:`ivr.phone.Phone`."""
        self.left_for.append((queue, wait, priority))
        self.left_as.append(call)
        raise LeftForQueue


class ScriptedHotline:
    """One city on a scripted phone; a test replaces what it wants to fail."""

    def __init__(self, home: Path, city: City, sounds: Catalogue, **given: object) -> None:
        self.settings: Settings = temporary_settings(home, **given)
        self.city, self.sounds = city, sounds
        self.spool = Spool(self.settings)
        self.filer = RememberingFiler(self.spool)
        self.codes = Codes(make_code(2026, 1), make_code(2026, 2))
        self.unwritten = Unwritten()
        self.number = "0905123456"
        """Who called last."""
        self.now = NOW
        """When its calls are made."""
        self.queue: QueueState | None = None
        """What the callers find; None for an empty queue with somebody on duty."""
        self.standing = Standing()
        """What earlier calls say of all callers."""
        self.asked: list[str] = []
        """The queues for which that was asked."""
        self.pin_mac: Callable[[str, str], str] = lambda ulid, pin: "mac"

    def call(
        self, *steps: Step, number: str = "0905123456", phone: type[ScriptedPhone] = ScriptedPhone
    ) -> EndReason | None:
        """One call to its end, or into a queue; how it ended."""
        self.number = number
        return self._serve(steps, "1.1", phone, run_call)

    def resume(
        self,
        *steps: Step,
        ulid: str,
        result: RingResult,
        gone: bool = False,
        uniqueid: str = "1.1",
        phone: type[ScriptedPhone] = ScriptedPhone,
    ) -> EndReason | None:
        """The call that waited in a queue goes on in another session."""
        return self._serve(
            steps, uniqueid, phone, lambda served: resume_call(served, ulid=ulid, result=result, gone=gone)
        )

    def _serve(
        self,
        steps: Sequence[Step],
        uniqueid: str,
        phone: type[ScriptedPhone],
        work: Callable[[Served], EndReason | None],
    ) -> EndReason | None:
        caller = Caller(
            number=self.number, name="", called="1022", uniqueid=uniqueid, linkedid=uniqueid, city=self.city.id
        )
        desk = Dependencies(
            spool=self.spool, codes=self.codes, filer=self.filer, find_status=_away,
            find_standing=self._find_standing, pin_mac=self.pin_mac,
            unwritten=self.unwritten,
        )  # fmt: skip
        self.phone = phone(Citizen(steps), caller)
        self.phone.queue = self.queue or self.phone.queue
        self.reason = work(
            Served(
                phone=self.phone,
                city=self.city,
                sounds=self.sounds,
                dependencies=desk,
                clock=lambda: self.now,
                settings=self.settings,
            )
        )
        return self.reason

    def _find_standing(self, _call: CallFacts, queue: str, _now: datetime) -> Standing:
        self.asked.append(queue)
        return self.standing

    def walk(self, *nodes: Node) -> None:
        """The menu is made of these nodes; a call begins at the first."""
        self.city = replace(self.city, flow=Flow(start=nodes[0].id, nodes={node.id: node for node in nodes}))

    @property
    def heard(self) -> list[str]:
        """Prompt ids in the order the citizen heard them in the last call."""
        return self.phone.citizen.heard

    @property
    def journal(self) -> CallJournal:
        """The history of the single call that was made."""
        (path,) = find_journals(self.spool.folder)
        return read_journal(path)


def whole_menu() -> tuple[Node, ...]:
    """A menu with a way to everything the engine does, for the prompts of ``tests/flows/good/du``."""
    keys = {"1": "report", "2": "status", "5": "look-up", "6": "news", "9": "other", "0": "person"}
    return (
        Say(id="greeting", prompts=("chao", "ghi-am"), next="list"),
        Menu(
            id="list", prompts=("hoi",), keys={key: Choice(goto=goto) for key, goto in keys.items()}, give_up="report"
        ),
        _record("report", "noi", refused="call-back"),
        Contact(id="contact", next="publish"),
        Publish(id="publish", prompts=("cong-khai",), next="receipt"),
        Receipt(id="receipt", next="end"),
        Say(id="cancelled", prompts=("da-huy",), next="list"),
        Callback(id="call-back", next="end", cannot="ask"),
        Consent(id="ask", prompts=("dong-y",), next="message", refused="end"),
        _record("message", "noi-loi-nhan", refused="end"),
        Say(id="no-room", prompts=("khong-du-cho",), next="end"),
        Say(id="unheard", prompts=("khong-nghe",), next="end"),
        Status(id="status", next="list", locked="list"),
        Lookup(id="look-up", source="so-nha", next="list"),
        Announcements(id="news", next="list"),
        Language(id="other", language="other", next="list"),
        Ring(id="person", line="operator", prompts=("chuyen-may",), unanswered="busy", absent="away", next="end"),
        Say(id="busy", prompts=("ban",), next="end"),
        Say(id="away", prompts=("ngoai-gio",), next="end"),
        Bye(id="end"),
    )


def _record(name: str, prompt: str, *, refused: str) -> Record:
    return Record(
        id=name,
        prompts=(prompt,),
        next="contact",
        cancelled="cancelled",
        refused=refused,
        cannot="no-room",
        silent="unheard",
    )


def _away(code: str, secret: str, source: str, now: datetime) -> Answer:
    return CannotLook()
