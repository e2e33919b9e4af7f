"""One run: which check goes when, what is tried beside. Decides what to observe, never judges."""
