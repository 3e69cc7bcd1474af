"""What happens to live calls, as values: made from Asterisk's manager events, from our menu and from acts of operators.

Every value has its moment (UTC); everything about a call names its channel and its call. ``uniqueid`` is one channel
(one leg), ``linkedid`` the call that Asterisk counts it to at that moment: it changes when calls are joined, see
:mod:`ivr.callcentre.calls`. An empty ``uniqueid`` or ``linkedid`` means that the event named none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something happened at a moment."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class CallEvent(Event):
    """… to a channel of a call."""

    uniqueid: str
    linkedid: str


# --- channels ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ChannelBegan(CallEvent):
    """A channel appeared (``Newchannel``)."""

    channel: str
    """Its name, ``PJSIP/op1-0000000c``."""
    number: str = ""
    """What the network calls its caller; hostile until cleaned, and empty for who withholds it."""


@dataclass(frozen=True, kw_only=True)
class DialBegan(CallEvent):
    """A channel is being rung (``DialBegin``); ``uniqueid`` is the one that rings, whoever dials it."""


@dataclass(frozen=True, kw_only=True)
class DialEnded(CallEvent):
    """… answered, or not rung any more (``DialEnd``)."""

    status: str
    """``ANSWER``, ``NOANSWER``, ``BUSY``, ``CANCEL`` …"""

    @property
    def answered(self) -> bool:
        """Whether somebody took the call."""
        return self.status == "ANSWER"


@dataclass(frozen=True, kw_only=True)
class BridgeEntered(CallEvent):
    """A channel and the others in ``bridge`` hear each other (``BridgeEnter``)."""

    bridge: str
    swapped: str = ""
    """UNIQUEID of the channel whose place it took, at an attended transfer."""


@dataclass(frozen=True, kw_only=True)
class BridgeLeft(CallEvent):
    """A channel left its bridge (``BridgeLeave``)."""

    bridge: str


@dataclass(frozen=True, kw_only=True)
class Held(CallEvent):
    """The owner of this channel put the other side on hold (``Hold``)."""


@dataclass(frozen=True, kw_only=True)
class Unheld(CallEvent):
    """… and came back (``Unhold``); it also comes alone, before every transfer (LIVE §1)."""


class Cause(IntEnum):
    """Why a channel ended, Q.850 as Asterisk writes it: those that tell what became of a call."""

    UNKNOWN = 0
    BUSY = 17
    NO_ANSWER = 19
    ANSWERED_ELSEWHERE = 26
    MEDIA_TIMEOUT = 44
    """``rtp_timeout``: nothing came from it any more, as from a browser that died (LIVE fact 4)."""


@dataclass(frozen=True, kw_only=True)
class HungUp(CallEvent):
    """A channel ended (``Hangup``)."""

    cause: int = Cause.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class BlindTransferred(CallEvent):
    """The owner of this channel sent the other side on without waiting (``BlindTransfer``)."""

    transferee: str
    extension: str
    succeeded: bool


@dataclass(frozen=True, kw_only=True)
class AttendedTransferred(CallEvent):
    """The owner of this channel handed the other side to ``target`` after a word with it (``AttendedTransfer``)."""

    consultation: str
    """UNIQUEID of the operator's second channel …"""
    consultation_linkedid: str
    """… and the call it was until then."""
    transferee: str
    target: str
    succeeded: bool


@dataclass(frozen=True, kw_only=True)
class SpyStarted(CallEvent):
    """A supervisor's channel, a call of its own, listens to, whispers to or barges into another (``ChanSpyStart``)."""

    spied: str
    spied_linkedid: str


@dataclass(frozen=True, kw_only=True)
class SpyStopped(CallEvent):
    """… no longer (``ChanSpyStop``)."""

    spied: str
    spied_linkedid: str


# --- the queue --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CallerJoined(CallEvent):
    """A caller began to wait (``QueueCallerJoin``)."""

    queue: str
    position: int
    waiting: int
    """How many wait now, this caller among them."""


@dataclass(frozen=True, kw_only=True)
class CallerAbandoned(CallEvent):
    """A caller left unanswered (``QueueCallerAbandon``): hung up, or ``Queue()`` ended by its own time (LIVE fact 1).

    Which of the two, the next event of the channel tells: :class:`HungUp` or :class:`QueueEnded`.
    """

    queue: str
    position: int


@dataclass(frozen=True, kw_only=True)
class CallerLeft(CallEvent):
    """A caller waits no more, answered or not (``QueueCallerLeave``)."""

    queue: str


@dataclass(frozen=True, kw_only=True)
class QueueEnded(CallEvent):
    """The dialplan goes on behind ``Queue()`` (``UserEvent(TongdaiQueueEnd)``)."""

    status: str
    """``TIMEOUT``, ``FULL``, ``JOINEMPTY``, ``LEAVEEMPTY`` …; ``CONTINUE`` after a talk."""
    queue: str = ""
    """Empty where the dialplan did not say."""


@dataclass(frozen=True, kw_only=True)
class AgentEvent(CallEvent):
    """Something between a waiting caller (``uniqueid``) and an operator's telephone."""

    queue: str
    interface: str
    """The telephone as the queue knows it, ``PJSIP/op1``."""
    member: str
    """The operator's name as the queue knows it."""
    agent: str
    """UNIQUEID of the operator's channel; empty where the event has none."""


@dataclass(frozen=True, kw_only=True)
class AgentCalled(AgentEvent):
    """A telephone begins to ring for the caller (``AgentCalled``); every member of ``ringall`` has one."""


@dataclass(frozen=True, kw_only=True)
class AgentConnected(AgentEvent):
    """The operator took the caller (``AgentConnect``)."""


@dataclass(frozen=True, kw_only=True)
class AgentRingNoAnswer(AgentEvent):
    """The telephone rang in vain (``AgentRingNoAnswer``)."""

    rang: timedelta


@dataclass(frozen=True, kw_only=True)
class AgentCompleted(AgentEvent):
    """``app_queue`` thinks the talk is over (``AgentComplete``). No rule rests on it (LIVE fact 2).

    After a redirect or a take-over it comes when the *caller* leaves, and credits the first operator with everything;
    under load it may come without any channel: then ``uniqueid`` and ``linkedid`` are empty.
    """

    reason: str
    """``caller``, ``agent`` or ``transfer``."""


# --- ours: Asterisk does not know them --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RecorderBegan(CallEvent):
    """Our menu takes the caller's report; from the call's journal."""


@dataclass(frozen=True, kw_only=True)
class RecorderEnded(CallEvent):
    """… no longer."""


@dataclass(frozen=True, kw_only=True)
class CallBackAsked(CallEvent):
    """The caller asked to be called back instead of waiting; from the call's journal."""


@dataclass(frozen=True, kw_only=True)
class WrapUpEnded(CallEvent):
    """An operator finished the paper work of a talk; from the operator's state. ``uniqueid`` is empty."""

    interface: str
