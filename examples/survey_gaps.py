"""
Did people's answers change from one survey to the next, although the questionnaire did?

Each wave asks three age groups for their health. The first form had no "fair", the oldest were not asked in the second
wave, and some gave no answer. Only what both waves of a pair offered can be compared: an empty cell is NaN, and its
position is dropped from both waves; the last column is no answer at all, and is left out. (At some eight hundred
answers a group, chance alone gives a distance of a few hundredths.)

    python examples/survey_gaps.py
"""

import io
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

import xlogx

WAVES = ("2016", "2020", "2024")
AGES = ("18-39", "40-64", "65+")
# Made up. Rows go through the waves, and within each through the ages.
TABLE = """\
very good,good,fair,poor,very poor,no answer
312,404,,71,22,40
200,400,,140,60,38
88,230,,130,60,51
240,330,170,52,18,22
100,200,250,70,30,29
,,,,,
130,250,230,140,74,67
95,210,240,78,35,35
70,190,170,116,52,48
"""
IS_ANSWER = np.array([True, True, True, True, True, False])


def counts() -> NDArray[np.float64]:
    """Return how often each answer came, NaN where it could not come: shape (waves, ages, answers)."""
    table = np.genfromtxt(io.StringIO(TABLE), delimiter=",", skip_header=1)
    return table.reshape(len(WAVES), len(AGES), -1)


def evenness(waves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how divided each group was: 0 if all gave one answer, 1 if all answers on offer came alike."""
    offered = (~np.isnan(waves) & IS_ANSWER).sum(axis=-1)
    entropies = xlogx.entropy(waves, where=IS_ANSWER, nan_policy="omit", base="bits")
    return np.asarray(entropies / np.log2(np.maximum(offered, 2)))  # NaN where nothing was offered


def changes(waves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each wave from the one before, 0 to 1, over the answers that both offered."""
    distances = xlogx.js_distance(waves[:-1], waves[1:], where=IS_ANSWER, nan_policy="omit", base="bits")
    return np.asarray(distances)


def main() -> None:
    """Print both, a column for each group; a group that was not asked has a dash."""
    waves = counts()
    print(f"{'':22s}" + "".join(f"{age:>8s}" for age in AGES))
    steps = [f"{before} to {after}" for before, after in pairwise(WAVES)]
    for title, names, rows in (("divided", WAVES, evenness(waves)), ("changed", steps, changes(waves))):
        for name, row in zip(names, rows, strict=True):
            print(f"{title} {name:14s}" + "".join("       –" if np.isnan(x) else f"{x:8.3f}" for x in row))


if __name__ == "__main__":
    main()
