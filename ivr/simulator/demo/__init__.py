"""The demonstration: one citizen's way on real parts, from the first ring to the state heard in a second call."""
