"""The environment variables that a program would see: layers of them, the first that has one wins.

Knows layers and what they hide. It must not know which program reads them, nor what a variable
means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from smtpdoctor.settings.readers.model import Known, Origin, Span, Unknown, Value

#: What stands in a file that is kept away from the others: a login, and with it the server, where
#: nothing else names one. Which port or mode stands there is not asked: most have a default.
KEPT_AWAY = re.compile(r"(?i)pass|secret|token|user|login|url$|dsn$|(host|server)$")

#: The kind of layers whose variables stand in a carrier's own file.
CARRIED = "carried"


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of variables. `label` is how reports call it: `environment`, `.env`.

    `kind` tells the process's own environment, a `.env` file's, a carrier's, and standard
    input's apart. `open`: it has further variables, which are not told here (a Secret that is
    nowhere in the folder). `reader` is the reader of `.env` files that gave them, "" for none.
    """

    label: str
    values: Mapping[str, Value]
    kind: str = "file"
    open: Unknown | None = None
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """One variable as one layer has it."""

    layer: Layer
    value: Value

    @property
    def root(self) -> Origin | None:
        """Where the text comes from in the end: a variable that this one is filled from."""
        return next((step for step in self.value.trail if step.kind == "environment"), None)


@dataclass(frozen=True, slots=True)
class Variables:
    """Layers from the strongest to the weakest: an `Environment` of the readers."""

    layers: tuple[Layer, ...]
    #: Names that were asked for, with their text in place of what the layers have.
    instead: Mapping[str, str] = field(default_factory=dict)

    def lookup(self, name: str) -> Value | None:
        """The variable as the program gets it, None where nobody sets it."""
        if name in self.instead:
            return Known(self.instead[name], None, (Origin("environment", name),))
        held = self.held(name)
        return held[0].value if held else None

    def held(self, name: str) -> list[Held]:
        """Every layer's value of the variable, the one that counts first.

        Where none has it, what may be in a layer that can't be told.
        """
        found = [Held(layer, layer.values[name]) for layer in self.layers if name in layer.values]
        return found or [
            Held(layer, layer.open)
            for layer in self.layers
            if layer.open is not None and KEPT_AWAY.search(name)
        ]

    def with_(self, instead: Mapping[str, str]) -> Variables:
        """The same where these variables have other texts."""
        return replace(self, instead={**self.instead, **instead})

    def above(self, layers: Iterable[Layer]) -> Variables:
        """The same with further layers that stand before all others."""
        return replace(self, layers=(*layers, *self.layers))

    @property
    def names(self) -> list[str]:
        """Every name that some layer has."""
        return list(dict.fromkeys(name for layer in self.layers for name in layer.values))


def layer_of(label: str, values: Mapping[str, str], kind: str = "environment") -> Layer:
    """A layer of texts that stand in no file."""
    return Layer(
        label,
        {name: Known(text, None, (Origin("environment", name),)) for name, text in values.items()},
        kind,
    )


def in_file(name: str, text: str, span: Span) -> Known:
    """A variable's text that stands in a file."""
    return Known(text, span, (Origin("environment", name, span),))
