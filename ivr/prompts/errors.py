"""What can be wrong with prompts, as a person who edits or builds them must see it."""

from collections.abc import Sequence

from ivr.errors import TongdaiError
from ivr.settings.faults import Fault
from ivr.words import tr


class PromptError(TongdaiError):
    """Prompts are missing, wrong or cannot be built."""


class PromptFaults(PromptError):
    """All faults found in the prompts at once, one a line: of their files, or sentences on what was built."""

    def __init__(self, faults: Sequence[Fault | str]) -> None:
        self.faults = list(faults)
        heading = tr(f"Lời thoại có {len(self.faults)} lỗi:", f"{len(self.faults)} faults in the prompts:")
        super().__init__("\n  ".join([heading, *map(str, self.faults)]))
