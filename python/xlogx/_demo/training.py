"""Screen (g): a network learns to read digits by cross-entropy, beside squared error."""

from rich.table import Table

from xlogx._demo.draw_training import draw_training
from xlogx._demo.network import EPOCHS, Array, race
from xlogx._demo.screen import Screen, Setting

TITLE = "Learning to read digits: cross-entropy beside squared error"

CODE = """\
from xlogx import losses
from xlogx._demo.network import data, predict, train
images, held_out, labels, truth = data()
history = train(losses.cross_entropy_with_grad, 0.5, images, labels, epochs={epochs})  # 64, 32 and 10 units
[losses.cross_entropy(predict(parameters, held_out), truth) for parameters in history]"""


def screen(setting: Setting) -> Screen:
    """Make screen (g)."""
    epochs = 3 if setting.quick else EPOCHS
    found = race(epochs)
    picture = setting.folder / "training.svg"
    draw_training({name: (losses, right) for name, (losses, right, _) in found.items()}, picture)
    (ours, right, seconds), (_, as_right, _), (_, slowly, _) = found.values()
    return Screen(
        body=[progress_table(found)],
        sentence=(
            f"By cross-entropy the network reads {right[-1]:.1%} of the digits that it has not seen, after {epochs} "
            f"epochs in {seconds:.1f} s. Squared error, whose pull vanishes where an answer is sure and wrong, comes to "
            f"{slowly[-1]:.1%} with the same learning rate, and to {as_right[-1]:.1%} with the best one that was found for "
            "it, twenty times as large. Loss and gradient come from one call; the rest is a page of NumPy."
        ),
        code=CODE.format(epochs=epochs),
        result=ours,
        pictures=[picture],
    )


def progress_table(found: dict[str, tuple[Array, Array, float]]) -> Table:
    """Return what each way of training came to, a row each."""
    epochs = len(next(iter(found.values()))[0]) - 1
    shown = sorted({1, min(3, epochs), min(10, epochs), epochs})
    table = Table(
        title="held-out digits read rightly after so many epochs, and the last cross-entropy", title_justify="left"
    )
    table.add_column("")
    for column in (*map(str, shown), "nats", "seconds"):
        table.add_column(column, justify="right")
    for name, (losses, right, seconds) in found.items():
        table.add_row(name, *(f"{right[epoch]:.1%}" for epoch in shown), f"{losses[-1]:.3f}", f"{seconds:.2f}")
    return table
