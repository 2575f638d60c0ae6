"""Functions of logits: what special values give, and that every option means what it means for weights."""

import inspect
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest

import xlogx
from xlogx import logits

pytestmark = pytest.mark.usefixtures("backend")

NAN, INF = np.nan, np.inf
ONE = [logits.entropy, logits.perplexity, logits.logsumexp]
TWO = [logits.cross_entropy, logits.kl_divergence, logits.js_divergence]
MAPS = [logits.softmax, logits.log_softmax]
REDUCED = [*ONE, *TWO]
ALL = [*REDUCED, *MAPS, logits.compare]
every_function = pytest.mark.parametrize("function", ALL)
every_measure = pytest.mark.parametrize("measure", REDUCED)
two_arguments = pytest.mark.parametrize("measure", TWO)
every_map = pytest.mark.parametrize("function", MAPS)


def data(function, shape=(3, 4, 5), seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    count = 2 if function in TWO or function is logits.compare else 1
    return [(3 * rng.standard_normal(shape)).astype(dtype) for _ in range(count)]


def equal(got, want):
    """Hold two results of a function against each other: arrays, or comparisons."""
    got, want = (one if isinstance(one, tuple) else (one,) for one in (got, want))
    for a, b in zip(got, want, strict=True):
        np.testing.assert_array_equal(a, b)


def close(got, want, ulps=8):
    got, want = (one if isinstance(one, tuple) else (one,) for one in (got, want))
    for a, b in zip(got, want, strict=True):
        if np.asarray(a).dtype == bool:
            np.testing.assert_array_equal(a, b)
        else:
            np.testing.assert_array_max_ulp(np.asarray(a), np.asarray(b), ulps)


def test_the_namespace_is_an_attribute_of_the_package():
    """`import xlogx` is enough, and loads none of it before it is asked for."""
    assert xlogx.logits is logits
    assert "logits" in dir(xlogx)
    asked = "import sys, xlogx; before = 'xlogx.logits' in sys.modules; print(before, xlogx.logits.entropy.__name__)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "entropy"]


def test_a_row_without_a_class_is_nan():
    """Of -inf alone, or with everything dropped, nothing is left; the logsumexp is the logarithm of nothing."""
    gone = np.array([[-INF, -INF], [0.0, 0.0]])
    for measure in REDUCED:
        for arrays in ([gone], [gone, gone]) if measure not in TWO else ([gone, np.zeros(2)], [np.zeros(2), gone]):
            if len(arrays) != (2 if measure in TWO else 1):
                continue
            got = measure(*arrays)
            assert np.isnan(got[0]) if measure is not logits.logsumexp else got[0] == -INF
            assert np.isfinite(got[1])
    for function in MAPS:
        np.testing.assert_array_equal(np.isnan(function(gone)), [[True, True], [False, False]])
    assert np.isnan(logits.entropy([1.0, 2.0], where=[False, False]))
    assert logits.logsumexp([1.0, 2.0], where=False) == -INF
    assert np.isnan(logits.softmax([1.0, 2.0], where=False)).all()


@pytest.mark.parametrize("odd", [NAN, INF])
@pytest.mark.parametrize("n", [3, 9000])
def test_nan_and_infinity_make_their_row_nan(odd, n):
    """Also where the other argument is -inf; the logsumexp of a row with +inf is +inf."""
    good = np.zeros((2, n))
    bad = good.copy()
    bad[1, n - 1] = odd
    gone = good.copy()
    gone[:, n - 1] = -INF
    for measure in TWO:
        for arrays in ((bad, good), (good, bad), (gone, bad)):
            np.testing.assert_array_equal(np.isnan(measure(*arrays)), [False, True])
    for measure in (logits.entropy, logits.perplexity):
        np.testing.assert_array_equal(np.isnan(measure(bad)), [False, True])
    np.testing.assert_array_equal(logits.logsumexp(bad)[1], odd)
    for function in MAPS:
        np.testing.assert_array_equal(np.isnan(function(bad)).all(axis=-1), [False, True])
    found = logits.compare(good, bad)
    assert np.isfinite(found.entropy_p).all()
    assert np.isnan(found.p_of_top_q[1])
    assert not found.top_agreement[1]


def test_a_class_that_only_the_model_lacks_costs_without_limit():
    """KL and cross-entropy are +inf, JS stays finite; a class that the reference lacks adds nothing."""
    full, less = [0.0, 0.0, 0.0], [0.0, -INF, 0.0]
    assert logits.kl_divergence(full, less) == INF
    assert logits.cross_entropy(full, less) == INF
    assert logits.cross_entropy([0.0, -2000.0], [0.0, -INF]) == INF
    assert 0 < logits.js_divergence(full, less) < np.log(2)
    assert logits.kl_divergence(less, full) == pytest.approx(np.log(1.5), rel=1e-15)
    assert logits.entropy(less, base=2) == 1


@two_arguments
def test_a_masked_class_is_as_if_absent(measure):
    """-inf in both arguments changes nothing."""
    p, q = data(measure, (4, 6))
    p[:, 2] = q[:, 2] = -INF
    close(measure(p, q), measure(np.delete(p, 2, axis=1), np.delete(q, 2, axis=1)), 4)


def test_one_class_is_exact():
    """One class has no surprise, and no divergence: exactly +0.0, and a perplexity of 1."""
    for z in ([3.7], [-INF, -9.0, -INF]):
        for measure in (logits.entropy, *TWO):
            got = measure(*([z] * (2 if measure in TWO else 1)), temperature=0.3)
            assert got == 0
            assert not np.signbit(got)
        assert logits.perplexity(z) == 1
        assert logits.softmax(z).max() == 1
        assert logits.log_softmax(z).max() == 0
        assert not np.signbit(logits.log_softmax(z).max())
    assert logits.logsumexp([-7.0]) == -7


@pytest.mark.parametrize("n", [1, 2, 3, 7, 1000, 8193, 100_000])
def test_equal_logits_are_exact(n):
    """Of n equal logits the perplexity is n, and the entropy of 2^k in bits k."""
    z = np.full(n, -0.3)
    assert logits.perplexity(z, temperature=0.7) == n
    assert logits.entropy(z) == pytest.approx(np.log(n), rel=2e-16)
    assert logits.entropy(np.zeros(4096), base=2) == 12
    np.testing.assert_array_equal(logits.log_softmax(np.full(8, 2.5), base=2), np.full(8, -3.0))


def test_equal_rows_are_not_apart():
    """KL and JS are exactly 0.0, also after adding the same number to all logits exactly; total variation, too."""
    z = np.random.default_rng(3).integers(-1000, 1000, (20, 50)) / 64
    for shift in (0.0, 3.0, -1024.5, 2.0**30):
        for temperature in (1.0, 0.7):
            options = {"temperature": temperature}
            for measure in (logits.kl_divergence, logits.js_divergence):
                np.testing.assert_array_equal(measure(z, z + shift, **options), 0.0)
            assert (logits.compare(z, z + shift, **options).total_variation == 0).all()


def test_rows_with_nothing_in_common_are_one_bit_apart():
    """The largest Jensen-Shannon divergence is log 2, exactly."""
    p, q = [1.0, 2.0, -INF, -INF], [-INF, -INF, 0.3, 0.1]
    assert logits.js_divergence(p, q, base=2) == 1
    assert logits.js_divergence(p, q) == np.log(2)
    assert logits.compare(p, q).total_variation == 1


def test_what_leaves_the_range_is_infinite():
    """Logits and temperatures at the ends of float64 give what is nearest, and no NaN."""
    huge = 1.7e308
    assert logits.logsumexp([huge, -huge]) == huge
    assert logits.logsumexp([huge], temperature=1e-5) == INF
    assert logits.logsumexp([-huge], temperature=1e-5) == -INF
    assert logits.entropy([huge, -huge]) == 0
    assert logits.cross_entropy([0.0, -huge], [0.0, -huge]) == 0
    assert logits.kl_divergence([0.0, -huge], [0.0, -huge]) == 0
    assert logits.cross_entropy([-huge, huge], [0.0, -1e150]) == 1e150
    np.testing.assert_array_equal(logits.softmax([huge, -huge], temperature=1e-300), [1, 0])
    np.testing.assert_array_equal(logits.log_softmax([0.0, -huge], temperature=0.5), [0, -INF])


@every_function
@pytest.mark.parametrize("temperature", [0.5, 2, 8.0])
def test_a_temperature_divides_the_logits(function, temperature):
    """Of both arguments; by a power of two nothing is rounded, so the bits are those of the divided logits."""
    arrays = data(function)
    equal(function(*arrays, temperature=temperature), function(*(a / temperature for a in arrays)))


@every_function
@pytest.mark.parametrize("temperature", [0, -1.0, NAN, INF, 10**400, 5e-324])
def test_a_temperature_is_a_normal_positive_number(function, temperature):
    """Anything else is a ValueError that says so."""
    with pytest.raises(ValueError, match="temperature must be a number from 1e-300 to 1e300"):
        function(*data(function), temperature=temperature)


@pytest.mark.parametrize("temperature", [None, "1", [1.0], 1j, np.ones(1)])
def test_a_temperature_is_a_number(temperature):
    """One for the whole call."""
    with pytest.raises(TypeError, match="temperature must be a number"):
        logits.entropy([1.0], temperature=temperature)


@every_function
@pytest.mark.parametrize("axis", [0, 1, -1, (0,), (0, 2), (2, 0), (1, 2), None])
def test_a_row_is_its_axes_in_c_order(function, axis):
    """Any axes give what the same rows give when they are laid out one by one, bit for bit."""
    arrays = data(function)
    axes = range(3) if axis is None else sorted({a % 3 for a in (axis if isinstance(axis, tuple) else (axis,))})
    outer = [a for a in range(3) if a not in axes]
    shape = tuple(arrays[0].shape[a] for a in outer)
    order = [*outer, *axes]
    flat = [np.ascontiguousarray(a.transpose(order)).reshape(*shape, -1) for a in arrays]
    got = function(*arrays, axis=axis)
    if function in MAPS:
        assert got.shape == arrays[0].shape
        got = got.transpose(order).reshape(*shape, -1)
    equal(got, function(*flat))


@every_measure
def test_results_have_a_place_for_each_row(measure):
    """A scalar for one row, arrays for more, the reduced axes of length one with keepdims."""
    arrays = data(measure)
    assert measure(*arrays, axis=(0, 2), keepdims=True).shape == (1, 4, 1)
    assert type(measure(*arrays, axis=None)) is np.float64
    assert type(measure(*(a[0, 0].astype(np.float32) for a in arrays))) is np.float32
    assert measure(*(a[:0] for a in arrays)).shape == (0, 4)


@every_map
def test_a_single_logit_gives_a_scalar(function):
    """0-d input takes axis=None, and gives a NumPy scalar."""
    assert type(function(3.0, axis=None)) is np.float64
    assert function(np.zeros((0, 3))).shape == (0, 3)


@every_function
def test_arguments_broadcast(function):
    """Two arguments broadcast as in NumPy; strides, byte order and layout change nothing."""
    arrays = data(function)
    want = function(*arrays)
    for changed in (
        [np.asfortranarray(a) for a in arrays],
        [np.ascontiguousarray(a[::-1, :, ::-1])[::-1, :, ::-1] for a in arrays],
        [a.astype(">f8") for a in arrays],
        [np.repeat(a, 2, axis=-1)[..., ::2] for a in arrays],
    ):
        equal(function(*changed), want)
    if len(arrays) == 2:
        p, q = arrays
        equal(function(p, q[0, 0]), function(p, np.broadcast_to(q[0, 0], p.shape).copy()))
        equal(function(p[:, :1], q), function(np.broadcast_to(p[:, :1], q.shape).copy(), q))


@every_function
@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.bool_, np.float16, np.float32, ">f4", ">i2"])
def test_every_real_dtype_is_logits(function, dtype):
    """Whatever the dtype, the answers are those of its numbers; narrow floats give float32."""
    rng = np.random.default_rng(7)
    arrays = [rng.integers(0, 2, a.shape).astype(dtype) for a in data(function)]
    want = function(*(a.astype(np.float64) for a in arrays))
    width = np.float32 if np.dtype(dtype).kind == "f" else np.float64
    got = function(*arrays)
    for a, b in zip(*(one if isinstance(one, tuple) else (one,) for one in (got, want)), strict=True):
        assert a.dtype == (b.dtype if b.dtype == bool else width)
        close(a, b.astype(a.dtype), 1)


