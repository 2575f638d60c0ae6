//! A case from bytes: a header of [`HEADER`] bytes, then pairs of weights. `seeds.py` writes the same format.
//!
//! The bytes hold a palette of a few pairs, and rows are made of it by a pattern: so a short input reaches rows of many
//! blocks, and the truth needs one logarithm for each pair, not for each weight.

use crate::layout::{Arrangement, Stored};

/// Bytes before the palette.
pub const HEADER: usize = 12;
/// Pairs of weights in a palette, at most.
const PALETTE: usize = 10;
/// Weights of all rows together: most cases stay small, so that there are many a second.
const MOST: [usize; 2] = [2_000, 70_000];

/// How many times larger than the shortest row length of their class rows may be.
const LENGTHS: [usize; 4] = [36, 300, 4_200, 20_000];

/// Weights on which something turns: the ends of the ranges, and of what needs no scaling.
const LANDMARKS: [f64; 16] = [
    5e-324,
    1e-310,
    f64::MIN_POSITIVE,
    2.3e-308,
    1e-292,
    1e-140,
    1e-135,
    1e-38,
    1.2e-38,
    1.0,
    3.4e38,
    1e100,
    1e150,
    8.9e307,
    1.7e308,
    f64::MAX,
];

/// What is asked of the library.
#[derive(Debug)]
pub struct Case {
    pub normalize: bool,
    pub base: Option<f64>,
    /// Asks for the root, where the measure is the Jensen-Shannon divergence.
    pub root: bool,
    /// Is the result float32?
    pub narrow: bool,
    pub added: f64,
    pub omit: bool,
    pub invalid_is_nan: bool,
    pub parallel: bool,
    pub rows: usize,
    pub length: usize,
    pub p: Argument,
    pub q: Argument,
    /// Is this position of this row under the mask?
    pub masked: Vec<bool>,
}

/// The weights of one argument, row by row, as they are stored, and how they lie.
#[derive(Debug)]
pub struct Argument {
    pub weights: Vec<f64>,
    pub stored: Stored,
    pub arrangement: Arrangement,
}

/// Bytes one after the other, zeros when there are no more.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        self.take::<1>()[0]
    }
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut taken = [0; N];
        let now = N.min(self.0.len());
        taken[..now].copy_from_slice(&self.0[..now]);
        self.0 = &self.0[now..];
        taken
    }
    fn word(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }
}

/// A weight: its first byte says how the next are to be understood. Most ways lead to ordinary numbers.
fn weight(bytes: &mut Bytes, before: f64) -> f64 {
    let kind = bytes.next();
    match kind % 12 {
        0 => f64::from_bits(u64::from_le_bytes(bytes.take())),
        1 => f64::from(f32::from_bits(u32::from_le_bytes(bytes.take()))),
        2 | 3 => (f64::from(u32::from_le_bytes(bytes.take())) + 1.0) / 4_294_967_296.0,
        4 => f64::from(bytes.next()),
        5 => f64::from(bytes.word()) * 1e-3,
        6 => 2f64.powi(i32::from(bytes.next() as i8)),
        7 => 2f64.powi(i32::from(bytes.word() as i16) % 1075),
        8 => 0.0,
        9 => near(before, i64::from(bytes.word() as i16)),
        10 => LANDMARKS[usize::from(bytes.next()) % LANDMARKS.len()],
        _ => 10f64.powi(i32::from(bytes.next() as i8)) * (1.0 + f64::from(bytes.next()) / 100.0),
    }
}

/// The number so many floating-point numbers further on, if it has the same sign.
fn near(x: f64, steps: i64) -> f64 {
    let moved = f64::from_bits(x.to_bits().wrapping_add_signed(steps));
    if moved.is_sign_positive() && moved.is_finite() { moved } else { x }
}

/// The weight of q beside a weight of p.
fn beside(relation: u8, ratio: i8, bytes: &mut Bytes, p: f64) -> f64 {
    match relation % 8 {
        0 | 1 => weight(bytes, p),
        2 => p,
        3 => p * 2f64.powi(i32::from(ratio)),
        4 => near(p, i64::from(bytes.next() as i8)),
        5 => p * (1.0 + f64::from(bytes.next() as i8) * 2f64.powi(-i32::from(ratio.unsigned_abs() % 60))),
        6 => p * (f64::from(ratio.unsigned_abs()) + 1.0),
        _ => near(p * 3.0, i64::from(bytes.next() as i8)),
    }
}

