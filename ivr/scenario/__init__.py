"""A call as a file: what a citizen does, what must be heard, what must be filed (docs/scenarios.md)."""

from ivr.scenario.read import ScenarioFault, read_scenario
from ivr.scenario.values import Expected, Operator, Prepared, Scenario, Step

__all__ = ["Expected", "Operator", "Prepared", "Scenario", "ScenarioFault", "Step", "read_scenario"]
