"""A call through a city's menu: who answers, what is asked, what becomes durable when (DESIGN §2)."""

from ivr.engine.call import clean
from ivr.engine.clock import Clock
from ivr.engine.dependencies import Answer, CannotLook, Dependencies, Found, NotFound, TooMany
from ivr.engine.run import resume_call, run_call
from ivr.engine.served import Served

__all__ = [
    "Answer",
    "CannotLook",
    "Clock",
    "Dependencies",
    "Found",
    "NotFound",
    "Served",
    "TooMany",
    "clean",
    "resume_call",
    "run_call",
]
