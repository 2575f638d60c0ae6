"""What the cross-entropy of a language model is reported as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from xlogx._loss_calls import bits_of, perplexity_of
from xlogx._loss_options import DEFAULTS, MeanCodeOptions, TotalCodeOptions
from xlogx._options import shown_with

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@shown_with(MeanCodeOptions, "losses", DEFAULTS)
def perplexity(logits: ArrayLike, target: ArrayLike, **options: Unpack[MeanCodeOptions]) -> Any:
    r"""Perplexity of a target under logits: among how many equally likely classes the model wavers.

    .. math:: \exp \operatorname{mean} \left( -\log p_y \right),
              \qquad p = \operatorname{softmax}(z / T), \quad y = target

    Parameters
    ----------
    logits : array_like
        Logits: any real dtype up to 64 bits, the classes along `axis`. -inf is a class that is ruled out.
    target : array_like
        Integer classes, one for each sample, or rows of probabilities of the shape of `logits` (of length 1 along an
        axis that they are the same along).
    axis, sample_weight, ignore_index, temperature, where, empty, check, out, dtype
        The same in every loss.

    Returns
    -------
    scalar
        The exponential of the mean cross-entropy. It is as near to the exact one as the last digit of that mean allows:
        its relative error is the mean's absolute error, and a rounding.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    bits_per_byte : Comparable between models with different tokens.
    cross_entropy : Its logarithm.
    xlogx.logits.perplexity : Of rows of logits, without a target.

    Notes
    -----
    A label at -inf makes it +inf.

    References
    ----------
    .. [1] F. Jelinek, R. L. Mercer, L. R. Bahl and J. K. Baker, "Perplexity, a Measure of the Difficulty of Speech
       Recognition Tasks", Journal of the Acoustical Society of America 62, 1977.

    Examples
    --------
    >>> import numpy as np, xlogx
    >>> print(xlogx.losses.perplexity(np.zeros((3, 8)), [1, 5, 7]).round(12))
    8.0
    """
    return perplexity_of(logits, target, options, MeanCodeOptions)


@shown_with(TotalCodeOptions, "losses", DEFAULTS)
def bits_per_byte(logits: ArrayLike, target: ArrayLike, *, n_bytes: float, **options: Unpack[TotalCodeOptions]) -> Any:
    r"""Bits per byte of a text under a model of its tokens.

    .. math:: \frac{-\sum \log_2 p_y}{n_{bytes}},
              \qquad p = \operatorname{softmax}(z / T), \quad y = target

    Parameters
    ----------
    logits : array_like
        Logits: any real dtype up to 64 bits, the classes along `axis`. -inf is a class that is ruled out.
    target : array_like
        Integer classes, one for each sample, or rows of probabilities of the shape of `logits` (of length 1 along an
        axis that they are the same along).
    n_bytes : float
        How many bytes the tokens that count stand for; above 0.
    axis, sample_weight, ignore_index, temperature, where, check, out, dtype
        The same in every loss.

    Returns
    -------
    scalar
        The sum of the cross-entropies of all tokens, in bits, over `n_bytes`.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
        The same in every loss.

    See Also
    --------
    perplexity : Per token, which depends on what a token is.

    Notes
    -----
    A label at -inf makes it +inf.

    References
    ----------
    .. [1] L. Gao et al., "The Pile: An 800GB Dataset of Diverse Text for Language Modeling", 2020, arXiv:2101.00027.

    Examples
    --------
    Three tokens of 8 equally likely ones, for 9 bytes:

    >>> import numpy as np, xlogx
    >>> print(xlogx.losses.bits_per_byte(np.zeros((3, 8)), [1, 5, 7], n_bytes=9).round(12))
    1.0
    """
    return bits_of(logits, target, n_bytes, options, TotalCodeOptions)
