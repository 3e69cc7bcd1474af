"""What people configure: the settings of an instance, and TOML files read, held against their shape and judged."""

from ivr.settings.settings import Settings, SettingsError, load_settings

__all__ = ["Settings", "SettingsError", "load_settings"]
