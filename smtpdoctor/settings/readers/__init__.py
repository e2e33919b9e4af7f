"""Files of a folder → values with their places, or "can't tell, because …".

One way to read code and configuration. Nothing of the folder is executed or imported; whatever
the bytes, no reader raises. Readers must not know what a setting means to a program: dialects do.

    from smtpdoctor.settings.readers.project import Project

    project = Project(files, environment)      # files.read(path) -> bytes | None
                                               # environment.lookup(name) -> Value | None
    mailer = project.module("mailer.js")       # a file of code, or Unknown
    for call in mailer.calls("createTransport"):
        if call.reached is not False:          # no condition excludes it
            secure = call.argument(0).at("secure")

    compose = project.document("compose.yml")  # YAML, JSON, TOML, properties, INI, …, or Unknown
    compose.at("services", "app", "environment", "SMTP_HOST")

A `Value` (`model`) is one of two:

- `Known(value, span, trail)`: `value` in the language's own type: str, int, float, bool, None,
  `ABSENT` (undefined, or nothing under that key), `Map`, `List`, `Symbol`, or a function.
  `span` is the expression asked about; `written` the characters to change (the line of the
  `.env`, a constant's value); `trail` the way between, `variables` the environment variables on
  it. `value.absent` is true for null, undefined and what is not there.
- `Unknown(reason, text, span, alternatives)`: it can't be told, and is never "not set". Its
  `get` and `at` are Unknown again.

Whether a language takes a value for true: `truth(known.value, "javascript")`; `"false"` is.
A `Map` keeps its entries in order, with repeated keys; `entry(key).span` has key and value.

A `Module` answers `calls(*names)` (`reached`, `argument(place, name)`, `named()`, `target`,
`uses()`: what happens to the call's variable, `block`, `result`), `assignments(*path)`,
`value(*path)` (a name of the file in the end), `functions()`, `classes()`,
`result(function, *arguments)`. A `Document` answers `at(*path)`, `root` and `parts`.

YAML scalars keep `raw` and `style`: `yaml.resolved(value, "1.1")` is what PyYAML and Psych make
of them. `${…}` in documents stays: `interpolation` has compose's and Spring's rules.

`ABSENT` in Python and Ruby is a variable that has to be set and isn't (`os.environ["X"]`,
`ENV.fetch("X")`); where the language answers null, it is None. PHP's variables keep their `$`:
`module.value("$mail")`, and `module.returned` is what a file returns. Where a condition can't be
told, `alternatives` of the Unknown are the ways. A `.env` is `dotenv`'s.
"""
