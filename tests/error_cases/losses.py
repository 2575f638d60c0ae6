"""Errors of the losses."""

from numpy.exceptions import AxisError

from error_cases.case import ErrorCase

ZEROS = "np.zeros((2, 3))"

CASES = {
    "Losses: the target": (
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 3])",
            ValueError,
            "target must hold classes from 0 to 2, got target[1] = 3; ignore_index= leaves a label out",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [-100, 1], ignore_index=-1)",
            ValueError,
            "target must hold classes from 0 to 2, got target[0] = -100; ignore_index= leaves a label out",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0.0, 1.0])",
            TypeError,
            "target must hold integer classes where it has one for each sample, got dtype float64; target.astype(int) makes them so",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1, 2])",
            ValueError,
            "target must have a label for each sample, shape (2,) for logits of shape (2, 3), got shape (3,)",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [[1, 0, 0], [0, 1, 0]])",
            ValueError,
            "target must have a label for each sample, shape (2,) for logits of shape (2, 3), got shape (2, 3); "
            "rows of probabilities must be floats: target.astype(float)",
        ),
        ErrorCase(
            f"xlogx.losses.kl_divergence({ZEROS}, np.ones((3, 3)) / 3)",
            ValueError,
            "target must have a row of probabilities for each sample, the shape (2, 3) of logits, got shape (3, 3)",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy([0, 1], {ZEROS})",
            ValueError,
            "target must have a row of probabilities for each sample, the shape (2,) of logits, got shape (2, 3): "
            "arguments swapped?",
        ),
        ErrorCase(
            "xlogx.losses.cross_entropy([[2.0, 1.0], [0.5, 3.0]], [[0.5, 0.5], [0.5, 0.6]])",
            ValueError,
            "target must hold probabilities that sum to one, but row target[1, :] sums to 1.1; "
            "divide each row by its sum, or say check=False",
        ),
        ErrorCase(
            "xlogx.losses.cross_entropy([0.0, 1.0], [0.5, 0.4])",
            ValueError,
            "target must hold probabilities that sum to one, but it sums to 0.9; logits would have passed: "
            "arguments swapped?",
        ),
        ErrorCase(
            "xlogx.losses.log_loss([[0.5, 1.0]], [[0.5, 0.5]])",
            ValueError,
            "probs must hold probabilities that sum to one, but row probs[0, :] sums to 1.5; target would have passed: "
            "arguments swapped?",
        ),
        ErrorCase(
            "xlogx.losses.cross_entropy([[2.0, 1.0]], [[1.5, -0.5]])",
            ValueError,
            "target must be a probability from 0 to 1, got target[0, 0] = 1.5",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, np.ones((2, 3)) / 3, ignore_index=0)",
            ValueError,
            "ignore_index must be None where target holds rows of probabilities, which have no label",
        ),
        ErrorCase(
            "xlogx.losses.distillation(student=[0.0, 1.0], teacher=[[0.0, 1.0]])",
            ValueError,
            "teacher must have the shape (2,) of student, got shape (1, 2)",
        ),
        ErrorCase(
            "xlogx.losses.mean_squared_error(np.zeros((3, 1)), np.zeros(3))",
            ValueError,
            "target must broadcast to the shape of prediction, (3, 1), and not enlarge it, got shape (3,)",
        ),
        ErrorCase(
            "xlogx.losses.binary_cross_entropy([0.5, 1.5], [0, 1])",
            ValueError,
            "probs must be a probability from 0 to 1, got probs[1] = 1.5",
        ),
        ErrorCase(
            "xlogx.losses.binary_cross_entropy_with_logits([0.5, 1.5], [0, 2])",
            ValueError,
            "target must be a probability from 0 to 1, got target[1] = 2",
        ),
        ErrorCase(
            "xlogx.losses.gaussian_nll([0.0, 1.0], [0.0, 1.0], variance=[1.0, 0.0])",
            ValueError,
            "variance must be above 0 and finite, got variance[1] = 0.0",
        ),
        ErrorCase(
            "xlogx.losses.poisson_nll([0.0, 1.0], [2, -1])",
            ValueError,
            "target must be non-negative, got target[1] = -1",
        ),
        ErrorCase(
            "xlogx.losses.poisson_nll([-1.0], [2], log_input=False)",
            ValueError,
            "log_rate must be non-negative, a rate, with log_input=False, got log_rate[0] = -1.0",
        ),
    ),
    "Losses: predictions and options": (
        ErrorCase(
            "xlogx.losses.cross_entropy(np.zeros((2, 0)), [0, 0])",
            ValueError,
            "logits must have at least one class, but axis -1 of shape (2, 0) has length 0",
        ),
        ErrorCase(
            "xlogx.losses.entropy(np.ma.array([0.0, 1.0], mask=[True, False]))",
            TypeError,
            "logits must be without a mask and without nulls in a loss: where= says which samples count",
        ),
        ErrorCase(
            "xlogx.losses.entropy(0.5)",
            AxisError,
            "logits must have an axis of classes, got a single number",
        ),
        ErrorCase(
            f"xlogx.losses.entropy({ZEROS}, axis=2)", AxisError, "axis 2 is out of bounds for logits, of dimension 2"
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], axis=(0, 1))",
            TypeError,
            "axis must be an int, the axis of the classes, got (0, 1)",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], reduction='average')",
            ValueError,
            "reduction must be 'mean', 'sum' or 'none', got 'average'",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], weight=[1.0, 2.0])",
            ValueError,
            "weight must have a number for each of the 3 classes, shape (3,), got shape (2,)",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], weight=[1.0, -2.0, 1.0])",
            ValueError,
            "weight must be finite and non-negative, got weight[1] = -2.0",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], sample_weight=[1.0, np.nan])",
            ValueError,
            "sample_weight must be finite and non-negative, got sample_weight[1] = nan",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], sample_weight=np.ones((2, 3)))",
            ValueError,
            "sample_weight must broadcast to the shape of the losses, (2,), and not enlarge it, got shape (2, 3)",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], where=np.ones((2, 3), bool))",
            ValueError,
            "where must broadcast to the shape of the losses, (2,), and not enlarge it, got shape (2, 3)",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], label_smoothing=1.5)",
            ValueError,
            "label_smoothing must be a number from 0 to 1, got 1.5",
        ),
        ErrorCase(
            f"xlogx.losses.focal({ZEROS}, [0, 1], gamma=-1)",
            ValueError,
            "gamma must be a finite number of at least 0, got -1",
        ),
        ErrorCase(f"xlogx.losses.focal({ZEROS}, [0, 1], gamma='2')", TypeError, "gamma must be a number, got '2'"),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], empty=None)",
            TypeError,
            "empty must be a number, the mean of no samples, got None",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], check=1)", TypeError, "check must be True or False, got 1"
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], ignore_index=1.0)",
            TypeError,
            "ignore_index must be an int, a label, or None, got 1.0",
        ),
        ErrorCase(
            "xlogx.losses.distillation(student=[0.0], teacher=[0.0], temperature=1e200)",
            ValueError,
            "temperature must be a number from 1e-150 to 1e+150, got 1e+200",
        ),
        ErrorCase(
            f"xlogx.losses.bits_per_byte({ZEROS}, [0, 1], n_bytes=0)",
            ValueError,
            "n_bytes must be above 0, got 0: bits per byte are over the bytes of the text",
        ),
        ErrorCase(
            "xlogx.losses.softmax_grad_hess(np.zeros(3), 1)",
            ValueError,
            "logits must have the shape (samples, classes), got shape (3,)",
        ),
        ErrorCase(
            "xlogx.losses.softmax_grad_hess(np.zeros((2, 1)), [0, 0], hessian='lightgbm')",
            ValueError,
            "hessian='lightgbm' is for two classes or more, got logits of shape (2, 1)",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy({ZEROS}, [0, 1], out=np.empty(2))",
            ValueError,
            "out must have the shape () and dtype float64 of the result, got shape (2,) and dtype float64",
        ),
        ErrorCase(
            f"xlogx.losses.cross_entropy_with_grad({ZEROS}, [0, 1], grad_out=np.empty((2, 3), np.float32))",
            ValueError,
            "grad_out must have the shape (2, 3) and dtype float64 of the gradient, got shape (2, 3) and dtype float32",
        ),
        ErrorCase(
            "xlogx.losses.cross_entropy_with_grad(z := np.zeros((3, 3)), [0, 1, 2], grad_out=z.T)",
            ValueError,
            "grad_out must not share memory with logits, which it would overwrite",
        ),
        ErrorCase(
            f"xlogx.losses.mean_squared_error({ZEROS}, 1.0, axis=0)",
            TypeError,
            "mean_squared_error() got an unexpected keyword argument 'axis'",
        ),
    ),
}
