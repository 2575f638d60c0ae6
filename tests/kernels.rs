//! Facts about the core that need no Python: every level gives the same bits, whichever way a row is gone through.

use std::sync::atomic::AtomicBool;

use xlogx::accumulate::{Abreast, OfWeights, RowLanes, SHORT, sums_of_block, totals_of_block};
use xlogx::dispatch::{self, Level};
use xlogx::kernels::{CrossEntropy, Entropy, JsDivergence, KlDivergence, Measure, Scale, Totals};
use xlogx::lanes::{Job, Lanes};
use xlogx::math::{Sum, coefficients};
use xlogx::rows::{Dropped, Rows, Unit, Watch};
use xlogx::view::{Axis, Halves, Kind, Storage, View};

/// Row lengths around every boundary: a register, the virtual lanes, a short row, a group, a block, a leaf of blocks.
const LENGTHS: [usize; 22] =
    [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 127, 128, 129, 4095, 4096, 4097, 65_535, 65_537, 140_000];

fn weights(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64 + 1e-9
    };
    (0..count).map(|_| next()).collect()
}

fn rows<'a>(p: View<'a>, q: Option<View<'a>>, level: Level) -> Rows<'a> {
    let watch = Watch { stop: AtomicBool::new(false), invalid: AtomicBool::new(false), poll: None };
    let unit = Unit { normalize: true, base: None, root: false, invalid_is_nan: false };
    Rows { p, q, dropped: Dropped::NONE, unit, level, parallel: false, watch }
}

fn row(values: &[f64]) -> View<'_> {
    View::new(Storage::Double(values), 0, &[], &[Axis { length: values.len(), stride: 1 }], 0.0)
}

fn one<K: Measure<N>, const N: usize>(p: &[f64], q: &[f64], level: Level) -> f64 {
    let mut out = [0.0];
    assert!(rows(row(p), K::TWO.then(|| row(q)), level).measure::<f64, K, N>(&mut out));
    out[0]
}

fn same_at_every_level<K: Measure<N>, const N: usize>() {
    for length in LENGTHS {
        let (p, q) = (weights(length, 3), weights(length, 4));
        let portable = one::<K, N>(&p, &q, Level::Portable);
        for level in Level::supported() {
            assert_eq!(
                portable.to_bits(),
                one::<K, N>(&p, &q, level).to_bits(),
                "{length} weights at {}",
                level.name()
            );
        }
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    same_at_every_level::<Entropy, 2>();
    same_at_every_level::<CrossEntropy, 3>();
    same_at_every_level::<KlDivergence<false>, 3>();
    same_at_every_level::<KlDivergence<true>, 3>();
    same_at_every_level::<JsDivergence, 2>();
}

#[test]
fn rows_done_together_give_the_bits_of_rows_done_alone() {
    for length in LENGTHS.into_iter().filter(|length| *length <= 4097) {
        let count = 37;
        let values = weights(length * count, 5);
        let outer = [Axis { length: count, stride: length as isize }];
        let view = View::new(Storage::Double(&values), 0, &outer, &[Axis { length, stride: 1 }], 0.0);
        for level in Level::supported() {
            let mut out = vec![0.0; count];
            assert!(
                rows(View::new(Storage::Double(&values), 0, &outer, &[Axis { length, stride: 1 }], 0.0), None, level)
                    .measure::<f64, Entropy, 2>(&mut out)
            );
            for (index, together) in out.iter().enumerate() {
                let alone = one::<Entropy, 2>(&values[index * length..(index + 1) * length], &[], level);
                assert_eq!(together.to_bits(), alone.to_bits(), "row {index} of {length}");
            }
        }
        assert_eq!(view.length(), length);
    }
}

/// The sums of one row in the two ways of going through it.
struct BothWays<'a>(&'a [f64]);

impl Job for BothWays<'_> {
    type Output = ([f64; 2], [f64; 2]);

    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        let (totals, _) = totals_of_block::<V, f64, Entropy, 2, false>(self.0, 1.0);
        let total = totals.total();
        let reference = Entropy::reference(total, total, Scale::none()).splat::<V>();
        let terms = OfWeights::<V, Entropy, false, false>::new(&reference);
        let across = sums_of_block::<V, f64, _, 2>(self.0, self.0, &terms, 0);
        let spread: Vec<f64> = self.0.iter().flat_map(|x| std::iter::repeat_n(*x, V::COUNT)).collect();
        let (abreast, length) = (Abreast { weights: &spread[..], apart: V::COUNT, ahead: 0 }, self.0.len());
        let mut lanes = RowLanes::<V, Totals<V>>::new();
        lanes.add::<f64, Entropy, 2>(abreast, length, true);
        let total = lanes.merged::<f64>(length).0.total();
        let reference = Entropy::reference(total, total, Scale::none());
        let terms = OfWeights::<V, Entropy, false, false>::new(&reference);
        let mut lanes = RowLanes::<V, [Sum<V>; 2]>::new();
        // In two parts, as long columns come: a part is a number of groups.
        let part = 256.min(length);
        lanes.add(abreast, abreast, part, &terms, true);
        if length > part {
            let rest = Abreast { weights: &spread[part * V::COUNT..], ..abreast };
            lanes.add(rest, rest, length - part, &terms, false);
        }
        let (along, _) = lanes.merged::<f64>(length);
        (across.sums.map(|sum| sum.value().0), along.map(|sum| sum.value().first()))
    }
}

