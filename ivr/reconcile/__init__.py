"""Reconciliation: calls, recordings, tickets, spool and work compared with one another, each gap with its remedy."""

from ivr.reconcile.compare import Reconciliation, reconcile
from ivr.reconcile.gaps import Gap, GapKind, Severity, remedy, sentence

__all__ = ["Gap", "GapKind", "Reconciliation", "Severity", "reconcile", "remedy", "sentence"]
