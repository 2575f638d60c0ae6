"""The command line of the demo: shows the screens one after the other and names the pictures."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

import xlogx
from xlogx._demo import closeness, digits, files, one_pair, speed, training, triangle
from xlogx._demo.screen import Screen, ScreenModule, Setting

SCREENS: dict[str, ScreenModule] = {
    "a": digits,
    "b": one_pair,
    "c": triangle,
    "d": files,
    "e": closeness,
    "f": speed,
    "g": training,
}

# Piped output has no width of its own; the two 10 × 10 tables stand side by side at this one.
PIPED_WIDTH = 100


def run(words: list[str]) -> int:
    """Parse `words` and run the demo; returns the exit status."""
    app = typer.Typer(add_completion=False)
    app.command("demo")(demo)
    try:
        app(args=words, prog_name="xlogx demo")
    except SystemExit as end:  # how a Typer application ends, also after an error that it has printed
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the pictures (SVG).")] = Path("xlogx-demo"),
    quick: Annotated[bool, typer.Option("--quick", help="Small inputs: seconds, for tests.")] = False,
    only: Annotated[str, typer.Option(help="Letters of the screens to show, such as 'ae'.")] = "abcdefg",
) -> None:
    """Entropy, cross-entropy, KL and JS on real data: seven screens, under a minute."""
    unknown = [letter for letter in only if letter not in SCREENS]
    if unknown:
        raise typer.BadParameter(f"there is no screen {unknown[0]!r}; there are {', '.join(SCREENS)}")
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    start = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    console.print(Text(_about()))
    pictures: list[Path] = []
    for letter in only:
        module = SCREENS[letter]
        console.print()
        console.rule(f"[bold]{letter}  {module.TITLE}", align="left")
        screen = module.screen(Setting(out, quick))
        show(console, screen)
        pictures.extend(screen.pictures)
    console.rule()
    screens = "1 screen" if len(only) == 1 else f"{len(only)} screens"
    console.print(Text(f"{screens} in {time.perf_counter() - start:.0f} s. Pictures in {out.resolve()}:"))
    for picture in pictures:
        console.print(Text(f"  {picture.name}"))


def show(console: Console, screen: Screen) -> None:
    """Print one screen: its tables, its sentence, its code, and the names of its pictures."""
    for part in screen.body:
        console.print(part)
        console.print()
    console.print(Text(screen.sentence))
    console.print()
    console.print(Padding(Syntax(screen.code, "python", theme="ansi_light", word_wrap=True), (0, 0, 0, 2)))
    if screen.pictures:
        names = ", ".join(picture.name for picture in screen.pictures)
        console.print(Text(f"\npicture: {names}", style="dim"))


def _about() -> str:
    """Return the first line: which xlogx this is."""
    config = xlogx.show_config(as_dict=True)
    return "xlogx " + ", ".join(f"{name} {value}" for name, value in config.items())
