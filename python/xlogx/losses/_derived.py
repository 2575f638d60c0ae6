"""Losses of rows of logits that are made of others: the focal loss, and distillation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from xlogx._loss_calls import distilled
from xlogx._loss_focal import focal_loss
from xlogx._loss_options import DEFAULTS, DistillationGradOptions, DistillationOptions, FocalGradOptions, FocalOptions
from xlogx._options import shown_with

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@shown_with(FocalOptions, "losses", DEFAULTS)
def focal(logits: ArrayLike, target: ArrayLike, **options: Unpack[FocalOptions]) -> Any:
    r"""Focal loss of logits and a target: the cross-entropy, less of it the easier the sample is.

    .. math:: -\sum_k t_k \alpha_k (1 - p_k)^\gamma \log p_k, \qquad p = \operatorname{softmax}(z / T)

    of each sample, t being 1 for its label, or a row of probabilities.

    Parameters
    ----------
    logits : array_like
        Logits: any real dtype up to 64 bits, the classes along `axis`. -inf is a class that is ruled out.
    target : array_like
        Integer classes, one for each sample, or rows of probabilities of the shape of `logits` (of length 1 along an
        axis that they are the same along).
    gamma : float, default 2.0
        At least 0: how much less an easy sample counts; 0 is the cross-entropy.
    alpha : array_like or None, default None
        A number for each class, or one for all, that multiplies the losses of its samples. A mean is not divided by it.
    axis, sample_weight, ignore_index, temperature, where, reduction, empty, check, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss in nats: a NumPy scalar, or with ``reduction="none"`` an array with a place for each sample. Each
        sample's loss is within 4 units in the last place of the exact function of the surprisals of its classes
        (float32: 1), however sure the prediction is.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    focal_with_grad : With the gradient.
    cross_entropy : The loss that it is made of.

    Notes
    -----
    1 - p is computed from the surprisal h = -log p as :math:`1 - e^{-h}`, without cancellation. A label at -inf gives
    +inf, a row of -inf alone, or with +inf or NaN, is NaN. Unlike a class weight in `cross_entropy`, `alpha` is in no
    denominator.

    References
    ----------
    .. [1] T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollár, "Focal Loss for Dense Object Detection", ICCV 2017.

    Examples
    --------
    >>> import xlogx
    >>> print(xlogx.losses.focal([[4.0, 0.0], [0.0, 0.0]], [0, 0], reduction="none"))
    [5.87156972e-06 1.73286795e-01]
    """
    return focal_loss(logits, target, options, FocalOptions, False)[0]


@shown_with(FocalGradOptions, "losses", DEFAULTS)
def focal_with_grad(logits: ArrayLike, target: ArrayLike, **options: Unpack[FocalGradOptions]) -> tuple[Any, Any]:
    r"""`focal`, and its gradient with respect to `logits`, from one call.

    With the surprisals h = -log p and the derivative f' of :math:`f(h) = (1 - e^{-h})^\gamma h`, it is the gradient of
    a cross-entropy whose coefficients are :math:`t \alpha f'(h)`.

    Parameters
    ----------
    logits, target : array_like
        As in `focal`.
    gamma, alpha
        As in `focal`.
    axis, sample_weight, ignore_index, temperature, where, reduction, empty, check, out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `focal` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `logits` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    focal : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> loss, grad = xlogx.losses.focal_with_grad([[0.0, 0.0]], [0], gamma=1)
    >>> print(loss.round(4), grad.round(4))
    0.3466 [[-0.4233  0.4233]]
    """
    return focal_loss(logits, target, options, FocalGradOptions, True)


@shown_with(DistillationOptions, "losses", DEFAULTS)
def distillation(
    *, student: ArrayLike, teacher: ArrayLike | tuple[ArrayLike, ArrayLike], **options: Unpack[DistillationOptions]
) -> Any:
    r"""Divergence of a student's logits from a teacher's, both softened by a temperature.

    .. math:: T^2 \sum_k q_k \log \frac{q_k}{p_k}, \qquad p = \operatorname{softmax}(z_{student} / T),
              \quad q = \operatorname{softmax}(z_{teacher} / T)

    The factor keeps the size of the gradient the same for all temperatures.

    Parameters
    ----------
    student, teacher : array_like
        Logits of the same shape: any real dtype up to 64 bits, the classes along `axis`. -inf is a class that is ruled
        out. `teacher` may be sparse: a tuple ``(indices, log_probs)`` of two arrays with k classes of each row along
        `axis` in the place of all: integers, none twice in a row, and the logarithms of their probabilities at the
        temperature of the call, those of the q above.
    axis, sample_weight, temperature, tail, where, reduction, empty, out, dtype
        The same in every loss.

    Returns
    -------
    scalar or ndarray
        The loss in nats: a NumPy scalar, or with ``reduction="none"`` an array with a place for each sample. Each
        sample's loss is within 4 units in the last place of the exact function of the stored numbers (float32: 1),
        also where student and teacher nearly agree. Never negative.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    distillation_with_grad : With the gradient.
    xlogx.logits.kl_divergence : The measure: no reduction, no factor, the reference first.

    Notes
    -----
    A class at -inf in the teacher adds nothing; one at -inf in the student alone makes the loss +inf. A row of -inf
    alone, or with +inf or NaN, in either argument is NaN. Equal rows give exactly 0.0. The temperature is from 1e-150
    to 1e150: its square is in range.

    With a sparse teacher the divergence is that of rows of k + 1 logits (one fewer with ``tail="drop"``), the student's
    over T rounded to float64. A sum of its probabilities above one, by up to the square root of the epsilon of their
    dtype, is one with a rounding, and so is one below where the student rules out all other classes; with a larger rest
    that is +inf.

    References
    ----------
    .. [1] G. Hinton, O. Vinyals and J. Dean, "Distilling the Knowledge in a Neural Network", 2015, arXiv:1503.02531.

    Examples
    --------
    >>> import xlogx
    >>> student, teacher = [[2.0, 1.0, -1.0]], [[2.0, 1.0, -1.0 + 1e-8]]
    >>> print(xlogx.losses.distillation(student=student, teacher=teacher, reduction="none"))
    [1.69428407e-18]

    Of the teacher only the two likeliest of four classes were kept:

    >>> import numpy as np
    >>> likeliest = np.array([[0, 2]]), np.log([[0.5, 0.25]])
    >>> for tail in ("bucket", "renormalize", "drop"):
    ...     print(tail, xlogx.losses.distillation(student=np.zeros((1, 4)), teacher=likeliest, tail=tail).round(4))
    bucket 0.1733
    renormalize 0.7498
    drop 0.0566
    """
    return distilled(student, teacher, options, DistillationOptions, False)[0]


@shown_with(DistillationGradOptions, "losses", DEFAULTS)
def distillation_with_grad(
    *, student: ArrayLike, teacher: ArrayLike | tuple[ArrayLike, ArrayLike], **options: Unpack[DistillationGradOptions]
) -> tuple[Any, Any]:
    """`distillation`, and its gradient with respect to `student`, from one pass.

    The gradient is T (p - q), and what `student` learns from; the teacher has none. With a sparse teacher it is that in
    the classes that are given; ``tail="bucket"`` spreads that of all others over them in the proportions of p,
    "renormalize" has q = 0 there, and "drop" no gradient.

    Parameters
    ----------
    student, teacher : array_like
        As in `distillation`.
    axis, sample_weight, temperature, tail, where, reduction, empty, out, dtype, grad_out
        The same in every loss.

    Returns
    -------
    loss : scalar or ndarray
        As `distillation` returns it, bit for bit.
    gradient : ndarray
        Of the shape and dtype of `student` (float64 for integers): that of the mean or of the sum, or with
        ``reduction="none"`` of each sample's own loss. 0 where a sample does not count.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    distillation : The loss alone, and what the options do.

    Examples
    --------
    >>> import xlogx
    >>> loss, grad = xlogx.losses.distillation_with_grad(student=[0.0, 0.0], teacher=[1.0, 0.0], temperature=2.0)
    >>> print(loss.round(4), grad.round(4))
    0.1212 [-0.2449  0.2449]

    Only one of the teacher's classes is known:

    >>> import numpy as np
    >>> likeliest = [1], np.log([0.5])
    >>> for tail in ("bucket", "renormalize"):
    ...     loss, grad = xlogx.losses.distillation_with_grad(student=np.zeros(4), teacher=likeliest, tail=tail)
    ...     print(tail, loss.round(4), grad.round(4))
    bucket 0.1438 [ 0.0833 -0.25    0.0833  0.0833]
    renormalize 1.3863 [ 0.25 -0.75  0.25  0.25]
    """
    return distilled(student, teacher, options, DistillationGradOptions, True)
