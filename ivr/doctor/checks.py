"""Our own checks for ``tongdai doctor``, in the order they are shown; those ``at_start`` also guard ``tongdai run``."""

from ivr.command import Check
from ivr.doctor.asterisk import check_asterisk
from ivr.doctor.clock import check_clock
from ivr.doctor.database import check_database
from ivr.doctor.desk import check_desk
from ivr.doctor.disk import check_disk, check_home
from ivr.doctor.processes import check_ports, check_processes
from ivr.doctor.seconds import check_seconds
from ivr.doctor.sounds import check_sounds

CHECKS = [
    Check(name="ports", check=check_ports, at_start=True),
    Check(name="asterisk", check=check_asterisk, at_start=True),
    Check(name="disk", check=check_disk, at_start=True),
    Check(name="home", check=check_home, at_start=True),
    Check(name="database", check=check_database),
    Check(name="clock", check=check_clock, at_start=True),
    Check(name="sounds", check=check_sounds),
    Check(name="desk", check=check_desk),
    Check(name="seconds", check=check_seconds),
    Check(name="processes", check=check_processes),
]
