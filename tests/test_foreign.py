"""Arrays of other libraries are borrowed where they lie, and their nulls are dropped positions."""

import array
import gc
import subprocess
import sys

import numpy as np
import pytest
from arrow_producer import ArrowArray, ArrowStream, Data, packed
from foreign_objects import DOUBLES, Column, Tensor, doubles, error

import xlogx
from xlogx._arrays import P
from xlogx._foreign import borrowed


def test_a_tensor_is_borrowed():
    """A tensor is an ndarray over its memory, with its strides."""
    values = np.arange(12.0).reshape(3, 4).T
    got, valid = borrowed(P, Tensor(values))
    np.testing.assert_array_equal(got, values, strict=True)
    assert got.ctypes.data == values.ctypes.data
    assert got.strides == values.strides
    assert valid is None


@pytest.mark.parametrize(("device", "name"), [(2, "CUDA"), (8, "Metal"), (10, "ROCm"), (99, "DLPack device 99")])
def test_a_tensor_on_another_device(device, name):
    """Nothing is fetched from another device without being asked: the error says what to do."""
    assert f"got Tensor on {name}: move it there first" in error(TypeError, Tensor(DOUBLES, device=device))


def test_a_tensor_that_numpy_knows_otherwise():
    """Where DLPack fails and __array__ does not, as with bfloat16 in JAX, the array is the latter's."""

    class Known(Tensor):
        def __array__(self, dtype=None, copy=None):
            return self.values

    got, _ = borrowed(P, Known(DOUBLES, failure=RuntimeError("Unsupported dtype in DLTensor.")))
    assert got is DOUBLES


def test_what_numpy_takes_is_left_to_it():
    """Buffers, __array__ and __array_interface__ are np.asarray's; so is a column on a NumPy dtype, whatever it offers."""

    class Interface:
        __array_interface__ = DOUBLES.__array_interface__

    class Series(ArrowArray):
        dtype = np.dtype("d")

    class Frame(ArrowArray):
        dtypes = (np.dtype("d"), np.dtype("f"))

    for value in (
        *(array.array("d", [1.0]), memoryview(DOUBLES), range(3), np.float64(1.0), object()),
        *(Interface(), Series(doubles(4)), Frame(doubles(4))),
    ):
        assert borrowed(P, value) is None


def test_an_export_that_fails():
    """Where Arrow's way is closed another is taken."""

    class Array(Column):
        def __array__(self, dtype=None, copy=None):
            return DOUBLES

    class Both(Column, Tensor):
        pass

    assert borrowed(P, Array()) is None
    np.testing.assert_array_equal(borrowed(P, Both(DOUBLES))[0], DOUBLES)


