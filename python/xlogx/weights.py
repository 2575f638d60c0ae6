"""Measures of weights: probabilities, counts, anything non-negative.

Each function offers a call without options to the backend's quick path first, which answers for one short contiguous
row; all else goes through `_arrays.measure`. The options are one dictionary up to there: as parameters they would cost
the quick call a tenth of a microsecond, more than all else that happens here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never, Unpack

from xlogx import _backend
from xlogx._arrays import measure
from xlogx._options import Options, refuse_second, shown_with

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["cross_entropy", "entropy", "js_distance", "js_divergence", "kl_divergence"]


@shown_with(Options, "weights")
def entropy(p: ArrayLike, *misplaced: Never, **options: Unpack[Options]) -> Any:
    r"""Shannon entropy of rows of weights.

    .. math:: H(p) = -\sum_i \hat p_i \log \hat p_i, \qquad \hat p_i = p_i / \textstyle\sum_j p_j

    Each row is divided by its sum, so counts just work; with ``normalize=False`` the weights are used as they are, and
    with ``normalize="check"`` they are, but a row that does not sum to one raises.

    Parameters
    ----------
    p : array_like
        Weights, finite and non-negative: any real dtype up to 64 bits, any shape.
    axis : int, tuple of int or None, default -1
        The axes that form a row, in C order; None takes all of them, and is the only choice for 0-d input.
    base : float, {"bits", "nats", "hartleys"} or None, default None
        The unit: a number above 1 is the base of the logarithm; None is nats.
    normalize : bool or "check", default True
        Divide each row by its sum (True), take the sum :math:`-\sum p \log p` as it is (False), or take it as it is
        and raise unless each row sums to one within :math:`\sqrt\varepsilon` of the dtype of `p` ("check").
    pseudocount, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The entropy of each row, in nats unless `base` says otherwise; a NumPy scalar for a single row. float32 if `p`
        is float32, float16 or bfloat16, else float64. Within 4 units in the last place of the exact function of the
        stored weights (float32: 1); exact in bits where every weight over its row's sum is a power of two (up to 4096
        weights a row).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    cross_entropy : The cost of coding `p` by another distribution's code.
    kl_divergence : How far another distribution is from `p`.

    Notes
    -----
    A weight of zero adds nothing. A row with one positive weight is exactly +0.0. A row without any is NaN, or 0.0
    with ``normalize=False``; so is one of which everything is dropped. NaN gives NaN for its row. A row whose sum
    overflows is scaled, and right.

    References
    ----------
    .. [1] C. E. Shannon, "A Mathematical Theory of Communication", Bell System Technical Journal 27, 1948.

    Examples
    --------
    How predictable is each die, in bits?

    >>> import xlogx
    >>> print(xlogx.entropy([0.5, 0.25, 0.25], base=2))
    1.5
    >>> rolls = [[10, 10, 10, 10], [40, 0, 0, 0]]
    >>> print(xlogx.entropy(rolls, base="bits"))
    [2. 0.]

    A missing count is no reason to lose the others:

    >>> print(xlogx.entropy([3, 3, float("nan"), 6], base=2, nan_policy="omit"))
    1.5
    """
    if misplaced:
        refuse_second("p", "q")
    if not options:
        answer = _backend.core.entropy(p)
        if answer is not None:
            return answer
    return measure("entropy", p, None, options)


@shown_with(Options, "weights")
def cross_entropy(p: ArrayLike, q: ArrayLike, **options: Unpack[Options]) -> Any:
    r"""Cross-entropy of rows of weights: the cost of coding `p`, the reference, by the code of `q`, the model.

    .. math:: H(p, q) = -\sum_i \hat p_i \log \hat q_i

    Each row of `p` and of `q` is divided by its sum, so counts just work; with ``normalize=False`` the weights are used
    as they are, and with ``normalize="check"`` they are, but a row that does not sum to one raises.

    Parameters
    ----------
    p, q : array_like
        Weights, finite and non-negative: any real dtype up to 64 bits. The shapes broadcast.
    axis : int, tuple of int or None, default -1
        The axes of the common shape that form a row, in C order; None takes all of them.
    base : float, {"bits", "nats", "hartleys"} or None, default None
        The unit: a number above 1 is the base of the logarithm; None is nats.
    normalize : bool or "check", default True
        Divide each row by its sum (True), take the sum :math:`-\sum p \log q` as it is (False), or take it as it is
        and raise unless each row sums to one within :math:`\sqrt\varepsilon` of its dtype ("check").
    pseudocount, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The cross-entropy of each row, in nats unless `base` says otherwise; a NumPy scalar for a single row. float32
        if both arguments are float32, float16 or bfloat16, else float64. Within 4 units in the last place of the exact
        function of the stored weights (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    kl_divergence : The part of the cross-entropy that is the model's error.
    entropy : The part that is the reference's own uncertainty.

    Notes
    -----
    Where `p` is zero nothing is added, whatever `q` is; where `q` alone is zero the answer is +inf. A row of `p` or `q`
    without a positive weight gives NaN (``normalize=False``: 0.0 for such a `p`, +inf for such a `q` only). NaN
    anywhere in a row of `p` or `q` gives NaN. One element in a row gives exactly +0.0.

    References
    ----------
    .. [1] T. M. Cover and J. A. Thomas, *Elements of Information Theory*, 2nd ed., Wiley, 2006, section 5.4.

    Examples
    --------
    Bits a letter when text with these counts is coded by a model that takes all letters for alike:

    >>> import xlogx
    >>> print(xlogx.cross_entropy([8, 4, 2, 2], [1, 1, 1, 1], base=2))
    2.0
    """
    if not options:
        answer = _backend.core.cross_entropy(p, q)
        if answer is not None:
            return answer
    return measure("cross_entropy", p, q, options)


@shown_with(Options, "weights")
def kl_divergence(p: ArrayLike, q: ArrayLike, **options: Unpack[Options]) -> Any:
    r"""Kullback-Leibler divergence of rows of weights, from the model `q` to the reference `p`.

    .. math:: D(p \| q) = \sum_i \hat p_i \log \frac{\hat p_i}{\hat q_i}

    Each row of `p` and of `q` is divided by its sum, so counts just work; with ``normalize=False`` the weights are used
    as they are, and with ``normalize="check"`` they are, but a row that does not sum to one raises.

    Parameters
    ----------
    p, q : array_like
        Weights, finite and non-negative: any real dtype up to 64 bits. The shapes broadcast.
    axis : int, tuple of int or None, default -1
        The axes of the common shape that form a row, in C order; None takes all of them.
    base : float, {"bits", "nats", "hartleys"} or None, default None
        The unit: a number above 1 is the base of the logarithm; None is nats.
    normalize : bool or "check", default True
        Divide each row by its sum (True), take the sum :math:`\sum p \log (p/q)` as it is (False; it is a sum, not a
        divergence, and may be negative), or take it as it is and raise unless each row sums to one within
        :math:`\sqrt\varepsilon` of its dtype ("check").
    pseudocount, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The divergence of each row, in nats unless `base` says otherwise; a NumPy scalar for a single row. float32 if
        both arguments are float32, float16 or bfloat16, else float64. Within 4 units in the last place of the exact
        function of the stored weights (float32: 1), also where `p` and `q` are nearly equal, and never negative with
        ``normalize=True``.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    js_divergence : Symmetric, and finite where one argument is zero.
    cross_entropy : The divergence and the entropy of `p` together.

    Notes
    -----
    Where `p` is zero nothing is added, whatever `q` is; where `q` alone is zero the answer is +inf. A row of `p` or `q`
    without a positive weight gives NaN (``normalize=False``: 0.0 for such a `p`, +inf for such a `q` only). NaN
    anywhere in a row of `p` or `q` gives NaN. Equal rows, also after scaling by a power of two, and rows of one element
    give exactly 0.0.

    References
    ----------
    .. [1] S. Kullback and R. A. Leibler, "On Information and Sufficiency", Annals of Mathematical Statistics 22, 1951.

    Examples
    --------
    How much does each model lose against what was observed?

    >>> import xlogx
    >>> observed = [40, 30, 30]
    >>> models = [[4, 3, 3], [1, 1, 1]]
    >>> print(xlogx.kl_divergence(observed, models).round(6))
    [0.       0.009712]

    Over the last two letters alone:

    >>> print(xlogx.kl_divergence(observed, models, where=[False, True, True]))
    [0. 0.]
    """
    if not options:
        answer = _backend.core.kl_divergence(p, q)
        if answer is not None:
            return answer
    return measure("kl_divergence", p, q, options)


@shown_with(Options, "weights")
def js_divergence(p: ArrayLike, q: ArrayLike, **options: Unpack[Options]) -> Any:
    r"""Jensen-Shannon divergence of rows of weights: the mean divergence of `p` and `q` from their middle.

    .. math:: J(p, q) = \tfrac12 D(\hat p \| m) + \tfrac12 D(\hat q \| m), \qquad m = \tfrac12 (\hat p + \hat q)

    Each row of `p` and of `q` is divided by its sum, so counts just work; with ``normalize=False`` the weights are used
    as they are, and with ``normalize="check"`` they are, but a row that does not sum to one raises.

    Parameters
    ----------
    p, q : array_like
        Weights, finite and non-negative: any real dtype up to 64 bits. The shapes broadcast.
    axis : int, tuple of int or None, default -1
        The axes of the common shape that form a row, in C order; None takes all of them.
    base : float, {"bits", "nats", "hartleys"} or None, default None
        The unit: a number above 1 is the base of the logarithm; None is nats.
    normalize : bool or "check", default True
        Divide each row by its sum (True), take :math:`\tfrac12 \sum [p \log (p/m) + q \log (q/m)]` with
        :math:`m = (p + q)/2` as it is (False), or take it as it is and raise unless each row sums to one within
        :math:`\sqrt\varepsilon` of its dtype ("check").
    pseudocount, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The divergence of each row, in nats unless `base` says otherwise; a NumPy scalar for a single row. float32 if
        both arguments are float32, float16 or bfloat16, else float64. Within 4 units in the last place of the exact
        function of the stored weights (float32: 1), and from 0 to log 2, which is exactly 1 in bits.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    js_distance : Its square root, a metric.
    kl_divergence : One-sided, and infinite where the model gives no weight.

    Notes
    -----
    It stays finite where either argument is zero. A row of `p` or `q` without a positive weight gives NaN with
    ``normalize=True``. NaN anywhere in a row of `p` or `q` gives NaN. Equal rows, also after scaling by a power of two,
    and rows of one element give exactly 0.0.

    References
    ----------
    .. [1] J. Lin, "Divergence Measures Based on the Shannon Entropy", IEEE Transactions on Information Theory 37, 1991.

    Examples
    --------
    Two months of sales by product: alike, and with nothing in common.

    >>> import xlogx
    >>> print(xlogx.js_divergence([12, 30, 58], [24, 60, 116]))
    0.0
    >>> print(xlogx.js_divergence([12, 30, 0], [0, 0, 5], base=2))
    1.0
    """
    if not options:
        answer = _backend.core.js_divergence(p, q)
        if answer is not None:
            return answer
    return measure("js_divergence", p, q, options)


@shown_with(Options, "weights")
def js_distance(p: ArrayLike, q: ArrayLike, **options: Unpack[Options]) -> Any:
    r"""Jensen-Shannon distance of rows of weights: the square root of the divergence, and a metric.

    .. math:: d(p, q) = \sqrt{J(p, q)}

    Each row of `p` and of `q` is divided by its sum, so counts just work; with ``normalize=False`` the weights are used
    as they are, and with ``normalize="check"`` they are, but a row that does not sum to one raises.

    Parameters
    ----------
    p, q : array_like
        Weights, finite and non-negative: any real dtype up to 64 bits. The shapes broadcast.
    axis : int, tuple of int or None, default -1
        The axes of the common shape that form a row, in C order; None takes all of them.
    base : float, {"bits", "nats", "hartleys"} or None, default None
        The unit of the divergence, applied before the root: a number above 1 is the base of the logarithm; None is
        nats.
    normalize : bool or "check", default True
        As in `js_divergence`.
    pseudocount, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The distance of each row; a NumPy scalar for a single row. float32 if both arguments are float32, float16 or
        bfloat16, else float64. Within 4 units in the last place of the exact function of the stored weights
        (float32: 1), and from 0 to the root of log 2, which is exactly 1 in bits.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    js_divergence : Its square, with the same special values.

    Notes
    -----
    It satisfies the triangle inequality, which no power of `kl_divergence` does. SciPy's
    ``scipy.spatial.distance.jensenshannon`` is this function along axis 0.

    References
    ----------
    .. [1] D. M. Endres and J. E. Schindelin, "A New Metric for Probability Distributions", IEEE Transactions on
       Information Theory 49, 2003.

    Examples
    --------
    The distance of every day's histogram from the first day's:

    >>> import xlogx
    >>> days = [[5, 5, 0], [10, 10, 0], [0, 0, 7]]
    >>> print(xlogx.js_distance(days[0], days, base=2))
    [0. 0. 1.]
    """
    if not options:
        answer = _backend.core.js_distance(p, q)
        if answer is not None:
            return answer
    return measure("js_distance", p, q, options)
