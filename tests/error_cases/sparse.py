"""Errors of sparse references."""

from error_cases.case import ErrorCase

STUDENT, LOG_PROBS = "np.zeros((3, 4))", "np.log([[0.5, 0.25]] * 3)"
CLASSES = "[[0, 1], [3, 2], [1, 0]]"


def distillation(classes: str, log_probs: str = LOG_PROBS, more: str = "") -> str:
    return f"xlogx.losses.distillation(student={STUDENT}, teacher=({classes}, {log_probs}){more})"


def kl_divergence(classes: str = CLASSES, log_probs: str = LOG_PROBS, model: str = STUDENT, more: str = "") -> str:
    return f"xlogx.logits.kl_divergence(({classes}, {log_probs}), {model}{more})"


CASES = {
    "Sparse references": (
        ErrorCase(
            distillation("[[0, 1], [4, 2], [1, 0]]"),
            ValueError,
            "teacher[0] must be a class from 0 to 3, got teacher[0][1, 0] = 4",
        ),
        ErrorCase(
            kl_divergence("[[0, 1], [3, 2], [1, -1]]"),
            ValueError,
            "zp[0] must be a class from 0 to 3, got zp[0][2, 1] = -1",
        ),
        ErrorCase(
            distillation("[[0, 1], [3, 3], [1, 0]]"),
            ValueError,
            "teacher[0] must hold a class once in a row, got teacher[0][1, 1] = 3, a second time",
        ),
        ErrorCase(
            distillation("[[0.0, 1.0]] * 3"),
            TypeError,
            "teacher[0] must hold integers, the classes that teacher[1] has the log-probabilities of, got dtype float64; "
            "two rows of a dense teacher go into a list",
        ),
        ErrorCase(
            distillation(CLASSES, "[[-1.0]] * 3"),
            ValueError,
            "teacher must have a log-probability for each class, got classes of shape (3, 2) and log-probabilities of "
            "shape (3, 1)",
        ),
        ErrorCase(
            distillation("[[0, 1, 2, 3, 0]] * 3", "np.full((3, 5), -2.0)"),
            ValueError,
            "teacher must have the dimensions of student, and from 1 to all of its classes along axis -1, "
            "got shapes (3, 5) and (3, 4)",
        ),
        ErrorCase(
            distillation("np.zeros((3, 0), int)", "np.zeros((3, 0))"),
            ValueError,
            "teacher must have the dimensions of student, and from 1 to all of its classes along axis -1, "
            "got shapes (3, 0) and (3, 4)",
        ),
        ErrorCase(
            distillation("[[0, 1]]", "[[-1.0, -2.0]]"),
            ValueError,
            "teacher must have a row for each row of student, of shape (3, 4) but for the classes along axis -1, "
            "got shape (1, 2)",
        ),
        ErrorCase(
            kl_divergence("[[0, 1], [2, 3]]", "[[-1.0, -2.0]] * 2"),
            ValueError,
            "the rows of zp and zq must broadcast, got classes of shape (2, 2) and logits of shape (3, 4)",
        ),
        ErrorCase(
            distillation(CLASSES, "[[-1.0, -1.0], [0.5, -1.0], [-1.0, -1.0]]"),
            ValueError,
            "teacher[1] must be a log-probability, not above 0, got teacher[1][1, 0] = 0.5",
        ),
        ErrorCase(
            kl_divergence(CLASSES, "[[-1.0, -1.0], [-1.0, np.nan], [-1.0, -1.0]]"),
            ValueError,
            "zp[1] must be a log-probability, not above 0, got zp[1][1, 1] = nan",
        ),
        ErrorCase(
            distillation(CLASSES, "[[-1.0, -1.0], [0.0, 0.0], [-1.0, -1.0]]"),
            ValueError,
            "teacher[1] must hold the logarithms of probabilities that sum to at most one, "
            "but row teacher[1][1, :] sums to 2.0",
        ),
        ErrorCase(
            kl_divergence("[0, 1]", "[0.0, 0.0]", "[1.0, 2.0, 3.0]"),
            ValueError,
            "zp[1] must hold the logarithms of probabilities that sum to at most one, but it sums to 2.0",
        ),
        ErrorCase(
            kl_divergence("[0, 1]", "np.log([0.25, 0.25])", "[1.0, 2.0]"),
            ValueError,
            "zp[1] must hold the logarithms of probabilities that sum to one where all classes are given, "
            "but it sums to 0.5",
        ),
        ErrorCase(
            kl_divergence("[[0, 3, 1], [1, 2, 1]]", "np.full((2, 3), -1.0)", "np.zeros((4, 3))", ", axis=0"),
            ValueError,
            "zp[0] must hold a class once in a row, got zp[0][1, 2] = 1, a second time",
        ),
        ErrorCase(
            distillation(f"np.ma.masked_array({CLASSES}, [[True, False]] * 3)"),
            TypeError,
            "teacher[0] must be without a mask and without nulls where teacher is sparse",
        ),
        ErrorCase(
            kl_divergence(CLASSES, LOG_PROBS, f"np.ma.masked_array({STUDENT}, True)"),
            TypeError,
            "zq must be without a mask and without nulls where zp is sparse",
        ),
        ErrorCase(
            distillation(CLASSES, more=", tail='rest'"),
            ValueError,
            "tail must be 'bucket', 'renormalize' or 'drop', got 'rest'",
        ),
        ErrorCase(
            f"xlogx.losses.distillation(student={STUDENT}, teacher={STUDENT}, tail='bucket')",
            ValueError,
            "tail must not be given where teacher is dense: every class has its own probability",
        ),
        ErrorCase(
            f"xlogx.logits.kl_divergence({STUDENT}, {STUDENT}, tail='drop')",
            ValueError,
            "tail must not be given where zp is dense: every class has its own probability",
        ),
        ErrorCase(
            kl_divergence(more=", where=True"),
            ValueError,
            "where must be None where zp is sparse: no class can be left out",
        ),
        ErrorCase(
            kl_divergence(more=", nan_policy='omit'"),
            ValueError,
            'nan_policy must be "propagate" or "raise" where zp is sparse: no class can be left out',
        ),
        ErrorCase(
            kl_divergence(more=", axis=None"),
            TypeError,
            "axis must be an int, the axis of the classes, got None",
        ),
        ErrorCase(
            kl_divergence(more=", input_dtype='bfloat16'"),
            TypeError,
            'zp[1] or zq must be uint16 with input_dtype="bfloat16", got dtype float64 and float64',
        ),
    ),
}
