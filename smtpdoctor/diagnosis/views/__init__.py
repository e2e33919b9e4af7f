"""What many rules ask of a run: one question a module, answered once and kept on `Run`.

A view reads observations and the knowledge base and says what they come to together: how a look-up
failed, where a connection ended, what was met at the address. Where several codes could fit one
observation, the view decides between them by one table (`CODES`) from its typed outcome to the
code; the rules then only word the cause.

What belongs elsewhere: advice and whole sentences (`wording/`, and the rule of the code), facts
about the world (`knowledge/`), what was looked at (`checks/`). A view changes nothing, opens
nothing, and imports no rule.
"""
