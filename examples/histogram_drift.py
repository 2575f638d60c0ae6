"""
Did the distribution change between two days? One JS distance per service, beside what chance alone gives.

Response times are counted into the same bins on both days. The distance between the days is compared with the
distance between two halves of the first day: only what stands out from that noise is drift. (Half a day has half the counts, so
this noise is a little more than that between whole days.)

    python examples/histogram_drift.py
"""

import numpy as np
from numpy.typing import NDArray

import xlogx

SERVICES = ("login", "search", "checkout", "images")
BINS = np.geomspace(1, 10_000, 41)  # milliseconds


def response_times(seed: int, checkout_slowdown: float) -> list[NDArray[np.float64]]:
    """Return a day's response times of each service, in milliseconds."""
    rng = np.random.default_rng(seed)
    medians = (20, 90, 150 * checkout_slowdown, 8)
    return [rng.lognormal(np.log(median), 0.5, 20_000) for median in medians]


def histograms(day: list[NDArray[np.float64]]) -> NDArray[np.int64]:
    """Return the counts of each service in the bins: shape (services, bins)."""
    return np.array([np.histogram(times, BINS)[0] for times in day])


def drift(monday: list[NDArray[np.float64]], tuesday: list[NDArray[np.float64]]) -> dict[str, tuple[float, float]]:
    """Return for each service the distance between the days and that between two halves of the first, in bits."""
    between = xlogx.js_distance(histograms(monday), histograms(tuesday), base="bits")
    first = histograms([times[::2] for times in monday])
    second = histograms([times[1::2] for times in monday])
    noise = xlogx.js_distance(first, second, base="bits")
    return {name: (float(b), float(n)) for name, b, n in zip(SERVICES, between, noise, strict=True)}


def main() -> None:
    """Compare two days on which only checkout became slower, by a tenth."""
    found = drift(response_times(seed=1, checkout_slowdown=1.0), response_times(seed=2, checkout_slowdown=1.1))
    print(f"{'service':10s} {'distance':>9s} {'noise':>9s}")
    for name, (distance, noise) in found.items():
        print(f"{name:10s} {distance:9.4f} {noise:9.4f}  {'DRIFT' if distance > 2 * noise else ''}".rstrip())


if __name__ == "__main__":
    main()
