"""Losses of rows of logits against a target: cross-entropy, divergence, entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from xlogx._loss_calls import loss_of_logits
from xlogx._loss_options import (
    DEFAULTS,
    CrossEntropyGradOptions,
    CrossEntropyOptions,
    DivergenceGradOptions,
    DivergenceOptions,
    RowGradOptions,
    RowOptions,
)
from xlogx._options import shown_with

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@shown_with(CrossEntropyOptions, "losses", DEFAULTS)
def cross_entropy(logits: ArrayLike, target: ArrayLike, **options: Unpack[CrossEntropyOptions]) -> Any:
    r"""Cross-entropy of logits and a target: minus the logarithm of the probability of what is true.

    .. math:: -\sum_k t_k \log p_k, \qquad p = \operatorname{softmax}(z / T)

    of each sample, t being 1 for its label, or a row of probabilities.

    Parameters
    ----------
    logits : array_like
        Logits: any real dtype up to 64 bits, the classes along `axis`. -inf is a class that is ruled out.
    target : array_like
        Integer classes, one for each sample, or rows of probabilities of the shape of `logits` (of length 1 along an
        axis that they are the same along).
    axis, weight, sample_weight, ignore_index, label_smoothing, temperature, where, reduction, empty, check,
    out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss in nats: a NumPy scalar, or with ``reduction="none"`` an array with a place for each sample. Each
        sample's loss is within 4 units in the last place of the exact function of the stored numbers (float32: 1),
        however sure the prediction is.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    cross_entropy_with_grad : With the gradient.
    kl_divergence : The part of it that is the model's error, where the target is probabilities.
    log_loss : The same of probabilities.
    xlogx.logits.cross_entropy : Of two rows of logits, the reference first.

    Notes
    -----
    A class that the target gives 0 adds nothing, whatever its logit; one at -inf that the target does not give 0 makes
    the loss +inf. A row of -inf alone, or with +inf or NaN, is NaN. With smoothing :math:`\varepsilon` and class
    weights w the terms are those of :math:`w_k ((1 - \varepsilon) t_k + \varepsilon / K)`, as in PyTorch. One default
    is not PyTorch's: nothing is ignored unless `ignore_index` says so.

    References
    ----------
    .. [1] I. J. Good, "Rational Decisions", Journal of the Royal Statistical Society B 14, 1952.

    Examples
    --------
    The third sample is wrong, and sure of it:

    >>> import xlogx
    >>> logits = [[18.0, 0.0, 0.0], [0.0, 2.0, 1.0], [9.0, 0.0, 0.0]]
    >>> print(xlogx.losses.cross_entropy(logits, [0, 1, 2]).round(4))
    3.136
    >>> print(xlogx.losses.cross_entropy(logits, [0, 1, 2], reduction="none"))
    [3.04599590e-08 4.07605964e-01 9.00024679e+00]
    """
    return loss_of_logits("cross_entropy", logits, target, options, CrossEntropyOptions, False)[0]


@shown_with(CrossEntropyGradOptions, "losses", DEFAULTS)
def cross_entropy_with_grad(
    logits: ArrayLike, target: ArrayLike, **options: Unpack[CrossEntropyGradOptions]
) -> tuple[Any, Any]:
    """`cross_entropy`, and its gradient with respect to `logits`, from one pass.

    With p the softmax of the logits over the temperature T and c the coefficients of a sample's target (its row of
    probabilities, or 1 at its label, with smoothing and class weights), the gradient is (p Σc - c) / T. For the largest
    logit p - 1 is minus the sum of all other probabilities.

    Parameters
    ----------
    logits, target : array_like
        As in `cross_entropy`.
    axis, weight, sample_weight, ignore_index, label_smoothing, temperature, where, reduction, empty, check,
    out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `cross_entropy` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `logits` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    cross_entropy : The loss alone, and what the options do.

    Examples
    --------
    A margin of 40 leaves 1 - p = 4e-18, which float64 cannot tell from the 0 that subtracting gives:

    >>> import xlogx
    >>> loss, grad = xlogx.losses.cross_entropy_with_grad([[40.0, 0.0]], [0])
    >>> print(loss, grad)
    4.248354255291589e-18 [[-4.24835426e-18  4.24835426e-18]]
    """
    return loss_of_logits("cross_entropy", logits, target, options, CrossEntropyGradOptions, True)


@shown_with(DivergenceOptions, "losses", DEFAULTS)
def kl_divergence(logits: ArrayLike, target: ArrayLike, **options: Unpack[DivergenceOptions]) -> Any:
    r"""Kullback-Leibler divergence of logits from a target.

    .. math:: \sum_k t_k \log \frac{t_k}{p_k}, \qquad p = \operatorname{softmax}(z / T)

    of each sample: its cross-entropy less the entropy of its target.

    Parameters
    ----------
    logits : array_like
        Logits: any real dtype up to 64 bits, the classes along `axis`. -inf is a class that is ruled out.
    target : array_like
        Integer classes, one for each sample, or rows of probabilities of the shape of `logits` (of length 1 along an
        axis that they are the same along).
    axis, sample_weight, ignore_index, temperature, where, reduction, empty, check, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss in nats: a NumPy scalar, or with ``reduction="none"`` an array with a place for each sample. Each
        sample's loss is within 4 units in the last place of the exact function of the stored numbers (float32: 1), or,
        where target and prediction nearly agree, no farther from it than one rounding of the probabilities takes it.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    kl_divergence_with_grad : With the gradient, which is that of the cross-entropy.
    distillation : Where the target is logits, too.
    xlogx.logits.kl_divergence : Of two rows of logits, the reference first.

    Notes
    -----
    A label is a row with a single 1. The probabilities are taken as they are: where a row sums to a little less than
    one the loss may be a little below 0. A class that the target gives 0 adds nothing. A row of -inf alone, or with
    +inf or NaN, is NaN. The mean divides by the number of samples ("batchmean" in PyTorch).

    References
    ----------
    .. [1] S. Kullback and R. A. Leibler, "On Information and Sufficiency", Annals of Mathematical Statistics 22, 1951.

    Examples
    --------
    >>> import numpy as np, xlogx
    >>> target = [[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]]
    >>> print(xlogx.losses.kl_divergence(np.zeros((2, 3)), target, reduction="none").round(4))
    [0.0589 1.0986]
    """
    return loss_of_logits("kl_divergence", logits, target, options, DivergenceOptions, False)[0]


@shown_with(DivergenceGradOptions, "losses", DEFAULTS)
def kl_divergence_with_grad(
    logits: ArrayLike, target: ArrayLike, **options: Unpack[DivergenceGradOptions]
) -> tuple[Any, Any]:
    """`kl_divergence`, and its gradient with respect to `logits`, from one call.

    The entropy of the target does not depend on the logits: the gradient is that of the cross-entropy, bit for bit.

    Parameters
    ----------
    logits, target : array_like
        As in `kl_divergence`.
    axis, sample_weight, ignore_index, temperature, where, reduction, empty, check, out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `kl_divergence` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `logits` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    kl_divergence : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> loss, grad = xlogx.losses.kl_divergence_with_grad([[0.0, 0.0]], [[0.75, 0.25]])
    >>> print(loss.round(4), grad)
    0.1308 [[-0.25  0.25]]
    """
    return loss_of_logits("kl_divergence", logits, target, options, DivergenceGradOptions, True)


@shown_with(RowOptions, "losses", DEFAULTS)
def entropy(logits: ArrayLike, **options: Unpack[RowOptions]) -> Any:
    r"""Shannon entropy of the softmax of logits, as a regulariser: how unsure a prediction is.

    .. math:: -\sum_k p_k \log p_k, \qquad p = \operatorname{softmax}(z / T)

    Parameters
    ----------
    logits : array_like
        Logits: any real dtype up to 64 bits, the classes along `axis`. -inf is a class that is ruled out.
    axis, sample_weight, temperature, where, reduction, empty, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss in nats: a NumPy scalar, or with ``reduction="none"`` an array with a place for each sample. Each
        sample's loss is within 4 units in the last place of the exact function of the stored numbers (float32: 1),
        however sure the prediction is.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    entropy_with_grad : With the gradient.
    xlogx.logits.entropy : The measure: no reduction, any unit.

    Notes
    -----
    A class at -inf adds nothing. A row of -inf alone, or with +inf or NaN, is NaN.

    References
    ----------
    .. [1] R. J. Williams and J. Peng, "Function Optimization Using Connectionist Reinforcement Learning Algorithms",
       Connection Science 3, 1991.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.losses.entropy([[0.0, 0.0], [50.0, 0.0]], reduction="none"))
    [6.93147181e-01 9.83662422e-21]
    """
    return loss_of_logits("entropy", logits, None, options, RowOptions, False)[0]


@shown_with(RowGradOptions, "losses", DEFAULTS)
def entropy_with_grad(logits: ArrayLike, **options: Unpack[RowGradOptions]) -> tuple[Any, Any]:
    """`entropy`, and its gradient with respect to `logits`, from one pass.

    The gradient is -p (log p + H) / T, H being the entropy.

    Parameters
    ----------
    logits : array_like
        As in `entropy`.
    axis, sample_weight, temperature, where, reduction, empty, out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `entropy` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `logits` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    entropy : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> loss, grad = xlogx.losses.entropy_with_grad([[1.0, 0.0]])
    >>> print(loss.round(4), grad.round(4))
    0.5822 [[-0.1966  0.1966]]
    """
    return loss_of_logits("entropy", logits, None, options, RowGradOptions, True)
