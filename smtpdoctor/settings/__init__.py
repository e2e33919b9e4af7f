"""Settings: where they come from, what they are, what is odd about their text."""