/// Which pair stands at a position.
fn choose(pattern: u8, row: usize, i: usize, length: usize, pairs: usize) -> usize {
    let cycle = |from: usize, to: usize| if to > from { from + (i + row) % (to - from) } else { from.min(pairs - 1) };
    match pattern % 8 {
        // One weight unlike the others: first, last, in the middle.
        1 if pattern & 8 == 0 => {
            if i == row % length {
                0
            } else {
                cycle(1, pairs)
            }
        }
        1 => {
            if i + 1 == length {
                0
            } else {
                cycle(1, pairs)
            }
        }
        2 => {
            if i == length / 2 {
                0
            } else {
                cycle(1, pairs)
            }
        }
        // A first block, or a first half, that misleads.
        3 => {
            if i < 4096.min(length / 2) {
                cycle(0, pairs / 2)
            } else {
                cycle(pairs / 2, pairs)
            }
        }
        4 => {
            if i < length / 2 {
                cycle(0, pairs / 2)
            } else {
                cycle(pairs / 2, pairs)
            }
        }
        // Noise.
        5 | 6 => {
            let mixed = (i as u64 + 1 + ((row as u64) << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ u64::from(pattern));
            (mixed >> 40) as usize % pairs
        }
        7 => (i / 16 + row) % pairs,
        _ => cycle(0, pairs),
    }
}

impl Case {
    /// The case that these bytes stand for; None if they are too few.
    pub fn new(data: &[u8], two: bool) -> Option<Self> {
        if data.len() <= HEADER {
            return None;
        }
        let mut bytes = Bytes(data);
        let options = bytes.next();
        let more = bytes.next();
        let (memory_p, memory_q) = (bytes.next(), bytes.next());
        let class = bytes.next();
        let span = bytes.word();
        let many = bytes.next();
        let pattern = bytes.next();
        let (relation, ratio) = (bytes.next(), bytes.next() as i8);
        let mask = bytes.next();

        let long = class % 16 == 15;
        let class = if long { 3 } else { [0, 0, 1, 2][usize::from(class % 4)] };
        let length = 1 + usize::from(span) % LENGTHS[class];
        let most = MOST[usize::from(long)];
        let rows = (1 + usize::from(many) % 40).min(most / length).max(1);
        let (stored_p, stored_q) = (Stored::ALL[usize::from(memory_p) % 8], Stored::ALL[usize::from(memory_q) % 8]);
        let arrangement = |byte: u8| Arrangement::ALL[usize::from(byte >> 3) % Arrangement::ALL.len()];

        let valid = more & 3 != 3;
        let round = |x: f64, stored: Stored| stored.round(if valid { legal(x, stored) } else { x });
        let mut palette = Vec::new();
        let mut before = 1.0;
        while palette.is_empty() || (!bytes.0.is_empty() && palette.len() < PALETTE) {
            let p = round(weight(&mut bytes, before), stored_p);
            let q = if two { round(beside(relation, ratio, &mut bytes, p), stored_q) } else { p };
            palette.push((p, q));
            before = p;
        }
        let at = |row, i| palette[choose(pattern, row, i, length, palette.len())];
        // Rows that are broadcast are all the first.
        let fill = |arrangement: Arrangement, pick: fn((f64, f64)) -> f64| -> Vec<f64> {
            let row_of = |row| if arrangement == Arrangement::Broadcast { 0 } else { row };
            (0..rows)
                .flat_map(|row| (0..length).map(move |i| (row_of(row), i)))
                .map(|(row, i)| pick(at(row, i)))
                .collect()
        };
        let (order_p, order_q) = (arrangement(memory_p), arrangement(memory_q));
        let masked = if mask & 1 == 0 {
            Vec::new()
        } else {
            (0..rows * length).map(|i| (i.wrapping_mul(usize::from(mask)) >> 3) % 5 == 0).collect()
        };
        Some(Self {
            normalize: options & 1 == 0,
            base: [None, None, Some(2.0), Some(10.0), Some(1.5), Some(2.0), Some(1e6), None]
                [usize::from(options >> 1) % 8],
            root: options & 16 != 0,
            narrow: options & 32 != 0,
            added: [0.0, 0.0, 0.0, 0.5, 1e-300, 1.0, 1e-9, 1e308][usize::from(more >> 2) % 8],
            omit: options & 64 != 0,
            invalid_is_nan: options & 128 != 0,
            parallel: more & 32 != 0 && long,
            rows,
            length,
            p: Argument { weights: fill(order_p, |pair| pair.0), stored: stored_p, arrangement: order_p },
            q: Argument { weights: fill(order_q, |pair| pair.1), stored: stored_q, arrangement: order_q },
            masked,
        })
    }
}

/// A number that is a weight of that type: finite and not negative.
fn legal(x: f64, stored: Stored) -> f64 {
    if x.is_nan() { 1.0 } else { x.abs().min(stored.largest()) }
}
