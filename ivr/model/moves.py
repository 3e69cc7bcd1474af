"""The table of moves: where a ticket may go from each state, what a move needs, and which one is usual.

``services.casework`` checks it and is the one writer of a ticket's state; pages and other programs only ask it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ivr.model.tickets import State


class Need(StrEnum):
    """What must be given with a move."""

    REASON = "reason"  # a sentence that somebody else understands later
    AGENCY = "agency"  # who is to work on it
    REFUSAL = "refusal"  # which of the known reasons; the citizen hears it
    DUPLICATE = "duplicate"  # the ticket that stands already


@dataclass(frozen=True, kw_only=True)
class Move:
    """One step from a state to another."""

    to: State
    needs: frozenset[Need] = frozenset()
    usual: bool = False
    """The step most tickets take from here; at most one of a state, none of a closed one."""


def _move(to: State, *needs: Need) -> Move:
    return Move(to=to, needs=frozenset(needs))


def _usual(move: Move) -> Move:
    return replace(move, usual=True)


_ACCEPT = _move(State.DA_TIEP_NHAN)
_ASK_CITIZEN = _move(State.CHO_BO_SUNG, Need.REASON)
_SEND = _move(State.DA_CHUYEN, Need.AGENCY)
_WORK = _move(State.DANG_XU_LY)
_GIVE_BACK = _move(State.CHUYEN_TRA, Need.REASON)
_FINISH = _move(State.DA_XU_LY)
_ANSWER = _move(State.DA_TRA_LOI, Need.REASON)
_PUBLISH = _move(State.CONG_KHAI)
_REFUSE = _move(State.TU_CHOI, Need.REASON, Need.REFUSAL)
_DUPLICATE = _move(State.TRUNG, Need.DUPLICATE)
_REOPEN = _move(State.MO_LAI, Need.REASON)

MOVES: Mapping[State, tuple[Move, ...]] = {
    State.MOI: (_usual(_ACCEPT), _REFUSE, _DUPLICATE),
    State.DA_TIEP_NHAN: (_usual(_SEND), _ASK_CITIZEN, _WORK, _ANSWER, _REFUSE, _DUPLICATE),
    State.CHO_BO_SUNG: (_usual(_ACCEPT), _SEND, _REFUSE, _DUPLICATE),
    State.DA_CHUYEN: (_usual(_WORK), _ASK_CITIZEN, _GIVE_BACK, _FINISH),
    State.DANG_XU_LY: (_usual(_FINISH), _ASK_CITIZEN, _GIVE_BACK, _ANSWER),
    State.CHUYEN_TRA: (_usual(_SEND), _ACCEPT, _REFUSE),
    State.DA_XU_LY: (_usual(_ANSWER), _WORK),
    State.DA_TRA_LOI: (_PUBLISH, _REOPEN),
    State.CONG_KHAI: (_REOPEN,),
    State.TU_CHOI: (_REOPEN,),
    State.TRUNG: (_REOPEN,),
    State.MO_LAI: (_usual(_ACCEPT), _SEND, _REFUSE, _DUPLICATE),
}
"""The usual step first, the others in the order people are shown them."""

ACCEPTED_BY_TAKING = frozenset({State.MOI, State.MO_LAI})
"""States in which somebody who takes the ticket accepts it by that."""


def find_move(before: State, to: State) -> Move | None:
    """The step between two states; None where there is none."""
    return next((move for move in MOVES[before] if move.to is to), None)


def find_usual(before: State) -> State | None:
    """Where most tickets go from here; None for closed ones."""
    return next((move.to for move in MOVES[before] if move.usual), None)
