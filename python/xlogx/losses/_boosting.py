"""What boosting asks a loss for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from xlogx._loss_boosting import gradient_and_hessian
from xlogx._loss_options import DEFAULTS, BoostingOptions
from xlogx._options import shown_with

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@shown_with(BoostingOptions, "losses", DEFAULTS)
def softmax_grad_hess(logits: ArrayLike, target: ArrayLike, **options: Unpack[BoostingOptions]) -> tuple[Any, Any]:
    r"""Gradient of the cross-entropy of each sample, and the diagonal of its Hessian, as boosting wants them.

    .. math:: g_k = p_k - t_k, \qquad h_k = c \, p_k (1 - p_k), \qquad p = \operatorname{softmax}(z)

    Parameters
    ----------
    logits : array_like
        Raw scores of shape (samples, classes): any real dtype up to 64 bits.
    target : array_like
        Integer classes, one for each sample, or rows of probabilities.
    sample_weight : array_like or None, default None
        A weight for each sample, finite and not negative, that multiplies its gradient and Hessian.
    hessian : {"exact", "xgboost", "lightgbm"}, default "exact"
        The factor c: 1, 2, or K / (K - 1) with K classes.
    order : {"C", "F"}, default "C"
        The layout of both results: rows of a sample ("C"), or of a class ("F"), as LightGBM reads them.

    Returns
    -------
    gradient, hessian : ndarray
        Of the shape and dtype of `logits` (float64 for integers).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    cross_entropy_with_grad : The loss with the gradient of its mean.

    Notes
    -----
    1 - p is the sum of all other probabilities where p is next to 1, so that neither g nor h is rounded to 0 for sure
    samples. XGBoost never takes less than 1e-16 for h; here it is what it is. A row of -inf alone, or with +inf or NaN,
    is NaN.

    References
    ----------
    .. [1] J. H. Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29, 2001.

    Examples
    --------
    >>> import xlogx
    >>> gradient, hessian = xlogx.losses.softmax_grad_hess([[0.0, 0.0], [40.0, 0.0]], [0, 0], hessian="xgboost")
    >>> print(gradient)
    [[-5.00000000e-01  5.00000000e-01]
     [-4.24835426e-18  4.24835426e-18]]
    >>> print(hessian)
    [[5.00000000e-01 5.00000000e-01]
     [8.49670851e-18 8.49670851e-18]]
    """
    return gradient_and_hessian(logits, target, options)
