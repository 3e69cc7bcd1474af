"""The spool: reports and call journals on disk before any database hears of them (docs/spool.md)."""

from ivr.durable import Held
from ivr.model.journal import CallJournal, Step
from ivr.spool.call import blank, call_of
from ivr.spool.fallback import Fallback, find_fallbacks
from ivr.spool.journal import Journal, JournalFault, end_journal, find_journals, read_journal
from ivr.spool.sidecar import Sidecar, SidecarFault, SidecarState
from ivr.spool.spool import Spool, SpoolUnwritable

__all__ = [
    "CallJournal",
    "Fallback",
    "Held",
    "Journal",
    "JournalFault",
    "Sidecar",
    "SidecarFault",
    "SidecarState",
    "Spool",
    "SpoolUnwritable",
    "Step",
    "blank",
    "call_of",
    "end_journal",
    "find_fallbacks",
    "find_journals",
    "read_journal",
]
