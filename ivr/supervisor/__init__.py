"""``tongdai run``: one parent starts all processes of the hotline, keeps them up, and ends them together."""
