"""How long callers wait: a warning where the built sounds keep them longer than the city's limits."""

from ivr.city.seconds.check import warnings_of
from ivr.command import Finding
from ivr.prompts.lengths import built_lengths
from ivr.settings import Settings
from ivr.words import tr


def check_seconds(settings: Settings) -> list[Finding]:
    """Of every city, what takes longer than it may; calls are answered all the same."""
    if not built_lengths(settings):
        return [
            Finding(name="seconds", ok=True, text=tr("chưa đo: chưa dựng lời thoại", "not measured: nothing is built"))
        ]
    remedy = tr(
        "Xem: tongdai flow check; rút gọn lời trong prompts.toml", "See: tongdai flow check; shorten prompts.toml"
    )
    found = [
        Finding(
            name="seconds", ok=True, warning=True, text=f"{fault.file}: {fault.setting}: {fault.text}", remedy=remedy
        )
        for fault in warnings_of(settings)
    ]
    return found or [Finding(name="seconds", ok=True, text=tr("không lời nào quá dài", "nothing takes too long"))]
