"""What the DNS says about one sender, without I/O: the question, what follows from the answers.

Stands over `spf` and `mail_policy`; asking the DNS is a check's, wording a cause is a rule's.
"""
