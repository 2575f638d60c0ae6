"""What a screen is: something to look at, one sentence, and the Python that reproduces it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rich.console import RenderableType


@dataclass(frozen=True)
class Setting:
    """Where the pictures go, and whether the screens are to be small (for tests)."""

    folder: Path
    quick: bool = False


@dataclass(frozen=True)
class Screen:
    """
    One screen of the demo.

    Attributes
    ----------
    body : sequence of rich renderables
        The tables.
    sentence : str
        What is to be seen in them.
    code : str
        Python whose last line is an expression with the screen's main result as its value; it runs as it stands.
    result : object
        That value, as the screen computed it.
    pictures : sequence of Path
        The files that were drawn.
    """

    body: Sequence[RenderableType]
    sentence: str
    code: str
    result: object
    pictures: Sequence[Path] = field(default=())


class ScreenModule(Protocol):
    """A module of this package that makes one screen."""

    TITLE: str

    def screen(self, setting: Setting) -> Screen:
        """Measure, draw, and return the screen."""
