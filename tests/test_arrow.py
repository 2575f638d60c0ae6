"""Arrow's arrays and streams are borrowed where they lie, with their nulls, and released once."""

import gc
import os
import weakref

import numpy as np
import pytest
from arrow_producer import ArrowArray, ArrowStream, Data, packed
from foreign_objects import DOUBLES, doubles, error

from xlogx._arrays import P, Q
from xlogx._foreign import borrowed

FORMATS = dict(zip("csilCSILefg", "bhiqBHIQefd", strict=True))


@pytest.mark.parametrize(("form", "dtype"), FORMATS.items())
def test_numbers_are_borrowed(form, dtype):
    """An array of numbers of any type, from any offset on, is an ndarray over its memory; it is read-only."""
    values = np.arange(10, dtype=dtype)
    for export in (lambda data: ArrowArray(data), lambda data: ArrowStream(data, data)):
        for offset in (0, 3):
            got, valid = borrowed(P, export(Data(form, 7, values, offset=offset)))
            np.testing.assert_array_equal(got, values[offset : offset + 7], strict=True)
            assert got.ctypes.data == values[offset:].ctypes.data
            assert np.shares_memory(got, values)
            assert not got.flags.writeable
            assert valid is None


@pytest.mark.parametrize("offset", range(18))
def test_bits_are_unpacked(offset):
    """Booleans and validity are bits of bytes, from any bit on, to any bit."""
    bits = np.random.default_rng(offset).random(40) < 0.5
    for length in range(1, 22):
        part = slice(offset, offset + length)
        got, valid = borrowed(P, ArrowArray(Data("b", length, packed(bits), offset=offset)))
        np.testing.assert_array_equal(got, bits[part], strict=True)
        assert valid is None
        _, valid = borrowed(P, ArrowArray(doubles(length, np.arange(40.0), valid=bits, offset=offset)))
        assert (valid is None) == bits[part].all()
        if valid is not None:
            np.testing.assert_array_equal(valid, bits[part], strict=True)


def test_no_null_no_validity():
    """Where nothing is null there is no validity: without bits, with bits that say so, and with a count of zero."""
    for data in (doubles(5), doubles(5, valid=np.ones(8)), doubles(5, valid=np.zeros(8), null_count=0)):
        assert borrowed(P, ArrowArray(data))[1] is None


def test_fixed_lists_are_rows():
    """Lists of a fixed size are the rows of a borrowed array; a null list is a row of nulls."""
    child_valid = np.array([1, 1, 0, 1, 1, 1, 1, 1], bool)
    for offset in (0, 1):
        child = doubles(8, np.append(0.0, DOUBLES), valid=np.append(True, child_valid), offset=1)
        data = Data("+w:2", 3, valid=[1, 1, 0, 1], offset=offset, children=[child])
        rows, valid = borrowed(P, ArrowArray(data))
        np.testing.assert_array_equal(rows, DOUBLES[2 * offset :][:6].reshape(3, 2), strict=True)
        assert np.shares_memory(rows, child.buffers[1])
        expected = child_valid.reshape(4, 2) & np.array([1, 1, 0, 1], bool)[:, None]
        np.testing.assert_array_equal(valid, expected[offset:][:3], strict=True)


def test_lists_of_lists_are_further_axes():
    """Lists may be nested, each with its own nulls."""
    inner = Data("+w:2", 4, valid=[1, 0, 1, 1], children=[doubles(8)])
    for outer in (
        Data("+w:2", 2, valid=[1, 0], children=[inner]),
        Data("+l", 2, np.array([0, 2, 4], "i"), valid=[1, 0], children=[inner]),
    ):
        got, valid = borrowed(P, ArrowArray(outer))
        np.testing.assert_array_equal(got, DOUBLES.reshape(2, 2, 2), strict=True)
        np.testing.assert_array_equal(valid[:, :, 0], [[True, False], [False, False]])
        np.testing.assert_array_equal(valid[..., 0], valid[..., 1])


@pytest.mark.parametrize(("form", "dtype"), [("+l", "i"), ("+L", "q")])
def test_lists_of_one_length_are_rows(form, dtype):
    """Lists of variable size that have one length are the rows of a borrowed array, in a slice as well."""
    offsets = np.array([0, 1, 3, 5, 7], dtype)
    rows, valid = borrowed(P, ArrowArray(Data(form, 3, offsets, offset=1, children=[doubles(8)])))
    np.testing.assert_array_equal(rows, DOUBLES[1:7].reshape(3, 2), strict=True)
    assert np.shares_memory(rows, DOUBLES)
    assert valid is None


