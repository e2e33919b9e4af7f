"""One run: which check goes when, on which connection, and what is tried beside. It never judges.

`order` is the line of checks; `sessions`, `knocks` and `machine` look; `strategy` says, without
looking, what is worth a look next; `shared` has what runs make together; `plan` and `options` say
what is wanted. What a look finds belongs to `checks`, what it means to `diagnosis`.
"""