@every_function
def test_bfloat16_is_read_as_it_is(function):
    """The dtype of ml_dtypes and its bits are one and the same, and give float32."""
    ml_dtypes = pytest.importorskip("ml_dtypes")
    arrays = [a.astype(ml_dtypes.bfloat16) for a in data(function)]
    want = function(*(a.astype(np.float32) for a in arrays))
    close(function(*arrays), want, 1)
    close(function(*(a.view(np.uint16) for a in arrays), input_dtype="bfloat16"), want, 1)


@every_function
def test_what_is_dropped_is_as_if_absent(function):
    """where, masks and omitted NaN, of either argument, drop a position from both."""
    arrays = data(function, (4, 6))
    keep = np.array([True, True, False, True, True, False])
    want = function(*(a[:, keep] for a in arrays))
    with_nan = [arrays[0], *(np.where(keep, a, NAN) for a in arrays[1:])]
    with_nan[0] = np.where(keep, arrays[0], NAN) if len(arrays) == 1 else arrays[0]
    masked = [np.ma.array(arrays[0], mask=np.broadcast_to(~keep, (4, 6))), *arrays[1:]]
    for got in (
        function(*arrays, where=keep),
        function(*with_nan, nan_policy="omit"),
        function(*masked),
        function(*with_nan, where=keep, nan_policy="raise"),
    ):
        if function in MAPS:
            np.testing.assert_array_equal(got[:, ~keep], 0 if function is logits.softmax else -INF)
            got = got[:, keep]
        close(got, want)


