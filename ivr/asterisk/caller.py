"""Who calls, from the header that Asterisk sends before the first command of a call."""

from collections.abc import Callable, Mapping

from ivr.phone import Caller

UNKNOWN = "unknown"
"""What AGI writes where there is nothing."""


def caller_of(
    header: Mapping[str, str],
    *,
    city: str,
    hide_withheld: bool,
    read_name: Callable[[str], tuple[str, bool]] = lambda name: (name, False),
) -> Caller:
    """The caller, as the network said it: hostile until cleaned.

    :param hide_withheld: number and name of who asked the network not to show them are left out.
    :param read_name: finds whether the name says that the call is a trial (:mod:`ivr.asterisk.trial_calls`).
    """
    name, trial = read_name(_known(header, "agi_calleridname"))
    hidden = hide_withheld and _is_withheld(header.get("agi_callingpres", ""))
    return Caller(
        number="" if hidden else _known(header, "agi_callerid"),
        name="" if hidden else name,
        called=_known(header, "agi_dnid") or header["agi_extension"],
        uniqueid=header.get("agi_uniqueid", ""),
        linkedid="",
        city=city,
        trial=trial,
    )


def _known(header: Mapping[str, str], name: str) -> str:
    value = header.get(name, "")
    return "" if value == UNKNOWN else value


def _is_withheld(presentation: str) -> bool:
    """Whether the caller asked that their number is not shown, by the two bits that say so (Q.931, octet 3a).

    The number comes along all the same where the network trusts us with it (``Privacy: id`` beside an identity).
    """
    return presentation.isdecimal() and int(presentation) & 0x60 == 0x20
