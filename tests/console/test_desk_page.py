"""Work at a telephone as the console asks for it: the dialog, what is refused and why, whose state one may change."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from ivr.callcentre.acts import Why
from ivr.callcentre.operators import Operator, OperatorState, Pause
from ivr.model import Role, Wanted
from ivr.services import operator_acts, operators, people
from ivr.services.operators import AtWork
from ivr.testing.console import SeededConsole

SignIn = Callable[..., FlaskClient]
S = OperatorState
HTMX = {"HX-Request": "true"}


def at_work(desk: SeededConsole, username: str, operator: Operator) -> int:
    """Write a row as ``watch`` does; the person's number."""
    with desk.store.transaction() as session:
        person = people.get_person(session, username)
        work = AtWork(person_id=person.id, name=person.name, queues=None, may_answer=True, operator=operator)
        operators.store(session, desk.settings.instance, [work], [])
        return person.id


@contextmanager
def answering(desk: SeededConsole, why: Why | None) -> Iterator[list[tuple[Wanted, int, str]]]:
    """A stand-in for ``watch`` that answers every act so; what it was asked."""
    asked: list[tuple[Wanted, int, str]] = []
    over = threading.Event()

    def answer() -> None:
        while not over.wait(0.01):
            with desk.store.transaction() as session:
                for act in operator_acts.claim(session, desk.settings.instance, desk.now):
                    asked.append((act.wanted, act.operator_id, act.reason or act.phone))
                    operator_acts.answer(session, act.id, why, desk.now)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield asked
    finally:
        over.set()
        thread.join()


def acts(client: FlaskClient, wanted: str, **given: object) -> tuple[int, str]:
    data = {"id": str(uuid4()), "wanted": wanted, **given}
    reply = client.post("/desk/acts", data=data, headers=HTMX)
    return reply.status_code, reply.text


def test_who_is_signed_out_chooses_a_telephone_that_is_free(sign_in: SignIn, desk: SeededConsole) -> None:
    at_work(desk, "minh", Operator(state=S.READY, since=desk.now, phone="PJSIP/100"))
    page = sign_in("lan").get("/desk", headers=HTMX).text
    taken, free = (re.search(rf'<input [^>]*value="PJSIP/{number}"[^>]*>', page) for number in (100, 101))
    assert taken is not None
    assert "disabled" in taken[0]
    assert free is not None
    assert "checked" in free[0]
    assert "Lê Minh đang dùng" in page


def test_signing_in_leads_to_getting_ready(sign_in: SignIn, desk: SeededConsole) -> None:
    client = sign_in("lan")
    with answering(desk, None) as asked:
        status, _ = acts(client, "sign_in", phone="PJSIP/101", panel="1")
        assert status == 200
        status, _ = acts(client, "ready", panel="1")
        assert status == 204
    assert [(wanted, detail) for wanted, _, detail in asked] == [(Wanted.SIGN_IN, "PJSIP/101"), (Wanted.READY, "")]


def test_a_refusal_stands_in_the_dialog_or_is_said(sign_in: SignIn, desk: SeededConsole) -> None:
    client = sign_in("lan")
    with answering(desk, Why.IN_CALL):
        status, text = acts(client, "sign_out", panel="1")
        assert (status, "Đang có cuộc gọi; hãy kết thúc cuộc gọi trước." in text) == (422, True)
        assert 'name="id"' in text  # with an id of its own: the next try is another act
        status, text = acts(client, "finish")
    assert status == 422
    assert "cu\\u1ed9c g\\u1ecdi" in text


def test_without_watch_an_act_is_not_done_later(
    sign_in: SignIn, desk: SeededConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operator_acts, "PATIENCE", timedelta(seconds=0.1))
    status, text = acts(sign_in("lan"), "ready", panel="1")
    assert status == 422
    assert "nên việc này không được làm" in text
    with answering(desk, None) as asked:
        pass
    with desk.store.transaction() as session:
        assert operator_acts.claim(session, desk.settings.instance, desk.now) == []
    assert asked == []


def test_a_supervisor_steers_others_and_an_operator_does_not(sign_in: SignIn, desk: SeededConsole) -> None:
    pause = Pause(reason="giai-lao", limit=timedelta(minutes=15))
    lan = at_work(desk, "lan", Operator(state=S.PAUSED, since=desk.now, phone="PJSIP/100", pause=pause))
    boss, colleague = sign_in("hoa"), sign_in("minh")
    page = boss.get(f"/desk/{lan}", headers=HTMX).text
    assert "Trần Thị Lan" in page
    assert "Giải lao" in page
    assert "Kết thúc ca" in page
    assert colleague.get(f"/desk/{lan}", headers=HTMX).status_code == 403
    assert acts(colleague, "pause", operator=lan, reason="hop")[0] == 403
    with answering(desk, None) as asked:
        assert acts(boss, "pause", operator=lan, reason="hop")[0] == 204
    assert asked == [(Wanted.PAUSE, lan, "hop")]
    assert boss.get("/desk/4711", headers=HTMX).status_code == 404


def test_a_team_lead_steers_the_own_team(sign_in: SignIn, desk: SeededConsole) -> None:
    here = {name: at_work(desk, name, Operator(state=S.READY, since=desk.now, phone=name)) for name in ("lan", "minh")}
    with desk.store.transaction() as session:
        lead = people.get_person(session, "hoa")
        people.set_role(session, lead, Role.TEAM_LEAD)
        lead.team = people.get_person(session, "lan").team = "Bắc"
    client = sign_in("hoa")
    assert client.get(f"/desk/{here['lan']}", headers=HTMX).status_code == 200
    assert client.get(f"/desk/{here['minh']}", headers=HTMX).status_code == 403
    assert acts(client, "pause", operator=here["minh"], reason="hop")[0] == 403


@pytest.mark.parametrize(("wanted", "act_id", "status"), [("fly", "0" * 26, 400), ("ready", "1; drop", 422)])
def test_what_is_no_act(sign_in: SignIn, wanted: str, act_id: str, status: int) -> None:
    assert acts(sign_in("lan"), wanted, id=act_id)[0] == status


@pytest.mark.parametrize("state", S)
def test_every_state_has_its_words_in_both_languages(sign_in: SignIn, desk: SeededConsole, state: S) -> None:
    pause = Pause(reason="giai-lao") if state is S.PAUSED else None
    following = Pause(reason="hop") if state is S.TALKING else None
    operator = Operator(
        state=state, since=desk.now, phone="PJSIP/100", pause=pause, next_pause=following, leaves=state is S.HOLD
    )
    at_work(desk, "lan", operator)
    client = sign_in("lan")
    seen = []
    for language in ("vi", "en"):
        client.post("/preferences", data={"language": language})
        mark, panel = client.get("/desk/mark", headers=HTMX).text, client.get("/desk", headers=HTMX).text
        assert f'data-state="{state.value}"' in mark
        seen.append((mark, panel))
    assert seen[0] != seen[1]
    assert not re.search(r"[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", "".join(seen[1]))


def test_the_mark_stands_on_pages_of_who_answers(sign_in: SignIn) -> None:
    assert 'id="operator"' in sign_in("lan").get("/tickets").text
