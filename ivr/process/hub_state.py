"""What the hub of live pages says of itself (``/healthz``), for other processes of this machine."""

import http.client
import json
from typing import Any

from ivr.process.ports import ports
from ivr.settings import Settings

PATIENCE = 1.0
"""Seconds it has to answer."""


def hub_state(settings: Settings) -> dict[str, Any] | None:
    """Its own words; None where it does not run, or stands still."""
    (port,) = (port for port in ports(settings) if port.setting == "TONGDAI_HUB_PORT")
    connection = http.client.HTTPConnection(port.reached_at, port.number, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        said = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return said if isinstance(said, dict) else None
