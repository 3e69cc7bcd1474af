"""The sweep: every 30 s and at start it settles what dead processes left behind, and loses or doubles nothing."""

from ivr.sweep.once import SweepReport, sweep

__all__ = ["SweepReport", "sweep"]
