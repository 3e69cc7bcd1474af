"""All we say to Asterisk and write for it: AGI, AMI, its configuration, how to start it and ask it."""

from ivr.asterisk.control import active_calls, cli, command, fully_booted, prepare, refused_calls
from ivr.asterisk.install import AsteriskInstall, AsteriskMissing, find_asterisk, get_asterisk
from ivr.asterisk.logins import Logins, load_logins
from ivr.asterisk.rendering import configuration_folder, render, render_site

__all__ = [
    "AsteriskInstall",
    "AsteriskMissing",
    "Logins",
    "active_calls",
    "cli",
    "command",
    "configuration_folder",
    "find_asterisk",
    "fully_booted",
    "get_asterisk",
    "load_logins",
    "prepare",
    "refused_calls",
    "render",
    "render_site",
]
