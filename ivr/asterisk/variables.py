"""Names that our server and Asterisk share: the channel variables of docs/asterisk.md.

The dialplan template spells them out, so that it reads as any dialplan does; tests/ivr/asterisk/test_variables.py holds
template, this module and the document together. A name changed here alone would cost calls: a PBX may still run the
dialplan it included last year.
"""

from typing import Final

CITY: Final = "TONGDAI_CITY"
"""Set by the dialplan from the number dialled: the id of the city whose menu answers."""
CALLED: Final = "TONGDAI_CALLED"
"""Set by the dialplan: the number dialled, as the carrier wrote it."""
STAGE: Final = "TONGDAI_STAGE"
"""Set by the server: how far the report is safe, a value of :class:`ivr.phone.Stage`."""
TAKE: Final = "TONGDAI_TAKE"
"""Set by the server: path of the file being recorded; the fallback looks at its size."""
LANGUAGE: Final = "TONGDAI_LANGUAGE"
"""Set by the server: ``vi`` or ``en``, what the fallback speaks."""
DONE: Final = "TONGDAI_DONE"
"""Set by the server as its last act; while it is empty, the end of the script hands the call to the fallback."""
CALL: Final = "TONGDAI_CALL"
"""Set by the server before a queue: the call's name, by which it is asked to go on."""
QUEUE: Final = "TONGDAI_QUEUE"
"""Set by the server as its last act before a queue: the queue in which the caller is to wait."""
WAIT: Final = "TONGDAI_WAIT"
"""Set by the server before a queue: the most seconds that the caller waits there."""
PRIORITY: Final = "TONGDAI_PRIORITY"
"""Set by the server before a queue: the larger, the sooner it is this caller's turn."""
ENTERED: Final = "TONGDAI_ENTERED"
"""The dialplan's own: the queue in which the caller waits, or waited last."""
PLACE: Final = "TONGDAI_PLACE"
"""The dialplan's own: the place in it that the caller had and has again."""
ASKED: Final = "TONGDAI_ASKED"
"""The dialplan's own: the server has the call; a caller who hangs up while it has not is reported to it."""
SOUNDS: Final = "TONGDAI_SOUNDS"
"""The fallback's own: the folder of the sounds in the caller's language."""
FILE: Final = "TONGDAI_FILE"
"""The fallback's own: path of its recording, without extension."""
ENDING: Final = "TONGDAI_ENDING"
"""The fallback's own: the extension of that file, the line's encoding or ``wav``."""
NUMBER: Final = "TONGDAI_NUMBER"
"""The fallback's own: the caller's number, empty for who asked the network not to show it."""
BEGAN: Final = "TONGDAI_BEGAN"
"""The fallback's own: when its recording began, in seconds since 1970."""
REFUSED: Final = "TONGDAI_REFUSED"
"""Set by the dialplan, for all calls: how many were refused since Asterisk began."""
KEYS: Final = "TONGDAI_KEYS"
"""What ``Read`` puts the caller's keys into; the dialplan does not know it."""

READ_STATUS: Final = "READSTATUS"
"""Set by ``Read``: ``OK``, ``TIMEOUT``, ``HANGUP`` …"""
QUEUE_STATUS: Final = "QUEUESTATUS"
"""Set by ``Queue``: why the caller is not in it any more …"""
NOBODY_THERE: Final = frozenset({"", "JOINEMPTY", "JOINUNAVAIL", "LEAVEEMPTY", "LEAVEUNAVAIL"})
"""… because there is no telephone to ring; empty where there is no such queue."""
LINKED_ID: Final = "CHANNEL(linkedid)"
"""The id that all channels of one call share."""
ENCODING: Final = "CHANNEL(audioreadformat)"
"""How the line's sound arrives, ``alaw``, ``ulaw`` …: recorded so, nothing of it is translated."""
TALKING: Final = "TALK_DETECT(set)"
"""Milliseconds of silence, and the mean magnitude of sound, from which Asterisk says that the caller talks or not."""
LIMIT: Final = "TIMEOUT(absolute)"
"""Seconds from the moment it is set until the dialplan takes the call to extension ``T``: the dead-man's switch."""


def value_of(name: str) -> str:
    """The expression that Asterisk replaces by the variable's value: ``${NAME}``."""
    return f"${{{name}}}"
