"""Checks observe and never judge; one file per check, and the session that drives `smtp`.

Here belongs how to look at one thing (a name, a port, a handshake, a login) and how to write down
what was seen. When a look is due is `examination`'s, what it means is `diagnosis`'s.
"""
