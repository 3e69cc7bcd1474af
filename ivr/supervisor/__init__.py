"""``tongdai run``: one parent starts the rooms as processes, keeps them up, and ends them together."""
