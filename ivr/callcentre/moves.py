"""The moves between an operator's states: :func:`act` for acts and facts, :func:`pass_time` for time.

A refusal is a value with its reason; the operator is as before.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ivr.callcentre.acts import (
    Act,
    Answered,
    FinishWrapUp,
    GetReady,
    HoldBegan,
    HoldEnded,
    LineBack,
    LineLost,
    Listed,
    Moved,
    OfCall,
    Rang,
    Refused,
    Result,
    RingEnded,
    SignIn,
    SignOut,
    TakePause,
    TalkEnded,
    Why,
)
from ivr.callcentre.operators import (
    IN_CALL,
    NO_ANSWER,
    SIGNED_IN,
    TALKS,
    Operator,
    OperatorState,
    Pause,
    Rules,
)

S = OperatorState


def act(operator: Operator, what: Act, *, now: datetime, rules: Rules) -> Result:
    """Do one thing, at ``now``; time that passed before is counted first."""
    operator = pass_time(operator, now=now)
    if operator.state is S.SIGNED_OUT and not isinstance(what, SignIn):
        return Refused(operator, Why.ALREADY if isinstance(what, SignOut) else Why.NOT_SIGNED_IN)
    match what:
        case SignIn():
            return _sign_in(operator, what, now)
        case SignOut():
            return _sign_out(operator, what, now)
        case GetReady():
            return _get_ready(operator, now)
        case TakePause():
            return _take_pause(operator, what.pause, now)
        case FinishWrapUp():
            return _finish(operator, now)
        case LineLost():
            return _lose_line(operator, now, rules)
        case LineBack():
            return _come_back(operator, now, rules)
        case Listed():
            return _believe(operator, what, now, rules)
        case _:
            return _of_call(operator, what, now, rules)


def pass_time(operator: Operator, *, now: datetime) -> Operator:
    """What time alone did until ``now``; a move of time has the moment it was due."""
    while operator.until is not None and operator.until <= now:
        due = operator.until
        operator = _enter(operator, S.SIGNED_OUT, due) if operator.state is S.CONNECTION_LOST else _rest(operator, due)
    return operator


def _sign_in(operator: Operator, what: SignIn, now: datetime) -> Result:
    if operator.state is not S.SIGNED_OUT:
        return Refused(operator, Why.ALREADY)
    if not what.phone.strip():
        return Refused(operator, Why.NO_PHONE)
    return Moved(Operator(state=S.PAUSED, since=now, phone=what.phone, pause=SIGNED_IN))


def _sign_out(operator: Operator, what: SignOut, now: datetime) -> Result:
    if operator.state in IN_CALL or (operator.state is S.CONNECTION_LOST and operator.before in IN_CALL):
        return Moved(replace(operator, leaves=True)) if what.forced else Refused(operator, Why.IN_CALL)
    return Moved(_enter(operator, S.SIGNED_OUT, now))


def _get_ready(operator: Operator, now: datetime) -> Result:
    match operator.state:
        case S.PAUSED | S.WRAP_UP:
            return Moved(replace(_enter(operator, S.READY, now), missed=0))
        case S.READY:
            return Refused(operator, Why.ALREADY)
        case S.CONNECTION_LOST:
            return Refused(operator, Why.NO_CONNECTION)
        case _ if operator.next_pause is not None:
            return Moved(replace(operator, next_pause=None))
        case _:
            return Refused(operator, Why.IN_CALL)


def _take_pause(operator: Operator, pause: Pause, now: datetime) -> Result:
    if not pause.reason.strip():
        return Refused(operator, Why.NO_REASON)
    if pause.limit is not None and pause.limit <= timedelta(0):
        return Refused(operator, Why.NO_TIME)
    if operator.state in IN_CALL or operator.state is S.CONNECTION_LOST:
        return Moved(replace(operator, next_pause=pause))
    if operator.state is S.PAUSED and operator.pause == pause:
        return Refused(operator, Why.ALREADY)
    return Moved(_enter(operator, S.PAUSED, now, pause=pause))


def _finish(operator: Operator, now: datetime) -> Result:
    if operator.state is not S.WRAP_UP:
        return Refused(operator, Why.IN_CALL if operator.state in IN_CALL else Why.NO_WRAP_UP)
    return Moved(_rest(operator, now))


def _lose_line(operator: Operator, now: datetime, rules: Rules) -> Result:
    if operator.state is S.CONNECTION_LOST:
        return Refused(operator, Why.ALREADY)
    return Moved(replace(operator, state=S.CONNECTION_LOST, since=now, until=now + rules.grace, before=operator.state))


def _come_back(operator: Operator, now: datetime, rules: Rules) -> Result:
    """What was interrupted goes on; a pause has waited meanwhile, a ring is over."""
    if operator.state is not S.CONNECTION_LOST:
        return Refused(operator, Why.ALREADY)
    match operator.before:
        case S.TALKING | S.HOLD as before:
            return Moved(replace(operator, state=before, since=now, until=None, before=None))
        case S.WRAP_UP:
            return Moved(_wrap_up(operator, now, rules))
        case S.PAUSED:
            return Moved(_enter(operator, S.PAUSED, now, pause=operator.next_pause or operator.pause))
        case _:
            return Moved(_rest(operator, now))


def _believe(operator: Operator, what: Listed, now: datetime, rules: Rules) -> Result:
    lost = operator.state is S.CONNECTION_LOST
    known = operator.before if lost else operator.state
    if what.linkedid:
        state = S.HOLD if what.held else S.TALKING
        if known is state and operator.linkedid == what.linkedid:
            return Refused(operator, Why.ALREADY)
        talks = _take(operator, what.linkedid, state, now)
        if not lost:
            return Moved(talks)
        return Moved(replace(talks, state=operator.state, since=operator.since, until=operator.until, before=state))
    if known not in IN_CALL:
        return Refused(operator, Why.ALREADY)
    if lost:
        return Moved(replace(operator, before=S.WRAP_UP if known in TALKS else S.READY))
    return Moved(_wrap_up(operator, now, rules) if known in TALKS else _rest(operator, now))


def _of_call(operator: Operator, what: OfCall, now: datetime, rules: Rules) -> Result:
    own = operator.linkedid == what.linkedid
    match what:
        case Rang() if operator.state not in IN_CALL or own:
            rings = _take(operator, what.linkedid, S.RINGING, now)
            return Moved(replace(rings, until=now + rules.ring))
        case Answered() if operator.state not in TALKS:
            return Moved(replace(_take(operator, what.linkedid, S.TALKING, now), missed=0))
        case Rang() | Answered():
            return Refused(operator, Why.ALREADY if own else Why.OTHER_CALL)
        case _ if operator.state not in IN_CALL and operator.before not in IN_CALL:
            return Refused(operator, Why.NO_CALL)
        case _ if not own:
            return Refused(operator, Why.OTHER_CALL)
        case TalkEnded() | RingEnded() if operator.state is S.CONNECTION_LOST:
            return Moved(replace(operator, before=S.WRAP_UP if operator.before in TALKS else S.READY))
        case TalkEnded() if operator.state in TALKS:
            return Moved(_wrap_up(operator, now, rules))
        case RingEnded(missed=missed) if operator.state is S.RINGING:
            return Moved(_miss(operator, now, rules) if missed else _rest(operator, now))
        case HoldBegan() if operator.state is S.TALKING:
            return Moved(replace(operator, state=S.HOLD, since=now))
        case HoldEnded() if operator.state is S.HOLD:
            return Moved(replace(operator, state=S.TALKING, since=now))
        case _:
            return Refused(operator, Why.ALREADY)


def _take(operator: Operator, linkedid: str, state: OperatorState, now: datetime) -> Operator:
    """A call comes, or goes on; who was paused is paused again after it."""
    return replace(
        operator,
        state=state,
        since=now,
        linkedid=linkedid,
        until=None,
        pause=None,
        next_pause=operator.next_pause or operator.pause,
        before=None,
    )


def _miss(operator: Operator, now: datetime, rules: Rules) -> Operator:
    missed = replace(operator, missed=operator.missed + 1)
    if missed.missed < rules.most_missed or missed.leaves:
        return _rest(missed, now)
    return replace(_enter(missed, S.PAUSED, now, pause=missed.next_pause or NO_ANSWER), missed=0)


def _wrap_up(operator: Operator, now: datetime, rules: Rules) -> Operator:
    if rules.wrap_up <= timedelta(0):
        return _rest(operator, now)
    return replace(operator, state=S.WRAP_UP, since=now, until=now + rules.wrap_up, before=None)


def _rest(operator: Operator, at: datetime) -> Operator:
    """After a call and its paper work: out, paused or ready, as was asked for."""
    if operator.leaves:
        return _enter(operator, S.SIGNED_OUT, at)
    if operator.next_pause is not None:
        return _enter(operator, S.PAUSED, at, pause=operator.next_pause)
    return _enter(operator, S.READY, at)


def _enter(operator: Operator, state: OperatorState, at: datetime, *, pause: Pause | None = None) -> Operator:
    """A state without a call."""
    return Operator(
        state=state,
        since=at,
        phone="" if state is S.SIGNED_OUT else operator.phone,
        pause=pause,
        missed=0 if state is S.SIGNED_OUT else operator.missed,
    )