#[test]
fn a_row_across_the_lanes_and_a_row_in_one_lane_have_the_same_sums() {
    for length in LENGTHS.into_iter().chain(1..=SHORT) {
        let values = weights(length, 6);
        for level in Level::supported() {
            let (across, along) = dispatch::run(level, BothWays(&values));
            assert_eq!(across.map(f64::to_bits), along.map(f64::to_bits), "{length} weights at {}", level.name());
        }
    }
}

#[test]
fn bytes_strides_and_columns_are_read_like_dense_rows() {
    let (count, length) = (9, 5000);
    let dense = weights(count * length, 7);
    let swapped: Vec<u8> = dense.iter().flat_map(|x| x.to_ne_bytes().into_iter().rev()).collect();
    let columns: Vec<f64> =
        (0..length).flat_map(|i| (0..count).map(move |row| row * length + i)).map(|at| dense[at]).collect();
    let axes = |outer, inner| ([Axis { length: count, stride: outer }], [Axis { length, stride: inner }]);
    let (by_row, by_byte, by_column) =
        (axes(length as isize, 1), axes(8 * length as isize, 8), axes(1, count as isize));
    let views = || {
        [
            View::new(Storage::Double(&dense), 0, &by_row.0, &by_row.1, 0.0),
            View::new(Storage::Bytes(&swapped, Kind::Float64, true), 0, &by_byte.0, &by_byte.1, 0.0),
            View::new(Storage::Double(&columns), 0, &by_column.0, &by_column.1, 0.0),
        ]
    };
    for level in Level::supported() {
        let results = views().map(|view| {
            let mut out = vec![0.0; count];
            assert!(rows(view, None, level).measure::<f64, Entropy, 2>(&mut out));
            out
        });
        assert_eq!(results[0], results[1]);
        assert_eq!(results[0], results[2]);
    }
}

#[test]
fn a_negative_or_infinite_weight_is_reported() {
    for bad in [-1.0, f64::NEG_INFINITY, f64::INFINITY] {
        for length in LENGTHS {
            let mut values = weights(length, 8);
            values[length / 2] = bad;
            let mut out = [0.0];
            assert!(
                !rows(row(&values), None, Level::current()).measure::<f64, Entropy, 2>(&mut out),
                "{bad} in {length}"
            );
        }
    }
}

#[test]
fn the_parts_of_a_constant_add_up() {
    assert_eq!(coefficients::LN_2, std::f64::consts::LN_2);
    assert_eq!(coefficients::LOG2_E, std::f64::consts::LOG2_E);
    assert!(coefficients::LN_2_LOW.abs() < f64::EPSILON * coefficients::LN_2);
}

#[test]
fn every_number_of_two_bytes_is_widened_exactly_at_every_level() {
    let bytes: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_ne_bytes).collect();
    for upper in [false, true] {
        let truth: Vec<f64> = (0..=u16::MAX)
            .map(|bits| {
                let (exponent_bits, fraction_bits) = if upper { (8, 7) } else { (5, 10) };
                let exponent = i32::from(bits >> fraction_bits) & ((1 << exponent_bits) - 1);
                let fraction = f64::from(bits & ((1 << fraction_bits) - 1)) / f64::from(1 << fraction_bits);
                let bias = (1 << (exponent_bits - 1)) - 1;
                let size = match exponent {
                    0 => fraction * 2f64.powi(1 - bias),
                    _ if exponent == 2 * bias + 1 => {
                        if fraction == 0.0 {
                            f64::INFINITY
                        } else {
                            f64::NAN
                        }
                    }
                    _ => (1.0 + fraction) * 2f64.powi(exponent - bias),
                };
                if bits >> 15 == 1 { -size } else { size }
            })
            .collect();
        let same = |got: f64, want: f64| got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan();
        for level in Level::supported() {
            // Not from the first number on, so that the last lanes are not full.
            for (stride, swapped) in [(2isize, false), (2, true), (-6, false)] {
                let start = if stride < 0 { bytes.len() - 2 } else { 6 };
                let count = (bytes.len() - 8) / stride.unsigned_abs();
                let first = start / 2;
                let halves = Halves { bytes: &bytes, start, stride, swapped, upper };
                let (mut wide, mut single) = (vec![0.0; count], vec![0f32; 3 * count]);
                dispatch::run(level, halves.widen(&mut wide, 1, count));
                dispatch::run(level, halves.widen(&mut single, 3, count));
                for index in 0..count {
                    let place = (first as isize + index as isize * stride / 2) as u16;
                    let want = truth[usize::from(if swapped { place.swap_bytes() } else { place })];
                    assert!(same(wide[index], want), "{place:#x} at {}", level.name());
                    assert!(same(single[3 * index].into(), want), "{place:#x} at {}", level.name());
                }
            }
        }
    }
}
