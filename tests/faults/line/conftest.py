"""One Asterisk with short prompts for each test module of faults on the line."""

from collections.abc import Iterator

import pytest

from ivr.store import Store
from ivr.testing.asterisk import RunningAsterisk
from ivr.testing.line import opened, short_instance


@pytest.fixture(scope="module")
def asterisk() -> Iterator[RunningAsterisk]:
    with short_instance() as running:
        yield running


@pytest.fixture(scope="module")
def store(asterisk: RunningAsterisk) -> Iterator[Store]:
    with opened(asterisk.settings) as store:
        yield store