@pytest.mark.parametrize("offsets", [[0, 2, 2, 4], [1, 3, 6, 8], [0, 2, 4, 6]])
def test_a_null_list_has_any_length(offsets):
    """A null among lists of one length is a row of nulls, however many elements it takes."""
    child_valid = np.array([1, 1, 1, 0, 1, 1, 1, 1], bool)
    data = Data("+l", 3, np.array(offsets, "i"), valid=[1, 0, 1], children=[doubles(8, valid=child_valid)])
    rows, valid = borrowed(P, ArrowArray(data))
    for i in (0, 2):
        part = slice(offsets[i], offsets[i + 1])
        np.testing.assert_array_equal(rows[i], DOUBLES[part])
        np.testing.assert_array_equal(valid[i], child_valid[part])
    assert rows.shape == (3, 2)
    assert not valid[1].any()


def test_lists_that_are_all_null_are_rows_of_nulls():
    """Where all lists are null, alone or as one chunk of several, each is a row of nulls."""
    none = Data("+l", 2, np.zeros(3, "i"), valid=[0, 0], children=[doubles(0)])
    two = Data("+l", 2, np.array([0, 2, 4], "i"), children=[doubles(4)])
    rows, valid = borrowed(P, ArrowArray(none))
    assert rows.shape == valid.shape == (2, 1)
    for chunks in ([none, two], [two, none]):
        rows, valid = borrowed(P, ArrowStream(two, *chunks))
        np.testing.assert_array_equal(rows[valid], DOUBLES[:4])
        np.testing.assert_array_equal(valid.all(-1), [chunk is two for chunk in chunks for _ in range(2)])


def test_rows_have_one_length():
    """Lists of different lengths are an error that names the first odd row, counted through all chunks."""
    odd = Data("+l", 3, np.array([0, 2, 4, 7], "i"), children=[doubles(8)])
    two = Data("+l", 2, np.array([0, 2, 4], "i"), children=[doubles(8)])
    assert "got 3 weights in row 4 and 2 before it" in error(ValueError, ArrowStream(two, two, odd))
    one = Data("+l", 2, np.array([0, 1, 2], "i"), children=[doubles(8)])
    assert "got 1 weights in row 2 and 2 before it" in error(ValueError, ArrowStream(two, two, one))


def test_no_lists_need_no_offsets():
    """An empty array of lists may come without any buffer; so may lists that are all empty."""
    rows, _ = borrowed(P, ArrowArray(Data("+l", 0, None, children=[doubles(0, None)])))
    assert rows.shape == (0, 0)
    rows, _ = borrowed(P, ArrowArray(Data("+w:3", 0, children=[doubles(0, None)])))
    assert rows.shape == (0, 3)
    empty = Data("+l", 2, np.zeros(3, "i"), children=[Data("+l", 0, None, children=[doubles(0, None)])])
    assert borrowed(P, ArrowArray(empty))[0].shape == (2, 0, 0)


def test_lists_end_with_their_values():
    """Lists that reach beyond what they are made of, by a producer's fault, are an error and nothing is read there."""
    for data in (
        Data("+w:2", 3, offset=1, children=[doubles(6, offset=2)]),
        Data("+l", 2, np.array([0, 3, 6], "i"), children=[doubles(5)]),
    ):
        end = data.children[0].length
        assert f"beyond the {end} values" in error(ValueError, ArrowArray(data))


def test_several_chunks_are_joined():
    """The chunks of a stream come one after the other, empty ones too, with the nulls of each."""
    chunks = [doubles(0), doubles(3), doubles(2, valid=[1, 1, 1, 0, 1], offset=3), doubles(0)]
    got, valid = borrowed(P, ArrowStream(doubles(0), *chunks))
    np.testing.assert_array_equal(got, DOUBLES[:5], strict=True)
    np.testing.assert_array_equal(valid, [True, True, True, False, True], strict=True)


