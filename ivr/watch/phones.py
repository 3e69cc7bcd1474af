"""Which telephones on the line are people's who answer for the city: those that the menu may ring."""

from ivr.city.desk import load_desk
from ivr.city.lines import find_lines
from ivr.settings import Settings


def find_phones(settings: Settings) -> frozenset[str]:
    """Interfaces, ``PJSIP/op1``. Numbers behind a trunk have the trunk's and are known by being rung alone."""
    fixed = {telephone for line in find_lines(settings) for telephone in line.telephones}
    at_desks = {telephone.interface for telephone in load_desk(settings.config).telephones.values()}
    return frozenset(
        telephone for telephone in fixed | at_desks if "@" not in telephone and not telephone.startswith("Local/")
    )
