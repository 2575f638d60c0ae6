"""The measures that the tests go through, weights for them, and their refusal of what is wrong."""

import re

import numpy as np
import pytest

import xlogx

DIVERGENCES = [xlogx.kl_divergence, xlogx.js_divergence, xlogx.js_distance]
TWO = [xlogx.cross_entropy, *DIVERGENCES]
ALL = [xlogx.entropy, *TWO]

every_measure = pytest.mark.parametrize("measure", ALL)
two_arguments = pytest.mark.parametrize("measure", TWO)
divergences = pytest.mark.parametrize("measure", DIVERGENCES)


def data(measure, shape=(3, 4, 5), seed=0, dtype=np.float64):
    """As many arrays of positive weights as the measure takes."""
    rng = np.random.default_rng(seed)
    return [(rng.random(shape) + 0.05).astype(dtype) for _ in range(1 if measure is xlogx.entropy else 2)]


def refuses(kind, message, function, *arguments, **options):
    """The call raises an error of this kind, and the message has these words."""
    with pytest.raises(kind, match=re.escape(message)):
        function(*arguments, **options)


def answers(p, q, **options):
    """The answers of all measures but the distance, which is a root of one of them."""
    return [xlogx.entropy(p, **options)] + [measure(p, q, **options) for measure in TWO[:-1]]


def same(got, want):
    """The answers are alike to the last bit."""
    for one, other in zip(got, want, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)