def test_an_ndarray_loads_nothing():
    """The readers are loaded by the first call that needs them."""
    code = """if True:
        import sys
        import numpy as np
        import xlogx
        xlogx.entropy(np.ones(3)), xlogx.entropy([1, 2])
        assert not [name for name in sys.modules if "foreign" in name or "arrow" in name]
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_pyarrow():
    """Arrays of pyarrow, whole, sliced and chunked."""
    pa = pytest.importorskip("pyarrow", minversion="16")
    column = pa.array([0.5, None, 0.25, 0.25])
    got, valid = borrowed(P, column)
    assert got.ctypes.data == column.buffers()[1].address
    np.testing.assert_array_equal(valid, [True, False, True, True])
    got, valid = borrowed(P, column[1:3])
    assert got[1] == 0.25
    np.testing.assert_array_equal(valid, [False, True])
    got, valid = borrowed(P, pa.chunked_array([column, column[2:]]))
    np.testing.assert_array_equal(got[valid], [0.5, 0.25, 0.25, 0.25, 0.25])
    for kind in (pa.list_(pa.float32(), 2), pa.list_(pa.float32()), pa.large_list(pa.float32())):
        rows, valid = borrowed(P, pa.array([[9, 9], [1, 2], None, [3, None]], kind)[1:])
        np.testing.assert_array_equal(valid, [[True, True], [False, False], [True, False]])
        np.testing.assert_array_equal(rows[valid], np.array([1, 2, 3], np.float32), strict=True)
    for value in (pa.table({"a": column}), pa.record_batch({"a": column})):
        assert "pass one of its columns" in error(TypeError, value)
    assert "samples.entropy" in error(TypeError, pa.array(["a"]).dictionary_encode())
    flags = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([0, 1], pa.int8())) if hasattr(pa, "bool8") else None
    if flags is not None:
        assert "extension type arrow.bool8" in error(TypeError, flags)
        assert "extension type arrow.bool8" in error(TypeError, pa.FixedSizeListArray.from_arrays(flags, 2))
    noted = pa.field("a", pa.float64(), metadata={"unit": "kg"})
    borrowed(P, pa.chunked_array([column])), borrowed(P, pa.table([column], pa.schema([noted]))["a"])
    for kind in (pa.int8(), pa.uint64(), pa.float16(), pa.bool_()):
        values = np.array([0, 1, 1], kind.to_pandas_dtype())
        np.testing.assert_array_equal(borrowed(P, pa.array(values))[0], values, strict=True)


@pytest.mark.usefixtures("backend")
def test_where_of_other_libraries():
    """Bools of Arrow and of tensors are read as masks; a null among them is refused, and so is what is not bool."""
    flags = np.array([True, False, True, True])
    for where in (ArrowArray(Data("b", 4, packed(flags))), Tensor(flags)):
        assert xlogx.entropy([1, 9, 1, 2], where=where, base=2) == 1.5
    nulls = Data("b", 4, packed(flags), valid=[1, 1, 0, 1])
    with pytest.raises(ValueError, match=r"got a null at where\[0, 2\]"):
        xlogx.entropy(np.ones((1, 4)), where=ArrowArray(Data("+w:4", 1, children=[nulls])))
    with pytest.raises(TypeError, match="where must be bool, got dtype float64"):
        xlogx.entropy(np.ones(4), where=ArrowArray(doubles(4)))
    with pytest.raises(TypeError, match="bool in the CPU's memory, got Tensor"):
        xlogx.entropy(np.ones(4), where=Tensor(flags, device=2))


def test_pyarrow_memory():
    """What pyarrow allocated lives as long as the ndarray over it, and no longer."""
    pa = pytest.importorskip("pyarrow", minversion="16")
    gc.collect()
    before = pa.total_allocated_bytes()
    for value in (pa.array(range(100_000)), pa.chunked_array([pa.array(range(100_000))])):
        got, _ = borrowed(P, value)
        del value
    gc.collect()
    assert pa.total_allocated_bytes() >= before + got.nbytes
    assert got[-1] == 99_999
    del got
    gc.collect()
    assert pa.total_allocated_bytes() == before


def test_polars():
    """Series of Polars: numbers, booleans, arrays and lists, with nulls, sliced, in chunks."""
    pl = pytest.importorskip("polars")
    column = pl.Series([0.5, 0.25, 0.25])
    got, valid = borrowed(P, column)
    assert got.ctypes.data == column.to_numpy(allow_copy=False).ctypes.data
    assert valid is None
    lists = [[9, 9], [1, 2], None, [3, None]]
    for value in (
        pl.Series(lists[1:], dtype=pl.Array(pl.Float32, 2)),
        pl.Series(lists, dtype=pl.List(pl.Float32))[1:],
    ):
        rows, valid = borrowed(P, value)
        np.testing.assert_array_equal(valid, [[True, True], [False, False], [True, False]])
        np.testing.assert_array_equal(rows[valid], np.array([1, 2, 3], np.float32), strict=True)
    flags = pl.Series([True, None, False] * 5)
    got, valid = borrowed(P, flags[4:])
    np.testing.assert_array_equal(valid, flags[4:].is_not_null().to_numpy())
    np.testing.assert_array_equal(got[valid], flags[4:].drop_nulls().to_numpy())
    got, valid = borrowed(P, pl.concat([column, flags.cast(pl.Float64)], rechunk=False))
    np.testing.assert_array_equal(got[valid], [0.5, 0.25, 0.25] + [1, 0] * 5)
    assert "pass one of its columns" in error(TypeError, pl.DataFrame({"a": [1.0]}))
    for kind in (pl.String, pl.Categorical):
        assert "samples.entropy" in error(TypeError, pl.Series(["a"], dtype=kind))
    assert error(TypeError, column.cast(pl.Decimal(10, 2))).endswith("got Arrow type decimal")


def test_pandas(monkeypatch):
    """Columns of pandas: nullable ones have validity, with pyarrow and without; those on NumPy dtypes are NumPy's."""
    pd = pytest.importorskip("pandas")
    plain = pd.Series([0.5, np.nan, 0.5])
    for value in (pd.Categorical([1, 2, 2]), pd.CategoricalIndex([1, 2]), plain.astype("category")):
        assert (
            error(TypeError, value) == "p must be weights, got dtype category: samples.entropy is the entropy of labels"
        )
    for value in (pd.Series(["a"], dtype=object), pd.Index(["a"], dtype=object)):
        with pytest.raises(TypeError, match="got dtype object with str in it: samples"):
            xlogx.entropy(value)
    for value in (plain, plain.to_frame(), pd.Index([1.0]), plain.astype("Sparse[float]")):
        assert borrowed(P, value) is None
    for value in (pd.Series([1, None, 3], dtype="Int64"), pd.array([1, None, 3], "Int64")):
        got, valid = borrowed(P, value)
        np.testing.assert_array_equal(valid, [True, False, True])
        np.testing.assert_array_equal(got[valid], [1, 3], strict=True)
    if hasattr(pd.Series, "__arrow_c_stream__"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, "pyarrow", None)
            got, valid = borrowed(P, pd.Series([0.5, None], dtype="Float32"))
        np.testing.assert_array_equal(valid, [True, False])
        np.testing.assert_array_equal(got, np.array([0.5, 0], np.float32), strict=True)
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": pd.array([1, None], "Int64")})
    want = "got DataFrame with a column of dtype Int64: pass one of its columns"
    assert want in error(TypeError, frame)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "pyarrow", None)
        assert want in error(TypeError, frame)
    got, valid = borrowed(P, pd.Series([True, False], dtype="boolean"))
    np.testing.assert_array_equal(got, [True, False], strict=True)
    assert valid is None


