"""Screen (e): the error of each library as q goes to p."""

import numpy as np
from rich.table import Table
from scipy.stats import entropy as scipy_entropy

import xlogx
from xlogx._demo.draw_error import draw_error
from xlogx._demo.error_curves import ErrorCurves, measure, near_pair, numpy_kl
from xlogx._demo.screen import Screen, Setting

TITLE = "Near-equal distributions: which digits are right?"

CODE = """\
import numpy as np, scipy.stats, xlogx
rng = np.random.default_rng(0)
p = rng.random(1000)
q = p * (1 + 1e-9 * rng.standard_normal(1000))
p, q = p / p.sum(), q / q.sum()
scipy.stats.entropy(p, q), np.sum(p * np.log(p / q)), xlogx.kl_divergence(p, q)"""


def screen(setting: Setting) -> Screen:
    """Make screen (e)."""
    found = measure(setting.quick)
    picture = setting.folder / "error.svg"
    draw_error(found.closeness, {"KL divergence": found.kl_divergence, "JS distance": found.js_distance}, picture)
    ours = max(max(found.kl_divergence["xlogx"]), max(found.js_distance["xlogx"]))
    p, q = near_pair(1000, 1e-9, seed=0)
    return Screen(
        body=[error_table(found)],
        sentence=(
            f"The largest relative error of xlogx here is {ours:.1e} (2⁻⁵², the spacing of float64 at 1, is 2.2e-16). "
            "An error above 1 means that no digit is right, nor need the sign be. "
            "The truth is mpmath's, with 60 digits, of the stored weights."
        ),
        code=CODE,
        result=(scipy_entropy(p, q), numpy_kl(p, q), xlogx.kl_divergence(p, q)),
        pictures=[picture],
    )


def error_table(found: ErrorCurves) -> Table:
    """Return the errors as a table: a row a closeness."""
    table = Table(title="relative error, worst of the pairs tried", title_justify="left")
    table.add_column("p and q differ by", justify="right")
    for measure_name, curves in (("KL", found.kl_divergence), ("JS distance", found.js_distance)):
        for name in curves:
            table.add_column(f"{measure_name}\n{name}", justify="right")
    for row, closeness in enumerate(found.closeness):
        errors = [curve[row] for curves in (found.kl_divergence, found.js_distance) for curve in curves.values()]
        table.add_row(f"{closeness:.0e}", *(_error(error) for error in errors))
    return table


def _error(error: float) -> str:
    if np.isnan(error):
        return "[red]nan[/]"
    return f"[red]{error:.0e}[/]" if error >= 1 else f"{error:.0e}"
