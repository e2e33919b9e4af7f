"""From observations to named causes. Pure: no I/O, no clock.

`views` decide between codes, `rules` word one cause each, `wording` has what several of them say
alike, `engine` keeps the causes and drops their consequences. How a cause looks on a screen does
not belong here, nor does anything that asks the network or the machine.
"""