@pytest.mark.usefixtures("backend")
def test_measures_of_what_is_borrowed():
    """A measure of columns is that of their values without the nulls, in the precision of their type."""
    nulls = np.array([1, 1, 0, 1, 1, 1, 0, 1], bool)
    rows = Data("+w:4", 2, children=[doubles(8, valid=nulls)])
    for value in (ArrowArray(rows), ArrowStream(rows, rows)):
        np.testing.assert_allclose(
            xlogx.entropy(value),
            [xlogx.entropy(row[keep]) for row, keep in zip(DOUBLES.reshape(2, 4), nulls.reshape(2, 4), strict=True)],
            rtol=1e-15,
        )
    q = np.ones(8)
    column = ArrowArray(doubles(8, valid=nulls))
    for measure in (xlogx.cross_entropy, xlogx.kl_divergence, xlogx.js_divergence, xlogx.js_distance):
        np.testing.assert_allclose(measure(column, q), measure(DOUBLES[nulls], q[nulls]), rtol=1e-14)
        np.testing.assert_allclose(measure(q, column), measure(q[nulls], DOUBLES[nulls]), rtol=1e-14)
    assert xlogx.entropy(ArrowArray(Data("f", 8, DOUBLES.astype("f")))).dtype == np.float32
    assert xlogx.entropy(Tensor(DOUBLES)) == xlogx.entropy(DOUBLES)


@pytest.mark.usefixtures("backend")
def test_a_bad_weight_in_what_is_borrowed():
    """A negative weight is named by its place; under a null it is not seen."""
    values = np.array([0.5, -1.0, 0.5])
    with pytest.raises(ValueError, match=r"q must be finite and non-negative, got q\[1\] = -1\.0"):
        xlogx.kl_divergence(np.ones(3), ArrowArray(doubles(3, values)))
    assert xlogx.entropy(ArrowArray(doubles(3, values, valid=[1, 0, 1])), base=2) == 1.0
