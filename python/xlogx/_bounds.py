"""What xlogx promises: how far an answer may be from the exact function of the stored weights.

In units in the last place (ulp) of the answer's dtype. The tests, the benchmarks, `xlogx verify` and the documentation
read the numbers here.
"""

ULPS = {"float64": 4.0, "float32": 1.0}
