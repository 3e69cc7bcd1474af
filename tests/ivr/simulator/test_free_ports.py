"""Ports for demonstrations and tests: below the kernel's own, and no two processes are given the same."""

import socket
import subprocess
import sys

from ivr.process.ports import LOOPBACK
from ivr.simulator.free_ports import free_ports, free_range

ASKS = (
    "import sys; from ivr.simulator.free_ports import *; "
    "print(*free_ports(20), *free_range(100), flush=True); sys.stdin.read()"
)


def test_processes_that_live_at_the_same_time_share_no_port() -> None:
    given = [*free_ports(20), *free_range(100)]
    ends = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        subprocess.Popen([sys.executable, "-c", ASKS], **ends) as first,
        subprocess.Popen([sys.executable, "-c", ASKS], **ends) as second,
    ):
        for process in (first, second):
            assert process.stdout is not None
            given += [int(number) for number in process.stdout.readline().split()]
        for process in (first, second):
            process.communicate()
    assert len(given) == len(set(given)) == 360
    assert max(given) < 32768


def test_a_taken_port_is_passed_over_and_the_next_question_gets_others() -> None:
    (number,) = free_ports(1)
    with socket.create_server((LOOPBACK, number + 1)):
        later = free_ports(3)
    assert number not in later
    assert number + 1 not in later


def test_ranges_that_are_asked_for_one_after_another_are_different_ones() -> None:
    first, second = free_range(100), free_range(100)
    assert len(first) == len(second) == 100
    assert set(first).isdisjoint(second)
