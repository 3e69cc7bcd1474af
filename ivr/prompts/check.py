"""What ``tongdai prompts check`` looks at first: the texts of every city."""

from ivr.prompts.errors import PromptFaults
from ivr.prompts.items import all_items
from ivr.settings import Settings


def check(settings: Settings) -> list[str]:
    """Every fault of the texts; empty when all is well. How long they take is :mod:`ivr.city.seconds`'s to judge."""
    try:
        left_out = all_items(settings).left_out
    except PromptFaults as error:
        return [str(fault) for fault in error.faults]
    return [str(fault) for faults in left_out.values() for fault in faults]
