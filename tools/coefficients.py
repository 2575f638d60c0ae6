"""Regenerates src/math/coefficients.rs: every polynomial of the kernels, by Chebyshev interpolation in 60 digits.

Run `python tools/coefficients.py` to print the file, `--write` to replace it, `--check` to compare.
Needs mpmath alone.
"""

import sys
from pathlib import Path

import mpmath as mp

mp.mp.dps = 60
TARGET = Path(__file__).parent.parent / "src" / "math" / "coefficients.rs"


def atanh_tail(t: mp.mpf) -> mp.mpf:
    """A(t) = (atanh(√t)/√t − 1)/t = 1/3 + t/5 + t²/7 + …"""
    if t < mp.mpf("1e-12"):
        return mp.fsum(t**k / (2 * k + 3) for k in range(8))
    root = mp.sqrt(t)
    return (mp.atanh(root) / root - 1) / t


def jensen_shannon(t: mp.mpf) -> mp.mpf:
    """G(t) = (g(√t)/t − 1)/t with g(s) = (1+s)log(1+s) + (1−s)log(1−s); G = 1/6 + t/15 + … + t^(k−1)/((k+1)(2k+1)) + …"""
    if t < mp.mpf("1e-12"):
        return mp.fsum(t**k / ((k + 2) * (2 * k + 3)) for k in range(8))
    s = mp.sqrt(t)
    return (((1 + s) * mp.log1p(s) + (1 - s) * mp.log1p(-s)) / t - 1) / t


def exponential_tail(r: mp.mpf) -> mp.mpf:
    """G(r) = (2^r − 1 − r·ln2)/r² = ln²2/2 + r·ln³2/6 + …"""
    x = r * mp.log(2)
    if abs(x) < mp.mpf("1e-12"):
        return mp.log(2) ** 2 * mp.fsum(x**k / mp.factorial(k + 2) for k in range(8))
    return (mp.exp(x) - 1 - x) / r**2


def polynomial(name, function, upper, degree, meaning, variable="t", lower="0"):
    """One constant: coefficients from the constant term up, with the error that the fit leaves."""
    coefficients, error = mp.chebyfit(function, [mp.mpf(lower), mp.mpf(upper)], degree + 1, error=True)
    relative = error / function(mp.mpf(0))
    rows = [f"    {float(c)!r}," for c in reversed(coefficients)]
    fit = f"{lower} ≤ {variable} ≤ {upper}: relative error of the fit 2^{float(mp.log(relative, 2)):.1f}"
    head = f"/// {meaning}, {fit}."
    return "\n".join([head, f"pub const {name}: [f64; {degree + 1}] = [", *rows, "];"])


def split(name, value, meaning):
    """A constant as the nearest float64 and the nearest float64 of what is left."""
    head = float(value)
    tail = float(value - mp.mpf(head))
    return (
        f"/// {meaning}\npub const {name}: f64 = {head!r};\n/// The rest of it.\npub const {name}_LOW: f64 = {tail!r};"
    )


def render() -> str:
    ln2 = mp.log(2)
    parts = [
        "//! Written by tools/coefficients.py; a test runs it again and compares.\n",
        split("LN_2", ln2, "ln 2"),
        split("LOG2_E", 1 / ln2, "1 / ln 2, nats to bits"),
        split("TWO_LOG2_E", 2 / ln2, "2 / ln 2"),
        polynomial("ATANH_TAIL", atanh_tail, "0.0545", 7, "A(t) = (atanh(√t)/√t − 1)/t for float64"),
        polynomial("ATANH_TAIL_SINGLE", atanh_tail, "0.0545", 3, "A(t) for float32 input"),
        polynomial(
            "JENSEN_SHANNON",
            jensen_shannon,
            "0.25",
            11,
            "G(t) = (g(√t)/t − 1)/t, g(s) = (1+s)log(1+s) + (1−s)log(1−s), for float64",
        ),
        polynomial("JENSEN_SHANNON_SINGLE", jensen_shannon, "0.25", 6, "G(t) for float32 input"),
        polynomial("EXPONENTIAL", exponential_tail, "0.51", 10, "(2^r − 1 − r·ln2)/r² for float64", "r", "-0.51"),
        polynomial("EXPONENTIAL_SINGLE", exponential_tail, "0.51", 5, "The same for float32 input", "r", "-0.51"),
        polynomial("EXPONENTIAL_IN_SINGLE", exponential_tail, "0.51", 4, "The same for float32 lanes", "r", "-0.51"),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    text = render()
    if "--write" in sys.argv:
        TARGET.write_text(text)
    elif "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text() == text else "src/math/coefficients.rs is not what the script writes")
    else:
        print(text, end="")
