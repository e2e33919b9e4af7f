"""`python -m smtpdoctor`, where the program's own command is not on the path."""

from smtpdoctor.cli import main

main()
