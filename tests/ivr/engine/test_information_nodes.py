"""What callers hear: the state of a ticket, look-ups, announcements, and the case of no operator to be rung."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from ivr.city.city import City
from ivr.engine import Dependencies, Found, run_call
from ivr.model.calls import EndReason
from ivr.model.tickets import Refusal, State
from ivr.phone import Caller
from ivr.prompts import Catalogue
from ivr.simulator import Operator, Step
from ivr.spool import CallJournal, Spool
from ivr.testing import ScriptedPhone, temporary_settings
from ivr.testing.citizen import Citizen

NOW = datetime.fromisoformat("2026-11-21T09:30:00+07:00")
DUE = datetime.fromisoformat("2026-11-24T17:00:00+07:00")
CODE = "260042174"
ASK = (
    Step(wait="menu", press="2"),
    Step(wait="tra-cuu", press=CODE + "#"),
    Step(wait="tra-cuu-so-cuoi", press="4567#"),
)
Call = Callable[..., list[str]]


class NoFiling:
    """A filer that files nothing, and a code book without a code."""

    def call_started(self, journal: CallJournal) -> None:
        pass

    def report(self, ulid: str) -> None:
        pass

    def call_ended(self, ulid: str) -> None:
        pass

    def take(self, now: datetime) -> str | None:
        return None


@pytest.fixture
def call(tmp_path: Path, get_city: Callable[[str], City], get_sounds: Callable[[str], Catalogue]) -> Call:
    """Plays steps and gives the prompts heard."""

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
        caller = Caller(number="0905123456", name="", called="1022", uniqueid="", linkedid="", city="da-nang")
        phone = ScriptedPhone(Citizen(steps), caller, operator=operator)
        assert run_call(phone, get_city("da-nang"), get_sounds("da-nang"), desk, lambda: NOW, settings) is end
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
            status(State.DA_CHUYEN, agency="van-phong", due_at=DUE),
            ["trang-thai-da-chuyen", "co-quan", "co-quan.van-phong", "han-tra-loi"],
        ),
        (status(State.DANG_XU_LY, due_at=DUE, overdue=True), ["trang-thai-dang-xu-ly", "qua-han"]),
        (status(State.DA_TRA_LOI, due_at=DUE), ["trang-thai-da-tra-loi"]),
        (status(State.TU_CHOI, refusal=Refusal.NGOAI_THAM_QUYEN), ["trang-thai-tu-choi", "ly-do-ngoai-tham-quyen"]),
        (status(State.MO_LAI, agency="gone", refusal=Refusal.QUAY_ROI), ["trang-thai-mo-lai"]),
    ],
    ids=lambda value: value.state.value if isinstance(value, Found) else "",
)
def test_a_tickets_state(call: Call, found: Found, said: list[str]) -> None:
    heard = call(*ASK, Step(wait="viec-khac", hang_up=True), found=found)
    assert heard[heard.index("tra-cuu-so-cuoi") + 1 : heard.index("viec-khac")] == said


@pytest.mark.parametrize("state", State)
def test_every_state_and_refusal_has_its_sentence(get_sounds: Callable[[str], Catalogue], state: State) -> None:
    dashed = [f"trang-thai-{state}", *(f"ly-do-{refusal}" for refusal in Refusal)]
    for city in ("da-nang", "hai-phong", "dong-thap"):
        assert all(
            get_sounds(city).has(prompt.replace("_", "-"), language) for prompt in dashed for language in ("vi", "en")
        )


def test_a_key_ends_the_announcements_and_answers_what_follows(call: Call) -> None:
    heard = call(
        Step(wait="menu", press="6"), Step(wait="thong-bao-so", press="0"), Step(wait="chuyen-may", hang_up=True)
    )
    assert "thong-bao.mau-mua-bao" not in heard
    assert "viec-khac" not in heard


def test_announcements_come_newest_first(call: Call) -> None:
    heard = call(Step(wait="menu", press="6"), Step(wait="viec-khac", hang_up=True))
    assert [prompt for prompt in heard if prompt.startswith("thong-bao.")] == [
        "thong-bao.mau-mua-bao",
        "thong-bao.mau-gioi-thieu",
    ]


def test_a_look_up_without_a_key_goes_on(call: Call) -> None:
    steps = (
        Step(wait="menu", press="5"),
        Step(wait="thong-tin", press="1"),
        *[Step(wait="nhap-so-tuyen", silence=True)] * 3,
    )
    heard = call(*steps, Step(wait="viec-khac", hang_up=True))
    assert heard.count("nhap-so-tuyen") == 3
    assert heard.count("chua-nghe") == 2


def test_without_an_operators_phone_nobody_is_rung(call: Call) -> None:
    heard = call(Step(wait="menu", press="0"), Step(wait="ban", hang_up=True), operator_phone="")
    assert "chuyen-may" not in heard


def test_who_talked_to_a_person_was_connected(call: Call) -> None:
    heard = call(
        Step(wait="menu", press="0"),
        Step(wait="tam-biet", hang_up=True),
        operator=Operator.ANSWERS,
        end=EndReason.CONNECTED,
    )
    assert heard[-1] == "tam-biet"
