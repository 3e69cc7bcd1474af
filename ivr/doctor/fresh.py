"""A home in which nothing has run yet: what `tongdai run` makes there at its first start is no fault."""

from ivr.settings import Settings
from ivr.words import tr


def is_fresh(settings: Settings) -> bool:
    """Whether no hotline has run in this home: the first start makes the spool."""
    return not settings.spool.exists()


def comes_at_first_start() -> str:
    """What is said of a thing that is not there yet and need not be."""
    return tr("`tongdai run` tạo khi chạy lần đầu", "`tongdai run` makes it at its first start")
