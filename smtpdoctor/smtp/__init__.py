"""The SMTP protocol as a client sees it, without I/O: bytes in, events out.

No module in here knows sockets or asyncio, records anything, or judges what a server did.
"""
