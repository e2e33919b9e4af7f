"""The environment variables that a program would see: layers of them, the first that has one wins.

Knows layers and what they hide. It must not know which program reads them, nor what a variable
means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from smtpdoctor.settings.readers.model import Known, Origin, Span, Value


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of variables. `label` is how reports call it: `environment`, `.env`.

    `kind` tells the process's own environment, a file's, and standard input's apart. `reader` is
    the reader of `.env` files that gave them, "" for none.
    """

    label: str
    values: Mapping[str, Value]
    kind: str = "file"
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """One variable as one layer has it."""

    layer: Layer
    value: Value


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
        """Every layer's value of the variable, the one that counts first."""
        return [Held(layer, layer.values[name]) for layer in self.layers if name in layer.values]

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
