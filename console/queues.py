"""What people call the queues in which callers wait."""

from console import context
from console.gettext import gettext as _
from console.language import language
from ivr.city.city import queue_name
from ivr.city.fields import OPERATOR
from ivr.city.lines import find_lines


def queue_labels() -> dict[str, str]:
    """Whom or what each queue is for, and of which city where there are several; by name of the queue."""
    lines = find_lines(context.settings())
    several = len({line.city for line in lines}) > 1
    labelled = {}
    for line in lines:
        words = context.cities().get(line.city)
        if line.rules.name is not None:
            name = line.rules.name.of(language())
        else:
            name = _("Người trực") if line.name == OPERATOR else words.category(line.name, language())
        of_city = f" · {words.city.name.of(language())}" if several and words.city is not None else ""
        labelled[queue_name(line.city, line.name)] = f"{name}{of_city}"
    return labelled
