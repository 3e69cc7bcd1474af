"""Operators who ask for acts as a page does, and what becomes of them. Imported by tests alone."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from ivr.callcentre.acts import Why
from ivr.callcentre.operators import Operator
from ivr.model import Role, Wanted
from ivr.services import operator_acts, operators, people
from ivr.services.operator_acts import ActRefused
from ivr.settings import Settings
from ivr.store import Store
from ivr.testing.asterisk import PATIENCE, wait_for

PASSWORD = "bốn-từ-ngẫu-nhiên-đó"  # noqa: S105  # of a test


class AtDesk:
    """A person with an account who works at a telephone."""

    def __init__(self, settings: Settings, store: Store, username: str, role: Role = Role.OPERATOR) -> None:
        self._instance, self._store = settings.instance, store
        with store.transaction() as session:
            people.create_person(session, username, username.title(), role, PASSWORD, datetime.now(UTC))
        with store.reading() as session:
            self.person = people.get_person(session, username)

    def asks(self, wanted: Wanted, *, of: "AtDesk | None" = None, phone: str = "", reason: str = "") -> Why | None:
        """Ask for an act and wait for the answer: None where it was done."""
        act_id = str(uuid4())
        with self._store.transaction() as session:
            operator_acts.ask(
                session, act_id, self._instance, self.person, (of or self).person.id, wanted, datetime.now(UTC),
                phone=phone, reason=reason,
            )  # fmt: skip
        ended = time.monotonic() + PATIENCE
        while time.monotonic() < ended:
            with self._store.reading() as session:
                try:
                    if operator_acts.is_answered(session, act_id):
                        return None
                except ActRefused as refused:
                    return refused.why
            time.sleep(0.02)
        raise AssertionError(f"{wanted}: no answer")

    def until_asked(self, wanted: Wanted) -> None:
        """Ask until it is done or is so: Asterisk says a moment late that a telephone is there."""
        wait_for(lambda: self.asks(wanted) in (None, Why.ALREADY), f"{wanted} is never done")

    def now(self) -> Operator:
        """The state, as its row has it."""
        with self._store.reading() as session:
            return operators.find_own(session, self._instance, self.person).operator

    def until(self, is_so: Callable[[Operator], bool]) -> Operator:
        """The state, once it is so."""
        wait_for(lambda: is_so(self.now()), f"{self.person.username} is not so")
        return self.now()