@every_function
def test_nan_can_be_refused(function):
    """nan_policy="raise" names the first NaN; a row that is NaN for want of classes is none."""
    arrays = data(function, (4, 6))
    arrays[-1][2, 3] = NAN
    with pytest.raises(ValueError, match=re.escape("[2, 3] = nan")):
        function(*arrays, nan_policy="raise")
    arrays[-1][2] = -INF
    function(*arrays, nan_policy="raise")


@every_measure
def test_no_logit_is_invalid(measure):
    """on_invalid takes its values, and either gives the same."""
    arrays = data(measure)
    arrays[0][0, 0, 0] = INF
    equal(measure(*arrays, on_invalid="nan"), measure(*arrays))
    with pytest.raises(ValueError, match="on_invalid must be"):
        measure(*arrays, on_invalid="omit")


@every_measure
def test_out_is_filled_and_returned(measure):
    """The same bits go into the array that was given, whatever its layout; an error leaves it as it was."""
    arrays = data(measure)
    want = measure(*arrays)
    out = np.full((4, 3), -1.0).T
    assert measure(*arrays, out=out) is out
    np.testing.assert_array_equal(out, want)
    arrays[0][0, 0, 0] = NAN
    with pytest.raises(ValueError, match="nan"):
        measure(*arrays, out=out, nan_policy="raise")
    np.testing.assert_array_equal(out, want)
    with pytest.raises(ValueError, match="out must not share memory with z"):
        measure(*arrays, out=arrays[0][:, :, 0])


