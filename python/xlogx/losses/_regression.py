"""Losses of regression, of which every element is a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from xlogx._loss_element_calls import gaussian, poisson, squared
from xlogx._loss_options import DEFAULTS, ElementGradOptions, ElementOptions, PoissonGradOptions, PoissonOptions
from xlogx._options import shown_with

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@shown_with(ElementOptions, "losses", DEFAULTS)
def gaussian_nll(mean: ArrayLike, target: ArrayLike, *, variance: ArrayLike, **options: Unpack[ElementOptions]) -> Any:
    r"""Negative log-likelihood of a normal distribution, without its constant.

    .. math:: \tfrac12 \left( \log v + \frac{(\mu - t)^2}{v} \right)

    where v is the variance; :math:`\tfrac12 \log 2 \pi` is left out.

    Parameters
    ----------
    mean : array_like
        The predicted means: any real dtype up to 64 bits, any shape.
    target : array_like
        What was observed; it broadcasts to the shape of `mean`.
    variance : array_like
        The predicted variances, above 0 and finite; they broadcast to the shape of `mean`.
    sample_weight, where, reduction, empty, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss in nats: a NumPy scalar, or with ``reduction="none"`` an array of the shape of `mean`. Each element's
        loss is within 4 units in the last place of its largest term (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    gaussian_nll_with_grad : With the gradient.
    mean_squared_error : Where the variance is the same everywhere.

    Notes
    -----
    No variance is raised to a least one: one of 0 is an error. NaN gives NaN.

    References
    ----------
    .. [1] D. A. Nix and A. S. Weigend, "Estimating the Mean and Variance of the Target Probability Distribution",
       ICNN 1994.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.losses.gaussian_nll([1.0, 2.0], [1.0, 4.0], variance=[1.0, 4.0], reduction="none").round(4))
    [0.     1.1931]
    """
    return gaussian(mean, target, variance, options, ElementOptions, False)[0]


@shown_with(ElementGradOptions, "losses", DEFAULTS)
def gaussian_nll_with_grad(
    mean: ArrayLike, target: ArrayLike, *, variance: ArrayLike, **options: Unpack[ElementGradOptions]
) -> tuple[Any, Any]:
    """`gaussian_nll`, and its gradient with respect to `mean`, from one pass.

    The gradient is (μ - t) / v.

    Parameters
    ----------
    mean, target, variance : array_like
        As in `gaussian_nll`.
    sample_weight, where, reduction, empty, out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `gaussian_nll` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `mean` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    gaussian_nll : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> loss, grad = xlogx.losses.gaussian_nll_with_grad([2.0], [4.0], variance=[4.0])
    >>> print(loss.round(4), grad)
    1.1931 [-0.5]
    """
    return gaussian(mean, target, variance, options, ElementGradOptions, True)


@shown_with(PoissonOptions, "losses", DEFAULTS)
def poisson_nll(log_rate: ArrayLike, target: ArrayLike, **options: Unpack[PoissonOptions]) -> Any:
    r"""Negative log-likelihood of a Poisson distribution, without its constant.

    .. math:: e^x - t x, \qquad \text{or of the rate itself} \quad \lambda - t \log \lambda

    Parameters
    ----------
    log_rate : array_like
        The logarithm of the predicted rate: any real dtype up to 64 bits, any shape.
    target : array_like
        What was counted, not negative; it broadcasts to the shape of `log_rate`.
    log_input : bool, default True
        Whether `log_rate` is the logarithm of the rate; else it is the rate itself, which is not negative.
    full : bool, default False
        Add Stirling's approximation of log t!, :math:`t \log t - t + \tfrac12 \log 2 \pi t`, where t > 1.
    sample_weight, where, reduction, empty, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss in nats: a NumPy scalar, or with ``reduction="none"`` an array of the shape of `log_rate`. Each
        element's loss is within 4 units in the last place of its largest term (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    poisson_nll_with_grad : With the gradient.

    Notes
    -----
    A rate of 0 gives +inf where something was counted, and 0 where nothing was: no epsilon is added
    (PyTorch adds 1e-8). NaN gives NaN.

    References
    ----------
    .. [1] J. A. Nelder and R. W. M. Wedderburn, "Generalized Linear Models", Journal of the Royal Statistical Society A
       135, 1972.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.losses.poisson_nll([0.0, 1.0], [0, 2], reduction="none").round(4))
    [1.     0.7183]
    """
    return poisson(log_rate, target, options, PoissonOptions, False)[0]


@shown_with(PoissonGradOptions, "losses", DEFAULTS)
def poisson_nll_with_grad(
    log_rate: ArrayLike, target: ArrayLike, **options: Unpack[PoissonGradOptions]
) -> tuple[Any, Any]:
    """`poisson_nll`, and its gradient with respect to `log_rate`, from one pass.

    With respect to what was given, the gradient is e^x - t, or 1 - t / λ.

    Parameters
    ----------
    log_rate, target : array_like
        As in `poisson_nll`.
    log_input, full
        As in `poisson_nll`.
    sample_weight, where, reduction, empty, out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `poisson_nll` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `log_rate` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    poisson_nll : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> loss, grad = xlogx.losses.poisson_nll_with_grad([0.0], [3])
    >>> print(loss, grad)
    1.0 [-2.]
    """
    return poisson(log_rate, target, options, PoissonGradOptions, True)


@shown_with(ElementOptions, "losses", DEFAULTS)
def mean_squared_error(prediction: ArrayLike, target: ArrayLike, **options: Unpack[ElementOptions]) -> Any:
    r"""Squared error of a prediction, and its mean.

    .. math:: (x - t)^2

    Parameters
    ----------
    prediction : array_like
        What is predicted: any real dtype up to 64 bits, any shape.
    target : array_like
        What was observed; it broadcasts to the shape of `prediction`, and never enlarges it.
    sample_weight, where, reduction, empty, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss: a NumPy scalar, or with ``reduction="none"`` an array of the shape of `prediction`. Each element's
        loss is within 4 units in the last place of its largest term (float32: 1).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    mean_squared_error_with_grad : With the gradient.
    gaussian_nll : Where the variance is predicted, too.

    Notes
    -----
    NaN gives NaN.

    References
    ----------
    .. [1] C. F. Gauss, *Theoria combinationis observationum erroribus minimis obnoxiae*, 1823.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.losses.mean_squared_error([1.0, 2.0], [1.0, 4.0]))
    2.0
    """
    return squared(prediction, target, options, ElementOptions, False)[0]


@shown_with(ElementGradOptions, "losses", DEFAULTS)
def mean_squared_error_with_grad(
    prediction: ArrayLike, target: ArrayLike, **options: Unpack[ElementGradOptions]
) -> tuple[Any, Any]:
    """`mean_squared_error`, and its gradient with respect to `prediction`, from one pass.

    The gradient is 2 (x - t).

    Parameters
    ----------
    prediction, target : array_like
        As in `mean_squared_error`.
    sample_weight, where, reduction, empty, out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `mean_squared_error` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `prediction` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    mean_squared_error : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> loss, grad = xlogx.losses.mean_squared_error_with_grad([1.0, 2.0], [1.0, 4.0])
    >>> print(loss, grad)
    2.0 [ 0. -2.]
    """
    return squared(prediction, target, options, ElementGradOptions, True)
