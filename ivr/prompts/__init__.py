"""What the hotline says: texts as data, checked, built into sounds before any call, and found again by the engine."""

from ivr.prompts.build import build
from ivr.prompts.catalogue import Catalogue, load_catalogue
from ivr.prompts.check import check
from ivr.prompts.errors import PromptError

__all__ = ["Catalogue", "PromptError", "build", "check", "load_catalogue"]
