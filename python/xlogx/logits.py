"""Measures of logits: unnormalised log-probabilities, of which log-probabilities are a special case.

A row of logits z stands for the probabilities of its softmax. Nothing is exponentiated, divided and taken the logarithm
of again on the way: the measures come from the distances of the logits from their largest, and are right to the last
digits also where one logit dominates, or where two rows are nearly equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never, Unpack

from xlogx._logit_calls import ZP, ZQ, Z, map_logits, measure_logits
from xlogx._logit_comparison import Comparison, compare_logits
from xlogx._logit_sparse import logit_divergence
from xlogx._options import (
    ComparisonOptions,
    LogitDivergenceOptions,
    LogitOptions,
    LogSoftmaxOptions,
    PerplexityOptions,
    SoftmaxOptions,
    refuse_second,
    shown_with,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "Comparison",
    "compare",
    "cross_entropy",
    "entropy",
    "js_divergence",
    "kl_divergence",
    "log_softmax",
    "logsumexp",
    "perplexity",
    "softmax",
]


@shown_with(LogitOptions, "logits")
def entropy(z: ArrayLike, *misplaced: Never, **options: Unpack[LogitOptions]) -> Any:
    r"""Shannon entropy of rows of logits.

    .. math:: H(p) = -\sum_i p_i \log p_i, \qquad p = \operatorname{softmax}(z / T)

    Parameters
    ----------
    z : array_like
        Logits: any real dtype up to 64 bits, any shape. -inf is a masked class.
    axis, base, temperature, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The entropy of each row, in nats unless `base` says otherwise; a NumPy scalar for a single row. float32 if `z`
        is float32, float16 or bfloat16, else float64. Within 4 units in the last place of the exact function of the
        stored logits (float32: 1), however sure the row is.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    perplexity : Its exponential.
    xlogx.entropy : The same of probabilities or counts.

    Notes
    -----
    With :math:`d_i = (\max z - z_i)/T` and S the sum of :math:`e^{-d}` over all but one of the largest logits, it is
    :math:`\log(1 + S) + \sum d e^{-d} / (1 + S)`, in which nothing cancels. A class at -inf adds nothing; a row with
    one other class is exactly +0.0. A row of -inf alone, of which everything is dropped, or with +inf or NaN, is NaN.

    References
    ----------
    .. [1] C. E. Shannon, "A Mathematical Theory of Communication", Bell System Technical Journal 27, 1948.

    Examples
    --------
    How sure is a model of its next word, of four?

    >>> import xlogx
    >>> print(xlogx.logits.entropy([[0, 0, 0, 0], [50, 10, 9, 0]], base="bits"))
    [2.00000000e+00 3.46006476e-16]
    """
    if misplaced:
        refuse_second("zp", "zq")
    return measure_logits("entropy", {Z: z}, options, LogitOptions)


@shown_with(LogitOptions, "logits")
def cross_entropy(zp: ArrayLike, zq: ArrayLike, **options: Unpack[LogitOptions]) -> Any:
    r"""Cross-entropy of rows of logits: the cost of coding `zp`, the reference, by the code of `zq`, the model.

    .. math:: H(p, q) = -\sum_i p_i \log q_i,
              \qquad p = \operatorname{softmax}(z_p / T), \quad q = \operatorname{softmax}(z_q / T)

    Parameters
    ----------
    zp, zq : array_like
        Logits: any real dtype up to 64 bits. -inf is a masked class. The shapes broadcast.
    axis, base, temperature, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The cross-entropy of each row, in nats unless `base` says otherwise; a NumPy scalar for a single row. float32
        if both arguments are float32, float16 or bfloat16, else float64. Within 4 units in the last place of the exact
        function of the stored logits (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    kl_divergence : The part of the cross-entropy that is the model's error.
    xlogx.cross_entropy : The same of probabilities or counts.

    Notes
    -----
    A class at -inf in `zp` adds nothing, whatever `zq` is there; one at -inf in `zq` alone makes the answer +inf. A row
    of `zp` or `zq` of -inf alone, of which everything is dropped, or with +inf or NaN, is NaN.

    References
    ----------
    .. [1] T. M. Cover and J. A. Thomas, *Elements of Information Theory*, 2nd ed., Wiley, 2006, section 5.4.

    Examples
    --------
    Bits a word when the teacher's words are coded by the student's code:

    >>> import xlogx
    >>> teacher, student = [2.0, 1.0, -1.0], [[2.0, 1.0, -1.0], [0.0, 0.0, 0.0]]
    >>> print(xlogx.logits.cross_entropy(teacher, student, base=2).round(4))
    [1.0299 1.585 ]
    """
    return measure_logits("cross_entropy", {ZP: zp, ZQ: zq}, options, LogitOptions)


@shown_with(LogitDivergenceOptions, "logits")
def kl_divergence(
    zp: ArrayLike | tuple[ArrayLike, ArrayLike], zq: ArrayLike, **options: Unpack[LogitDivergenceOptions]
) -> Any:
    r"""Kullback-Leibler divergence of rows of logits, from the model `zq` to the reference `zp`.

    .. math:: D(p \| q) = \sum_i p_i \log \frac{p_i}{q_i},
              \qquad p = \operatorname{softmax}(z_p / T), \quad q = \operatorname{softmax}(z_q / T)

    Parameters
    ----------
    zp, zq : array_like
        Logits: any real dtype up to 64 bits. -inf is a masked class. The shapes broadcast. `zp` may be sparse: a tuple
        ``(indices, log_probs)`` of two arrays with as many axes as `zq`, which name k classes of each row in the place
        of all: integers, none twice in a row, and the logarithms of their probabilities at the temperature of the call.
    axis, base, temperature, tail, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The divergence of each row, in nats unless `base` says otherwise; a NumPy scalar for a single row. float32 if
        both arguments are float32, float16 or bfloat16, else float64. Within 4 units in the last place of the exact
        function of the stored logits (float32: 1), also where the rows are nearly equal; never negative.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    js_divergence : Symmetric, and finite where one argument is -inf.
    xlogx.kl_divergence : The same of probabilities or counts.

    Notes
    -----
    A class at -inf in `zp` adds nothing of its own, whatever `zq` is there; one at -inf in `zq` alone makes the answer
    +inf. A row of `zp` or `zq` of -inf alone, of which everything is dropped, or with +inf or NaN, is NaN. Equal rows,
    also after adding the same number to all logits of one exactly, and rows of one class give exactly 0.0.

    With a sparse `zp` the divergence is that of rows of k + 1 logits (one fewer with ``tail="drop"``), `zq` / T rounded
    to float64. A sum of its probabilities above one, by up to the square root of the epsilon of their dtype, is one with
    a rounding, and so is one below where `zq` rules out all other classes; with a larger rest that is +inf. `axis` is
    then an int, `where` None, and no NaN is omitted.

    References
    ----------
    .. [1] S. Kullback and R. A. Leibler, "On Information and Sufficiency", Annals of Mathematical Statistics 22, 1951.

    Examples
    --------
    A constant added to all logits changes no probability; a small step of one changes little:

    >>> import xlogx
    >>> before = [2.0, 1.0, -1.0]
    >>> print(xlogx.logits.kl_divergence(before, [[5.0, 4.0, 2.0], [2.0, 1.0, -1.0 + 1e-8]]))
    [0.00000000e+00 1.69428407e-18]

    Of the reference only the two likeliest of four classes are kept:

    >>> import numpy as np
    >>> likeliest = np.array([0, 2]), np.log([0.5, 0.25])
    >>> for tail in ("bucket", "renormalize", "drop"):
    ...     print(tail, xlogx.logits.kl_divergence(likeliest, [0.0, 0.0, 0.0, 0.0], tail=tail).round(4))
    bucket 0.1733
    renormalize 0.7498
    drop 0.0566
    """
    return logit_divergence(zp, zq, options)


@shown_with(LogitOptions, "logits")
def js_divergence(zp: ArrayLike, zq: ArrayLike, **options: Unpack[LogitOptions]) -> Any:
    r"""Jensen-Shannon divergence of rows of logits: the mean divergence of their softmaxes from the middle of these.

    .. math:: J(p, q) = \tfrac12 D(p \| m) + \tfrac12 D(q \| m), \qquad m = \tfrac12 (p + q),
              \quad p = \operatorname{softmax}(z_p / T), \quad q = \operatorname{softmax}(z_q / T)

    Parameters
    ----------
    zp, zq : array_like
        Logits: any real dtype up to 64 bits. -inf is a masked class. The shapes broadcast.
    axis, base, temperature, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The divergence of each row, in nats unless `base` says otherwise; a NumPy scalar for a single row. float32 if
        both arguments are float32, float16 or bfloat16, else float64. Within 4 units in the last place of the exact
        function of the stored logits (float32: 1), and from 0 to log 2, which is exactly 1 in bits.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    kl_divergence : One-sided, and infinite where the model rules a class out.
    xlogx.js_divergence : The same of probabilities or counts.

    Notes
    -----
    It stays finite where either argument is -inf. A row of `zp` or `zq` of -inf alone, of which everything is dropped,
    or with +inf or NaN, is NaN. Equal rows, also after adding the same number to all logits of one exactly, and rows of
    one class give exactly 0.0.

    References
    ----------
    .. [1] J. Lin, "Divergence Measures Based on the Shannon Entropy", IEEE Transactions on Information Theory 37, 1991.

    Examples
    --------
    Two models that agree, and two that allow nothing in common:

    >>> import numpy as np, xlogx
    >>> print(xlogx.logits.js_divergence([1.0, 2.0, 3.0], [0.0, 1.0, 2.0]))
    0.0
    >>> print(xlogx.logits.js_divergence([1.0, 2.0, -np.inf], [-np.inf, -np.inf, 0.0], base=2))
    1.0
    """
    return measure_logits("js_divergence", {ZP: zp, ZQ: zq}, options, LogitOptions)


@shown_with(PerplexityOptions, "logits")
def perplexity(z: ArrayLike, **options: Unpack[PerplexityOptions]) -> Any:
    r"""Perplexity of rows of logits: of how many equally likely classes the uncertainty would be.

    .. math:: e^{H(p)}, \qquad p = \operatorname{softmax}(z / T)

    Parameters
    ----------
    z : array_like
        Logits: any real dtype up to 64 bits, any shape. -inf is a masked class.
    axis, temperature, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The perplexity of each row, from 1 to the number of its classes; a NumPy scalar for a single row. float32 if `z`
        is float32, float16 or bfloat16, else float64. Within 4 units in the last place of the exact function of the
        stored logits (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    entropy : Its logarithm, in a unit of choice.

    Notes
    -----
    It has no unit: no `base` changes it. A row of -inf alone, of which everything is dropped, or with +inf or NaN, is
    NaN.

    References
    ----------
    .. [1] F. Jelinek, R. L. Mercer, L. R. Bahl and J. K. Baker, "Perplexity, a Measure of the Difficulty of Speech
       Recognition Tasks", Journal of the Acoustical Society of America 62, 1977.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.logits.perplexity([[3.0, 3.0, 3.0, 3.0, 3.0], [9.0, 9.0, -9.0, -9.0, -9.0]]).round(6))
    [5.      2.000001]
    """
    return measure_logits("perplexity", {Z: z}, options, PerplexityOptions)


@shown_with(LogitOptions, "logits")
def logsumexp(z: ArrayLike, **options: Unpack[LogitOptions]) -> Any:
    r"""Logarithm of the sum of the exponentials of rows of logits.

    .. math:: \log \sum_i e^{z_i / T}

    `base` is the unit of the answer, not of the logits: the answer is divided by the logarithm of the base.

    Parameters
    ----------
    z : array_like
        Logits: any real dtype up to 64 bits, any shape. -inf is a masked class.
    axis, base, temperature, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
        The same in every measure.

    Returns
    -------
    scalar or ndarray
        The logarithm for each row; a NumPy scalar for a single row. float32 if `z` is float32, float16 or bfloat16,
        else float64. Within 4 units in the last place of the exact function of the stored logits (float32: 1), unless
        the largest logit and the logarithm of the number of its like cancel, as those of log-probabilities do: then
        within that of either.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    log_softmax : The logits minus this.

    Notes
    -----
    A row of -inf alone, or of which everything is dropped, is -inf; one with +inf is +inf, as in SciPy; with NaN it is
    NaN.

    References
    ----------
    .. [1] P. Blanchard, D. J. Higham and N. J. Higham, "Accurately Computing the Log-Sum-Exp and Softmax Functions",
       IMA Journal of Numerical Analysis 41, 2021.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.logits.logsumexp([[1000.0, 1000.0], [0.0, -50.0]]))
    [1.00069315e+03 1.92874985e-22]
    """
    return measure_logits("logsumexp", {Z: z}, options, LogitOptions)


@shown_with(SoftmaxOptions, "logits")
def softmax(z: ArrayLike, **options: Unpack[SoftmaxOptions]) -> Any:
    r"""Softmax of rows of logits: the probabilities that they stand for.

    .. math:: p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}

    Parameters
    ----------
    z : array_like
        Logits: any real dtype up to 64 bits, any shape. -inf is a masked class.
    axis, temperature, where, nan_policy, dtype, out, input_dtype
        The same in every function.

    Returns
    -------
    scalar or ndarray
        As many probabilities as there are logits, in their places; a NumPy scalar for 0-d input. float32 if `z` is
        float32, float16 or bfloat16, else float64, unless `dtype` or `out` says float16. Within 4 units in the last
        place of the exact function of the stored logits (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every function.

    See Also
    --------
    log_softmax : Its logarithm, which has digits where this is 0.

    Notes
    -----
    What is dropped, and a class at -inf, is 0. A row of -inf alone, of which everything is dropped, or with +inf or
    NaN, is all NaN. The measures of this module take logits: there is no need of this function on the way to them.

    References
    ----------
    .. [1] P. Blanchard, D. J. Higham and N. J. Higham, "Accurately Computing the Log-Sum-Exp and Softmax Functions",
       IMA Journal of Numerical Analysis 41, 2021.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.logits.softmax([2.0, 1.0, -1.0]).round(4))
    [0.7054 0.2595 0.0351]
    >>> print(xlogx.logits.softmax([2.0, 1.0, -1.0], temperature=0.1).round(4))
    [1. 0. 0.]
    """
    return map_logits("softmax", z, options, SoftmaxOptions)


@shown_with(LogSoftmaxOptions, "logits")
def log_softmax(z: ArrayLike, **options: Unpack[LogSoftmaxOptions]) -> Any:
    r"""Logarithm of the softmax of rows of logits: log-probabilities.

    .. math:: \log p_i = \frac{z_i}{T} - \log \sum_j e^{z_j / T}

    Parameters
    ----------
    z : array_like
        Logits: any real dtype up to 64 bits, any shape. -inf is a masked class.
    axis, base, temperature, where, nan_policy, dtype, out, input_dtype
        The same in every function.

    Returns
    -------
    scalar or ndarray
        As many log-probabilities as there are logits, in their places; a NumPy scalar for 0-d input. float32 if `z` is
        float32, float16 or bfloat16, else float64, unless `dtype` or `out` says float16. Within 4 units in the last
        place of the exact function of the stored logits (float32: 1), also where a probability is next to one.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every function.

    See Also
    --------
    logsumexp : What is taken from the logits.

    Notes
    -----
    What is dropped, and a class at -inf, is -inf; the one class of a row is exactly 0.0. A row of -inf alone, of which
    everything is dropped, or with +inf or NaN, is all NaN.

    References
    ----------
    .. [1] P. Blanchard, D. J. Higham and N. J. Higham, "Accurately Computing the Log-Sum-Exp and Softmax Functions",
       IMA Journal of Numerical Analysis 41, 2021.

    Examples
    --------
    How unlikely does a sure model think that it is wrong?

    >>> import xlogx
    >>> print(xlogx.logits.log_softmax([50.0, 10.0]))
    [-4.24835426e-18 -4.00000000e+01]
    """
    return map_logits("log_softmax", z, options, LogSoftmaxOptions)


@shown_with(ComparisonOptions, "logits")
def compare(zp: ArrayLike, zq: ArrayLike, **options: Unpack[ComparisonOptions]) -> Comparison:
    r"""All measures of two rows of logits, and whether their largest agree.

    .. math:: p = \operatorname{softmax}(z_p / T), \qquad q = \operatorname{softmax}(z_q / T)

    Parameters
    ----------
    zp, zq : array_like
        Logits: any real dtype up to 64 bits. -inf is a masked class. The shapes broadcast.
    axis, base, temperature, where, nan_policy, on_invalid, keepdims, dtype, input_dtype
        The same in every measure.

    Returns
    -------
    Comparison
        A named tuple of scalars or arrays, a number for each row: ``entropy_p``, ``entropy_q``, ``cross_entropy_pq``,
        ``cross_entropy_qp``, ``kl_pq``, ``kl_qp``, ``js_divergence`` as the functions of this module have them;
        ``total_variation``, :math:`\tfrac12 \sum |p - q|`; ``top_agreement``, whether the largest logits are in the
        same place, the first of equal ones counting; ``p_of_top_q``, the probability that p gives to the class that q
        finds likeliest, and ``q_of_top_p``. They are float32 if both arguments are float32, float16 or bfloat16, else
        float64, and within the bounds of the functions; ``top_agreement`` is bool.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every measure.

    See Also
    --------
    kl_divergence, js_divergence, cross_entropy, entropy : A single one of them.

    Notes
    -----
    What is dropped is dropped from both arguments, for the entropies, too. Where a row of `zp` or `zq` has no largest
    logit, all of -inf, with +inf or with NaN, ``top_agreement`` is False and the probabilities are NaN.

    References
    ----------
    .. [1] T. M. Cover and J. A. Thomas, *Elements of Information Theory*, 2nd ed., Wiley, 2006.

    Examples
    --------
    How far is a quantised model from the one that it was made of?

    >>> import xlogx
    >>> model, quantised = [[2.0, 1.0, -1.0], [0.5, 0.4, 0.0]], [[1.9, 1.1, -1.0], [0.4, 0.5, 0.0]]
    >>> found = xlogx.logits.compare(model, quantised)
    >>> print(found.kl_pq.round(6), found.top_agreement, found.p_of_top_q.round(4))
    [0.003939 0.003789] [ True False] [0.7054 0.3603]
    """
    return compare_logits(zp, zq, options)
