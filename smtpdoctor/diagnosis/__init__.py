"""From observations to named causes. Pure: no I/O, no clock."""