@every_function
def test_signatures_show_every_option(function):
    """inspect.signature shows data and options in one order; the docstring has them all."""
    shown = inspect.signature(function).parameters
    tail = ["axis", "base", "temperature", "tail", "where", "nan_policy", "on_invalid", "keepdims", "dtype", "out"]
    missing = {"perplexity": {"base"}, "compare": {"out"}}.get(function.__name__, set())
    if function in MAPS:
        missing = {"on_invalid", "keepdims"} | ({"base"} if function is logits.softmax else set())
    if function is not logits.kl_divergence:
        missing = missing | {"tail"}
    names = ["zp", "zq"] if function in TWO or function is logits.compare else ["z"]
    assert list(shown) == [*names, *(name for name in tail if name not in missing), "input_dtype"]
    for name in list(shown)[len(names) :]:
        assert shown[name].kind is inspect.Parameter.KEYWORD_ONLY
    for name in shown:
        assert re.search(rf"^(zp, )?{name}(, zq)? : ", function.__doc__, re.MULTILINE)
    assert "weight" not in function.__doc__
    assert pickle.loads(pickle.dumps(function)) is function


@every_function
def test_unknown_keywords_and_positional_options_are_refused(function):
    """Options go by keyword, and only those that exist."""
    for wrong in ("normalize", "pseudocount", "bas"):
        with pytest.raises(TypeError, match=f"{function.__name__}\\(\\) got an unexpected keyword argument '{wrong}'"):
            function(*data(function), **{wrong: 1})
    with pytest.raises(TypeError):
        function(*data(function), -1)


