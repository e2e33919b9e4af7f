"""What the rules of one area say alike: evidence and fixes in words, from what a view decided.

Nothing here decides which code fits; that is `views`.
"""
