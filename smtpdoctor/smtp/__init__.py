"""The SMTP protocol as a client sees it, without I/O: bytes in, events out.

No module in here but the session knows sockets or asyncio, and none judges what a server did.
"""
