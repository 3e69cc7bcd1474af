"""The figures as one table: ratios first, each with its aim and whether it is met; the same as JSON."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

SHORT = 0.25
"""Below this share of a full run the numbers of rows and calls at once shrink too; from it on only times do."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure. ``met`` is None where a figure stands beside another and has no aim of its own."""

    name: str
    value: float
    unit: str = ""
    aim: str = ""
    met: bool | None = None
    note: str = ""
    ratio: bool = False

    @property
    def shown(self) -> str:
        """The value as people read it: three digits are enough."""
        number = f"{self.value:,.0f}" if abs(self.value) >= 100 else f"{self.value:.3g}"
        return f"{number} {self.unit}".strip()


def at_most(value: float, most: float) -> bool:
    """An aim that bounds from above."""
    return value <= most


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` (0–1) of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def machine() -> str:
    """What the figures were measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _read("/proc/cpuinfo") if line.startswith("model name")), "?"
    )
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{len(os.sched_getaffinity(0))} cores ({model}), {memory:.0f} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()}; SIPp and the clients run on the same machine; "
        f"load before the run {os.getloadavg()[0]:.1f}"
    )


def markdown(rows: Iterable[Row], about: str) -> str:
    """The table."""
    ordered = sorted(rows, key=lambda row: not row.ratio)
    lines = [f"{datetime.now(UTC):%Y-%m-%d}; {about}.", "", "| figure | value | aim | met | |", "|---|---|---|---|---|"]
    words = {True: "yes", False: "**no**", None: ""}
    lines += [f"| {row.name} | {row.shown} | {row.aim} | {words[row.met]} | {row.note} |" for row in ordered]
    return "\n".join(lines)


def write_json(rows: Iterable[Row], about: str, path: Path) -> None:
    """The same for programs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {"machine": about, "at": datetime.now(UTC).isoformat(), "figures": [asdict(row) for row in rows]}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")


def _read(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()
