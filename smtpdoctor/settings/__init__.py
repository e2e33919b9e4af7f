"""Settings: where they come from, what they are, what is odd about their text.

Here belongs whatever turns options, environment and files into `Settings`, says what of them may be
shown, and words a change of them. What a server makes of them does not, nor any judgement: the
rules have those. `reading` is the way in; its docstring names the steps.
"""