@pytest.mark.parametrize(
    ("form", "shape", "dtype"),
    [
        (Data("f", 0), (0,), np.float32),
        (Data("+w:3", 0, children=[Data("b", 0)]), (0, 3), bool),
        (Data("+l", 0, children=[Data("L", 0)]), (0, 0), np.uint64),
    ],
)
def test_no_chunks_are_an_empty_array(form, shape, dtype):
    """A stream without a chunk is an empty array of its type."""
    got, valid = borrowed(P, ArrowStream(form))
    np.testing.assert_array_equal(got, np.empty(shape, dtype), strict=True)
    assert valid is None


def test_an_array_is_released_once():
    """What lies under an ndarray is released with the last view of it, and once; its type at once."""
    values = DOUBLES.copy()
    gone = weakref.ref(values)
    producer = ArrowArray(Data("+w:2", 2, children=[doubles(4, values)]))
    rows, _ = borrowed(P, producer)
    view = rows[1:]
    del values, producer.data, rows
    gc.collect()
    assert producer.released == {"Schema": 1}
    np.testing.assert_array_equal(view, DOUBLES[2:4].reshape(1, 2))
    assert gone() is not None
    del view
    gc.collect()
    assert producer.released == producer.given == {"Schema": 1, "Array": 1}
    assert gone() is None


def test_a_stream_is_released_once():
    """A stream goes at once, its only chunk with the ndarray, and several chunks when they are joined."""
    producer = ArrowStream(doubles(4), doubles(4))
    got, _ = borrowed(P, producer)
    gc.collect()
    assert producer.released == {"Schema": 1, "Stream": 1}
    del got
    gc.collect()
    assert producer.released == producer.given == {"Schema": 1, "Stream": 1, "Array": 1}

    producer = ArrowStream(doubles(4), doubles(4), doubles(4))
    got, _ = borrowed(P, producer)
    gc.collect()
    assert producer.released == producer.given == {"Schema": 1, "Stream": 1, "Array": 2}
    np.testing.assert_array_equal(got, np.tile(DOUBLES[:4], 2))


def test_an_error_releases_everything():
    """Nothing stays behind a type that is refused, rows that are uneven, or a stream that breaks off."""
    odd = Data("+l", 2, np.array([0, 2, 3], "i"), children=[doubles(8)])
    for producer in (
        ArrowArray(Data("u", 1)),
        ArrowStream(Data("u", 1)),
        ArrowArray(odd),
        ArrowStream(odd, odd),
        ArrowStream(doubles(4), doubles(4), failure="out of tape"),
    ):
        error((TypeError, ValueError), producer)
        gc.collect()
        assert producer.released == producer.given


def test_a_stream_that_breaks_off_says_why():
    """The producer's reason is in the error; without one, the system's word for its code."""
    assert error(ValueError, ArrowStream(doubles(4), doubles(4), failure="out of tape"), Q).endswith(": out of tape")
    assert error(ValueError, ArrowStream(doubles(4), failure="")).endswith(f": {os.strerror(5)}")


@pytest.mark.parametrize(
    ("form", "name"),
    [
        *[("n", "null"), ("z", "binary"), ("Z", "large binary"), ("vz", "binary view"), ("w:16", "fixed-size binary")],
        *[("d:10,2", "decimal"), ("tdD", "date"), ("tdm", "date"), ("ttu", "time"), ("tsn:UTC", "timestamp")],
        *[("tDs", "duration"), ("tiM", "interval"), ("+vl", "list view"), ("+vL", "large list view"), ("+m", "map")],
        *[("+ud:0,1", "union"), ("+us:0,1", "union"), ("+r", "run-end encoded"), ("_q", "_q")],
    ],
)
def test_no_weights(form, name):
    """A type that is no real number of at most 64 bits is an error that names it, in lists too."""
    for value in (ArrowArray(Data(form, 0)), ArrowStream(Data("+L", 0, children=[Data(form, 0)]))):
        assert error(TypeError, value).endswith(f"got Arrow type {name}")


def test_labels():
    """Strings and dictionaries are labels: the error says where their entropy is."""
    data = {"string": Data("u", 0), "large string": Data("U", 0), "string view": Data("vu", 0)}
    data["dictionary"] = Data("c", 0, dictionary=doubles(0))
    for name, form in data.items():
        assert f"got Arrow type {name}: samples.entropy" in error(TypeError, ArrowArray(form), Q)
