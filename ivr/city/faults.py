"""What keeps a city from answering: every fault of its files, all listed at once."""

from collections.abc import Sequence

from ivr.errors import TongdaiError
from ivr.settings.faults import Fault
from ivr.words import tr


class FlowFaults(TongdaiError):
    """A city cannot be used; ``faults`` lists everything that is wrong with its files."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """``faults`` holds warnings too, after what is wrong."""
        self.faults = tuple(sorted(faults, key=lambda fault: fault.warning))
        wrong = sum(not fault.warning for fault in faults)
        head = tr(f"{wrong} lỗi trong cấu hình thành phố:", f"{wrong} faults in a city's configuration:")
        super().__init__("\n".join([head, *(f"  {fault}" for fault in self.faults)]))
