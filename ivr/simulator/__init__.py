"""A citizen who is not one: calls as files, at the keyboard, over SIP, and as a demonstration."""

from ivr.simulator.read import ScenarioFault, read_scenario, read_scenarios
from ivr.simulator.values import Expected, Operator, Prepared, Scenario, Step

__all__ = ["Expected", "Operator", "Prepared", "Scenario", "ScenarioFault", "Step", "read_scenario", "read_scenarios"]
