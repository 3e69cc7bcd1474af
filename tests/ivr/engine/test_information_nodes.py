"""What callers hear: the state of a ticket, look-ups, announcements, and the case of no operator to be rung."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from ivr.city.city import City
from ivr.city.flow.nodes import Flow
from ivr.engine import Dependencies, Found, Served, run_call
from ivr.model.calls import EndReason
from ivr.model.tickets import Refusal, State
from ivr.phone import Caller
from ivr.prompts import Catalogue
from ivr.simulator import Operator, Step
from ivr.spool import CallJournal, Spool
from ivr.testing import ScriptedPhone, temporary_settings
from ivr.testing.citizen import Citizen
from ivr.testing.scripted import whole_menu

NOW = datetime.fromisoformat("2026-11-21T09:30:00+07:00")
DUE = datetime.fromisoformat("2026-11-24T17:00:00+07:00")
CODE = "260042174"
ASK = (
    Step(wait="hoi", press="2"),
    Step(wait="tra-cuu", press=CODE + "#"),
    Step(wait="tra-cuu-so-cuoi", press="4567#"),
)
Call = Callable[..., list[str]]


class NoFiling:
    """A filer that files nothing, and a code book without a code."""

    def call_started(self, journal: CallJournal) -> None:
        pass

    def call_waits(self, ulid: str) -> None:
        pass

    def report(self, ulid: str) -> None:
        pass

    def call_ended(self, ulid: str) -> None:
        pass

    def take(self, now: datetime) -> str | None:
        return None


@pytest.fixture
def call(tmp_path: Path, engine_city: tuple[City, Catalogue]) -> Call:
    """Plays steps and gives the prompts heard."""
    city, sounds = engine_city
    flow = Flow(start="greeting", nodes={node.id: node for node in whole_menu()})

    def run(
        *steps: Step,
        found: Found | None = None,
        operator: Operator = Operator.AWAY,
        operator_phone: str = "PJSIP/100",
        end: EndReason = EndReason.HUNG_UP,
    ) -> list[str]:
        settings = temporary_settings(tmp_path, operator_phone=operator_phone)
        asked: list[tuple[str, ...]] = []

        def look(code: str, secret: str, source: str, now: datetime) -> Found:
            asked.append((code, secret, source))
            assert found is not None
            return found

        desk = Dependencies(
            spool=Spool(settings), codes=NoFiling(), filer=NoFiling(), find_status=look, pin_mac=lambda ulid, pin: ""
        )
        caller = Caller(number="0905123456", name="", called="1022", uniqueid="", linkedid="", city="du")
        phone = ScriptedPhone(Citizen(steps), caller, operator=operator)
        served = Served(
            phone=phone,
            city=replace(city, flow=flow),
            sounds=sounds,
            dependencies=desk,
            clock=lambda: NOW,
            settings=settings,
        )
        assert run_call(served) is end
        assert found is None or asked == [(CODE, "4567", "+84905123456")]
        return phone.citizen.heard

    return run


def status(state: State, **given: object) -> Found:
    values: dict[str, object] = {"agency": None, "due_at": None, "overdue": False, "refusal": None, **given}
    return Found(state=state, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (status(State.MOI), ["trang-thai-moi"]),
        (
            status(State.DA_CHUYEN, agency="so-xay-dung", due_at=DUE),
            ["trang-thai-da-chuyen", "co-quan", "co-quan.so-xay-dung", "han-tra-loi"],
        ),
        (status(State.DANG_XU_LY, due_at=DUE, overdue=True), ["trang-thai-dang-xu-ly", "qua-han"]),
        (status(State.DA_TRA_LOI, due_at=DUE), ["trang-thai-da-tra-loi"]),
        (status(State.TU_CHOI, refusal=Refusal.NGOAI_THAM_QUYEN), ["trang-thai-tu-choi", "ly-do-ngoai-tham-quyen"]),
        (status(State.MO_LAI, agency="gone", refusal=Refusal.QUAY_ROI), ["trang-thai-mo-lai"]),
    ],
    ids=lambda value: value.state.value if isinstance(value, Found) else "",
)
def test_a_tickets_state(call: Call, found: Found, said: list[str]) -> None:
    heard = call(*ASK, Step(wait="hoi", hang_up=True), found=found)
    assert heard[heard.index("tra-cuu-so-cuoi") + 1 : -1] == said


@pytest.mark.parametrize("state", State)
def test_every_state_and_refusal_has_its_sentence(engine_city: tuple[City, Catalogue], state: State) -> None:
    _, sounds = engine_city
    dashed = [f"trang-thai-{state}", *(f"ly-do-{refusal}" for refusal in Refusal)]
    assert all(sounds.has(prompt.replace("_", "-"), language) for prompt in dashed for language in ("vi", "en"))


def test_a_key_ends_the_announcements_and_answers_what_follows(call: Call) -> None:
    heard = call(
        Step(wait="hoi", press="6"), Step(wait="thong-bao-so", press="0"), Step(wait="chuyen-may", hang_up=True)
    )
    assert "thong-bao.moi" not in heard
    assert heard.count("hoi") == 1


def test_announcements_come_newest_first(call: Call) -> None:
    heard = call(Step(wait="hoi", press="6"), Step(wait="hoi", hang_up=True))
    assert [prompt for prompt in heard if prompt.startswith("thong-bao.")] == ["thong-bao.moi"]


def test_a_look_up_without_a_key_goes_on(call: Call) -> None:
    steps = (Step(wait="hoi", press="5"), *[Step(wait="nhap-ma-duong", silence=True)] * 3)
    heard = call(*steps, Step(wait="hoi", hang_up=True))
    assert heard.count("nhap-ma-duong") == 3
    assert heard.count("chua-nghe") == 2


@pytest.mark.parametrize(
    ("operator", "heard_of_it"),
    [(Operator.AWAY, "ban"), (Operator.NONE, "ngoai-gio")],
    ids=["busy", "not signed in"],
)
def test_the_caller_hears_whether_a_person_is_busy_or_not_there(
    call: Call, operator: Operator, heard_of_it: str
) -> None:
    steps = (Step(wait="hoi", press="0"), Step(wait=heard_of_it, hang_up=True))
    heard = call(*steps, operator=operator)
    assert ("chuyen-may" in heard) == (operator is Operator.AWAY), "nobody is connected with an empty desk"
    assert heard[-1] == heard_of_it


def test_who_talked_to_a_person_was_connected(call: Call) -> None:
    heard = call(
        Step(wait="hoi", press="0"),
        Step(wait="tam-biet", hang_up=True),
        operator=Operator.ANSWERS,
        end=EndReason.CONNECTED,
    )
    assert heard[-1] == "tam-biet"


def test_who_did_not_hear_the_notice_hears_it_before_a_person(call: Call) -> None:
    heard = call(Step(wait="chao", press="0"), Step(wait="chuyen-may", hang_up=True))
    assert heard[-2:] == ["ghi-am-ngan", "chuyen-may"]


def test_who_refused_to_be_recorded_hears_no_notice_before_a_person(call: Call) -> None:
    heard = call(
        Step(wait="hoi", press="1"),
        Step(wait="noi", press="0"),
        Step(wait="goi-lai", press="1"),
        Step(wait="tam-biet", hang_up=True),
    )
    assert "ghi-am-ngan" not in heard