@every_function
def test_arguments_are_left_alone(function):
    """No call writes to its input, and read-only input is as good as any."""
    arrays = data(function)
    before = [a.copy() for a in arrays]
    for a in arrays:
        a.flags.writeable = False
    function(*arrays, axis=0)
    equal(tuple(arrays), tuple(before))


@pytest.mark.parametrize("temperature", [1e9, 1e300])
@pytest.mark.parametrize("n", [1, 2, 31, 33, 40])
@pytest.mark.parametrize("rows", [1, 2])
def test_masked_classes_stay_out_however_high_the_temperature(temperature, n, rows):
    """A class at -inf changes no divergence, nor does where a row ends in a register."""
    z, w = np.random.default_rng(60).standard_normal((2, rows, n))
    masked = np.full((rows, 1), -np.inf)
    for measure in (logits.kl_divergence, logits.js_divergence):
        plain = measure(z, w, temperature=temperature)
        assert (plain >= 0).all()
        more = measure(np.hstack([z, masked]), np.hstack([w, masked]), temperature=temperature)
        np.testing.assert_allclose(more, plain, rtol=1e-14, atol=0)


@pytest.mark.parametrize("jump", [340.0, 350.0, 700.0, 800.0, 1e4])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_later_block_may_lie_far_above(jump, dtype):
    """Rows longer than a block: the divergences of a class that stands out, wherever it is."""
    z, w = np.zeros(4100, dtype), np.zeros(4100, dtype)
    z[-1] = jump
    for measure in (logits.kl_divergence, logits.js_divergence):
        for first, second in ((z, w), (w, z)):
            np.testing.assert_allclose(measure(first, second), measure(first[::-1], second[::-1]), rtol=1e-6)
    assert logits.kl_divergence(z, w) == pytest.approx(np.log(4100), rel=1e-6)
    low = np.r_[np.full(4096, -1e4), 0.0, 1.0].astype(dtype)
    assert logits.kl_divergence(low, np.zeros(4098, dtype)) == pytest.approx(7.73605121991063, rel=1e-6)
