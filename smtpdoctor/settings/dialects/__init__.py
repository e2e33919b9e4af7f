"""The programs whose settings are read as they stand, one file each, with its data beside it.

What belongs here: by which marks a program is found in a folder, which options it reads from
where, and what they come to in it. What does not: how a file is parsed (`readers`), how a change
is written and what is shown (`setup`), what is wrong with it (`diagnosis`). Adding a program
touches no other file.
"""
