"""Losses of rows of probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from xlogx._loss_options import DEFAULTS, BrierGradOptions, BrierOptions, LogLossGradOptions, LogLossOptions
from xlogx._loss_probabilities import brier_score_of, log_loss_of
from xlogx._options import shown_with

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@shown_with(LogLossOptions, "losses", DEFAULTS)
def log_loss(probs: ArrayLike, target: ArrayLike, **options: Unpack[LogLossOptions]) -> Any:
    r"""Cross-entropy of predicted probabilities and a target.

    .. math:: -\sum_k t_k \log p_k

    of each sample, t being 1 for its label, or a row of probabilities.

    Parameters
    ----------
    probs : array_like
        Rows of probabilities, along `axis`: any real dtype up to 64 bits.
    target : array_like
        Integer classes, one for each sample, or rows of probabilities of the shape of `probs` (of length 1 along an
        axis that they are the same along).
    axis, weight, sample_weight, ignore_index, label_smoothing, where, reduction, empty, check, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss in nats: a NumPy scalar, or with ``reduction="none"`` an array with a place for each sample. Each
        sample's loss is within 4 units in the last place of the exact function of the stored numbers (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    log_loss_with_grad : With the gradient.
    cross_entropy : The same of logits: if you have them, take it, before probabilities are rounded.
    brier_score : A loss that stays finite.

    Notes
    -----
    p = 0 where the target is not makes the loss +inf: nothing is clipped. A class that the target gives 0 adds nothing.
    NaN in a row, with ``check=False``, makes its loss NaN. Class weights and smoothing are as in `cross_entropy`.

    References
    ----------
    .. [1] I. J. Good, "Rational Decisions", Journal of the Royal Statistical Society B 14, 1952.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.losses.log_loss([[0.5, 0.5], [0.75, 0.25]], [0, 1], reduction="none").round(4))
    [0.6931 1.3863]
    """
    return log_loss_of(probs, target, options, LogLossOptions, False)[0]


@shown_with(LogLossGradOptions, "losses", DEFAULTS)
def log_loss_with_grad(probs: ArrayLike, target: ArrayLike, **options: Unpack[LogLossGradOptions]) -> tuple[Any, Any]:
    """`log_loss`, and its gradient with respect to `probs`, from one call.

    The gradient is -t / p, and 0 where t is.

    Parameters
    ----------
    probs, target : array_like
        As in `log_loss`.
    axis, weight, sample_weight, ignore_index, label_smoothing, where, reduction, empty, check, out, dtype,
    grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `log_loss` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `probs` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    log_loss : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> loss, grad = xlogx.losses.log_loss_with_grad([[0.5, 0.5]], [0])
    >>> print(loss.round(4), grad)
    0.6931 [[-2.  0.]]
    """
    return log_loss_of(probs, target, options, LogLossGradOptions, True)


@shown_with(BrierOptions, "losses", DEFAULTS)
def brier_score(probs: ArrayLike, target: ArrayLike, **options: Unpack[BrierOptions]) -> Any:
    r"""Brier score of predicted probabilities: their squared distance from what is true.

    .. math:: \sum_k (p_k - t_k)^2

    of each sample, t being 1 for its label, or a row of probabilities.

    Parameters
    ----------
    probs : array_like
        Rows of probabilities, along `axis`: any real dtype up to 64 bits.
    target : array_like
        Integer classes, one for each sample, or rows of probabilities of the shape of `probs` (of length 1 along an
        axis that they are the same along).
    axis, sample_weight, ignore_index, where, reduction, empty, check, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The score, from 0 to 2: a NumPy scalar, or with ``reduction="none"`` an array with a place for each sample. Each
        sample's score is within 4 units in the last place of the exact function of the stored numbers (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    brier_score_with_grad : With the gradient.
    log_loss : The logarithmic score.

    Notes
    -----
    The sum is over all classes, as Brier defined it: for two classes it is twice what scikit-learn's
    ``brier_score_loss`` gives by default. NaN in a row, with ``check=False``, makes its score NaN.

    References
    ----------
    .. [1] G. W. Brier, "Verification of Forecasts Expressed in Terms of Probability", Monthly Weather Review 78, 1950.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.losses.brier_score([[0.5, 0.5], [1.0, 0.0]], [0, 1], reduction="none"))
    [0.5 2. ]
    """
    return brier_score_of(probs, target, options, BrierOptions, False)[0]


@shown_with(BrierGradOptions, "losses", DEFAULTS)
def brier_score_with_grad(probs: ArrayLike, target: ArrayLike, **options: Unpack[BrierGradOptions]) -> tuple[Any, Any]:
    """`brier_score`, and its gradient with respect to `probs`, from one call.

    The gradient is 2 (p - t).

    Parameters
    ----------
    probs, target : array_like
        As in `brier_score`.
    axis, sample_weight, ignore_index, where, reduction, empty, check, out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `brier_score` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `probs` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    brier_score : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> score, grad = xlogx.losses.brier_score_with_grad([[0.5, 0.5]], [0])
    >>> print(score, grad)
    0.5 [[-1.  1.]]
    """
    return brier_score_of(probs, target, options, BrierGradOptions, True)
