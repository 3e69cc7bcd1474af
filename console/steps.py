"""What may be done to a ticket next, in verbs: the one step of the key F8, and the others beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from console import badges
from console.gettext import lazy_gettext as _l
from ivr.model import CLOSED, MOVES, Person, State, Ticket
from ivr.model.moves import ACCEPTED_BY_TAKING, Move
from ivr.model.permissions import Permission
from ivr.services import rights

_TO: Mapping[State, object] = {
    State.DA_TIEP_NHAN: _l("Tiếp nhận"),
    State.CHO_BO_SUNG: _l("Hỏi thêm người dân"),
    State.DA_CHUYEN: _l("Chuyển cơ quan"),
    State.DANG_XU_LY: _l("Bắt đầu xử lý"),
    State.CHUYEN_TRA: _l("Trả lại tổng đài"),
    State.DA_XU_LY: _l("Báo xử lý xong"),
    State.DA_TRA_LOI: _l("Trả lời người dân"),
    State.CONG_KHAI: _l("Công khai câu trả lời"),
    State.TU_CHOI: _l("Từ chối tiếp nhận"),
    State.TRUNG: _l("Gộp vào phiếu đã có"),
    State.MO_LAI: _l("Mở lại phiếu"),
}
_BETWEEN: Mapping[tuple[State, State], object] = {
    (State.CHO_BO_SUNG, State.DA_TIEP_NHAN): _l("Tiếp tục xử lý"),
    (State.CHUYEN_TRA, State.DA_TIEP_NHAN): _l("Nhận lại"),
    (State.MO_LAI, State.DA_TIEP_NHAN): _l("Tiếp nhận lại"),
    (State.CHUYEN_TRA, State.DA_CHUYEN): _l("Chuyển cơ quan khác"),
    (State.DA_TIEP_NHAN, State.DANG_XU_LY): _l("Tổng đài tự xử lý"),
    (State.DA_XU_LY, State.DANG_XU_LY): _l("Xử lý lại"),
}
"""Where the step back or on is called otherwise than by where it leads."""

_TOLD = frozenset({State.DA_XU_LY, State.CONG_KHAI})
"""Steps that need nothing and yet are asked for: what was done is worth a sentence, publication a second look."""
_ENDS = frozenset(State) - {State.DA_TIEP_NHAN, State.DANG_XU_LY, State.MO_LAI, State.MOI}
"""States in which the desk has done its part for now: the next ticket may follow."""
_AT_AGENCY = frozenset({State.DA_CHUYEN, State.DANG_XU_LY})


class First(StrEnum):
    """What F8 does."""

    TAKE = "take"
    MOVE = "move"
    NEXT = "next"  # nothing is left to do here: on to the next ticket of the list


@dataclass(frozen=True, kw_only=True)
class Step:
    """One button."""

    to: State
    text: str
    icon: str
    asks: bool
    """Whether a dialog asks for something first."""
    ends: bool
    """Whether the desk has done its part with it."""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """What the action bar holds."""

    first: First
    move: Step | None
    """The step of :attr:`First.MOVE`."""
    others: tuple[Step, ...]
    may_work: bool
    """False: a colleague works on it, and the reader may only look and note."""


def find_steps(person: Person, ticket: Ticket) -> Steps:
    """The steps this person may take, the usual one first where it is theirs to take."""
    may_work = rights.may_work(person, ticket)
    may_move = may_work and rights.may(person, Permission.MOVE)
    moves = [move for move in MOVES[ticket.state] if may_move and _is_open(person, ticket, move)]
    usual = next((move for move in moves if move.usual), None)
    first = _first(person, ticket, usual)
    chosen = usual if first is First.MOVE else None
    if first is First.TAKE and ticket.state in ACCEPTED_BY_TAKING:
        moves = [move for move in moves if move.to is not State.DA_TIEP_NHAN]
    return Steps(
        first=first,
        move=describe_step(ticket.state, chosen) if chosen else None,
        others=tuple(describe_step(ticket.state, move) for move in moves if move is not chosen),
        may_work=may_work,
    )


def describe_step(before: State, move: Move) -> Step:
    """A move as a button: a verb, never the name of a state."""
    return Step(
        to=move.to,
        text=str(_BETWEEN.get((before, move.to)) or _TO[move.to]),
        icon=badges.look(move.to).icon,
        asks=bool(move.needs) or move.to in _TOLD,
        ends=move.to in _ENDS,
    )


def _is_open(person: Person, ticket: Ticket, move: Move) -> bool:
    return move.to is not State.CONG_KHAI or rights.may_publish(person, ticket)


def _first(person: Person, ticket: Ticket, usual: Move | None) -> First:
    if ticket.state in CLOSED:
        return First.NEXT
    if ticket.assignee_id is None and rights.may(person, Permission.TAKE):
        return First.TAKE
    if usual is None or not _is_theirs(person, ticket):
        return First.NEXT
    return First.MOVE


def _is_theirs(person: Person, ticket: Ticket) -> bool:
    """Whether the next step is this person's: the agency's at the agency, the holder's at the desk."""
    if ticket.state is State.CHO_BO_SUNG:
        return False  # the citizen's
    if ticket.state in _AT_AGENCY and ticket.agency is not None:
        return person.agency == ticket.agency
    return rights.holds(person, ticket) or person.agency is not None
