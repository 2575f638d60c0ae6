"""Losses of which every element is a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from xlogx._loss_element_calls import bernoulli, bernoulli_of_logits
from xlogx._loss_options import (
    DEFAULTS,
    CheckedElementGradOptions,
    CheckedElementOptions,
    PosWeightGradOptions,
    PosWeightOptions,
)
from xlogx._options import shown_with

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@shown_with(CheckedElementOptions, "losses", DEFAULTS)
def binary_cross_entropy(probs: ArrayLike, target: ArrayLike, **options: Unpack[CheckedElementOptions]) -> Any:
    r"""Cross-entropy of probabilities of one of two classes.

    .. math:: -t \log p - (1 - t) \log (1 - p)

    Parameters
    ----------
    probs : array_like
        Probabilities of the first class: any real dtype up to 64 bits, any shape.
    target : array_like
        Whether it is the first class, or the probability of it; it broadcasts to the shape of `probs`.
    sample_weight, where, reduction, empty, check, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss in nats: a NumPy scalar, or with ``reduction="none"`` an array of the shape of `probs`. Each element's
        loss is within 4 units in the last place of its largest term (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    binary_cross_entropy_with_grad : With the gradient.
    binary_cross_entropy_with_logits : The same of logits: if you have them, take it.
    log_loss : For rows of classes.

    Notes
    -----
    A target of 0 or 1 leaves one term; the other is not looked at. Nothing is clipped: the loss is +inf where the
    prediction rules out what is true (PyTorch gives 100). NaN gives NaN.

    References
    ----------
    .. [1] I. J. Good, "Rational Decisions", Journal of the Royal Statistical Society B 14, 1952.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.losses.binary_cross_entropy([0.5, 0.75], [1, 0], reduction="none").round(4))
    [0.6931 1.3863]
    """
    return bernoulli(probs, target, options, CheckedElementOptions, False)[0]


@shown_with(CheckedElementGradOptions, "losses", DEFAULTS)
def binary_cross_entropy_with_grad(
    probs: ArrayLike, target: ArrayLike, **options: Unpack[CheckedElementGradOptions]
) -> tuple[Any, Any]:
    """`binary_cross_entropy`, and its gradient with respect to `probs`, from one pass.

    The gradient is (p - t) / (p (1 - p)).

    Parameters
    ----------
    probs, target : array_like
        As in `binary_cross_entropy`.
    sample_weight, where, reduction, empty, check, out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `binary_cross_entropy` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `probs` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    binary_cross_entropy : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> loss, grad = xlogx.losses.binary_cross_entropy_with_grad([0.5], [1])
    >>> print(loss.round(4), grad)
    0.6931 [-2.]
    """
    return bernoulli(probs, target, options, CheckedElementGradOptions, True)


@shown_with(PosWeightOptions, "losses", DEFAULTS)
def binary_cross_entropy_with_logits(logits: ArrayLike, target: ArrayLike, **options: Unpack[PosWeightOptions]) -> Any:
    r"""Cross-entropy of logits of one of two classes.

    .. math:: w t \log (1 + e^{-z}) + (1 - t) \log (1 + e^z)

    with the `pos_weight` w.

    Parameters
    ----------
    logits : array_like
        Logits of the first class against the second: any real dtype up to 64 bits, any shape.
    target : array_like
        Whether it is the first class, or the probability of it; it broadcasts to the shape of `logits`.
    pos_weight : array_like or None, default None
        A factor for the terms of the first class, finite and not negative; it broadcasts to the shape of `logits`.
    sample_weight, where, reduction, empty, check, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss in nats: a NumPy scalar, or with ``reduction="none"`` an array of the shape of `logits`. Each element's
        loss is within 4 units in the last place of its largest term (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    binary_cross_entropy_with_logits_with_grad : With the gradient.
    cross_entropy : For rows of classes.

    Notes
    -----
    A target of 0 or 1 leaves one term. Infinite logits give 0 or +inf. NaN gives NaN.

    References
    ----------
    .. [1] D. R. Cox, "The Regression Analysis of Binary Sequences", Journal of the Royal Statistical Society B 20,
       1958.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.losses.binary_cross_entropy_with_logits([0.0, 40.0], [1, 1], reduction="none"))
    [6.93147181e-01 4.24835426e-18]
    """
    return bernoulli_of_logits(logits, target, options, PosWeightOptions, False)[0]


@shown_with(PosWeightGradOptions, "losses", DEFAULTS)
def binary_cross_entropy_with_logits_with_grad(
    logits: ArrayLike, target: ArrayLike, **options: Unpack[PosWeightGradOptions]
) -> tuple[Any, Any]:
    """`binary_cross_entropy_with_logits`, and its gradient with respect to `logits`, from one pass.

    With σ the logistic function the gradient is (1 - t) σ(z) - w t σ(-z).

    Parameters
    ----------
    logits, target : array_like
        As in `binary_cross_entropy_with_logits`.
    pos_weight
        As in `binary_cross_entropy_with_logits`.
    sample_weight, where, reduction, empty, check, out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `binary_cross_entropy_with_logits` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `logits` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    binary_cross_entropy_with_logits : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> loss, grad = xlogx.losses.binary_cross_entropy_with_logits_with_grad([0.0], [1])
    >>> print(loss.round(4), grad)
    0.6931 [-0.5]
    """
    return bernoulli_of_logits(logits, target, options, PosWeightGradOptions, True)
