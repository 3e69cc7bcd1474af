"""The subcommands of ``tongdai``, one file each, named as they are typed; wiring and words, no rules."""
