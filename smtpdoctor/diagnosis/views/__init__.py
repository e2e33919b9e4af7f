"""What many rules ask of a run: one question a module, answered once and kept on `Run`.

A view reads observations and the knowledge base and says what they come to together: how a look-up
failed, where a connection ended, what was met at the address. Where several codes could fit one
observation the view decides between them, by one table (`CODES`) from its typed outcome to the
code; the rules then only word the cause. Evidence and fixes that several rules show alike are made
here, too.

What belongs elsewhere: the words of one code (its rule), what any rule may use (`evidence`,
`fixes`), what was looked at (`checks/`), facts about the world (`knowledge/`). A view changes
nothing, opens nothing, and imports no rule.
"""
