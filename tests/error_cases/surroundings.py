"""Errors of what lies around a call: the number of threads, the environment."""

from error_cases.case import ErrorCase

CASES: dict[str, tuple[ErrorCase, ...]] = {
    "Threads": (
        ErrorCase("xlogx.set_num_threads('2')", TypeError, "n, the number of threads, must be an integer, got '2'"),
        ErrorCase("xlogx.threads(0)", ValueError, "n, the number of threads, must be at least 1, got 0"),
        ErrorCase("xlogx.threads(10**6)", ValueError, "n, the number of threads, must be at most 65536, got 1000000"),
    ),
    "Environment": (
        ErrorCase(
            "xlogx.get_num_threads()",
            ValueError,
            "XLOGX_NUM_THREADS must be an integer of at least 1, got 'two'",
            environment="XLOGX_NUM_THREADS=two",
        ),
        ErrorCase(
            "xlogx.get_num_threads()",
            ValueError,
            "OMP_NUM_THREADS must be at most 65536, got '100000'",
            environment="OMP_NUM_THREADS=100000",
        ),
        ErrorCase(
            "import xlogx",
            ValueError,
            "XLOGX_BACKEND must be one of rust, numpy, got 'fortran'",
            environment="XLOGX_BACKEND=fortran",
        ),
        ErrorCase(
            "import xlogx",
            ValueError,
            "XLOGX_SIMD must be one of portable, avx2, avx512, got 'sse'",
            environment="XLOGX_SIMD=sse",
        ),
    ),
}
