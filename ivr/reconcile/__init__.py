"""Reconciliation: calls, recordings, tickets, spool and work compared with one another, each gap with its remedy."""

from ivr.reconcile.compare import Reconciliation, reconcile
from ivr.reconcile.gaps import Gap, Standing, What, remedy, sentence

__all__ = ["Gap", "Reconciliation", "Standing", "What", "reconcile", "remedy", "sentence"]
