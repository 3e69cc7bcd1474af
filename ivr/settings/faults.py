"""A fault of a file that people write: it names file, node and setting, so that all can be listed at once."""

from dataclasses import dataclass

from ivr.words import tr


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault; ``node`` and ``setting`` are empty where none applies.

    ``file`` of a city is relative to ``config/cities``. A warning is shown but does not keep a city from answering.
    """

    file: str
    text: str
    node: str = ""
    setting: str = ""
    warning: bool = False

    def __str__(self) -> str:
        """``da-nang/menu.toml: node menu, keys.3: what is wrong``."""
        places = [tr(f"nút {self.node}", f"node {self.node}") if self.node else "", self.setting]
        where = ", ".join(place for place in places if place)
        mark = tr("cảnh báo: ", "warning: ") if self.warning else ""
        return f"{self.file}: {mark}{where + ': ' if where else ''}{self.text}"
