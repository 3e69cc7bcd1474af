"""Whether this machine is fit: the checks of ``tongdai doctor``, some of which also guard ``tongdai run``."""
