//! Weights in memory, in every way in which the library reads them.

use half::f16;
use xlogx::view::{Axis, Kind, Storage, View};

/// The type that weights are stored in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stored {
    Double,
    Single,
    /// Bytes that lie unaligned.
    DoubleBytes,
    DoubleSwapped,
    SingleBytes,
    SingleSwapped,
    Half,
    Integer,
}

impl Stored {
    pub const ALL: [Self; 8] = [
        Self::Double,
        Self::Single,
        Self::DoubleBytes,
        Self::DoubleSwapped,
        Self::SingleBytes,
        Self::SingleSwapped,
        Self::Half,
        Self::Integer,
    ];

    /// The stored number nearest to this one.
    pub fn round(self, x: f64) -> f64 {
        match self {
            Self::Double | Self::DoubleBytes | Self::DoubleSwapped => x,
            Self::Single | Self::SingleBytes | Self::SingleSwapped => f64::from(x as f32),
            Self::Half => f16::from_f64(x).to_f64(),
            Self::Integer => f64::from(x as u16),
        }
    }

    /// The largest weight.
    pub fn largest(self) -> f64 {
        match self {
            Self::Double | Self::DoubleBytes | Self::DoubleSwapped => f64::MAX,
            Self::Single | Self::SingleBytes | Self::SingleSwapped => f64::from(f32::MAX),
            Self::Half => f16::MAX.to_f64(),
            Self::Integer => f64::from(u16::MAX),
        }
    }

    /// Is every weight a float32 number, by its type?
    pub fn is_narrow(self) -> bool {
        matches!(self, Self::Single | Self::SingleBytes | Self::SingleSwapped | Self::Half)
    }

    /// Appends a number's bytes.
    fn put(self, x: f64, bytes: &mut Vec<u8>) {
        let from = bytes.len();
        match self {
            Self::Double | Self::DoubleBytes | Self::DoubleSwapped => bytes.extend(x.to_ne_bytes()),
            Self::Single | Self::SingleBytes | Self::SingleSwapped => bytes.extend((x as f32).to_ne_bytes()),
            Self::Half => bytes.extend(f16::from_f64(x).to_ne_bytes()),
            Self::Integer => bytes.extend((x as u16).to_ne_bytes()),
        }
        if matches!(self, Self::DoubleSwapped | Self::SingleSwapped) {
            bytes[from..].reverse();
        }
    }
}

/// Where the weights of rows lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrangement {
    Dense,
    /// Every third place, with room between the rows.
    Strided,
    /// From the last weight of the last row to the first of the first.
    Reversed,
    /// Neighbours are in different rows.
    Columns,
    /// One row, read again and again.
    Broadcast,
    /// A row in two halves that lie apart.
    Halves,
}

impl Arrangement {
    pub const ALL: [Self; 6] =
        [Self::Dense, Self::Strided, Self::Reversed, Self::Columns, Self::Broadcast, Self::Halves];

    /// The place of the first weight of the first row, the axes that count the rows, and those of a row.
    fn axes(self, rows: usize, length: usize) -> (usize, Vec<Axis>, Vec<Axis>) {
        let axis = |length: usize, stride: isize| Axis { length, stride: if length == 1 { 0 } else { stride } };
        let (n, m) = (length as isize, rows as isize);
        match self {
            Self::Dense => (0, vec![axis(rows, n)], vec![axis(length, 1)]),
            Self::Strided => (2, vec![axis(rows, 3 * n + 1)], vec![axis(length, 3)]),
            Self::Reversed => (rows * length - 1, vec![axis(rows, -n)], vec![axis(length, -1)]),
            Self::Columns => (0, vec![axis(rows, 1)], vec![axis(length, m)]),
            Self::Broadcast => (0, vec![axis(rows, 0)], vec![axis(length, 1)]),
            Self::Halves if length % 2 == 0 => {
                (1, vec![axis(rows, n / 2)], vec![axis(2, m * n / 2 + 5), axis(length / 2, 1)])
            }
            Self::Halves => (1, vec![axis(rows, n)], vec![axis(1, 0), axis(length, 1)]),
        }
    }
}

/// The memory of an argument.
pub enum Memory {
    Double(Vec<f64>),
    Single(Vec<f32>),
    /// With one byte too many in front, so that nothing is aligned.
    Bytes(Vec<u8>, Kind, bool, isize),
}

impl Memory {
    /// Lays weights down.
    pub fn new(weights: &[f64], stored: Stored, arrangement: Arrangement, rows: usize, length: usize) -> Self {
        let places = places(arrangement, rows, length);
        let count = places.iter().max().map_or(0, |last| last + 1);
        // What lies between the weights must not be seen.
        let mut lying = vec![f64::NAN; count];
        for (place, x) in places.into_iter().zip(weights) {
            lying[place] = *x;
        }
        let bytes = |kind, swapped| {
            let mut bytes = vec![0xff];
            lying.iter().for_each(|x| stored.put(*x, &mut bytes));
            let size = (bytes.len() - 1) / lying.len();
            Self::Bytes(bytes, kind, swapped, size as isize)
        };
        match stored {
            Stored::Double => Self::Double(lying),
            Stored::Single => Self::Single(lying.iter().map(|x| *x as f32).collect()),
            Stored::DoubleBytes => bytes(Kind::Float64, false),
            Stored::DoubleSwapped => bytes(Kind::Float64, true),
            Stored::SingleBytes => bytes(Kind::Float32, false),
            Stored::SingleSwapped => bytes(Kind::Float32, true),
            Stored::Half => bytes(Kind::Float16, false),
            Stored::Integer => bytes(Kind::Uint16, false),
        }
    }

    /// The rows that were laid down.
    pub fn view(&self, arrangement: Arrangement, rows: usize, length: usize, added: f64) -> View<'_> {
        let (start, outer, inner) = arrangement.axes(rows, length);
        let (storage, size) = match self {
            Self::Double(values) => (Storage::Double(values), 1),
            Self::Single(values) => (Storage::Single(values), 1),
            Self::Bytes(bytes, kind, swapped, size) => (Storage::Bytes(bytes, *kind, *swapped), *size),
        };
        let first = start * size as usize + usize::from(matches!(self, Self::Bytes(..)));
        let scaled = |axes: Vec<Axis>| -> Vec<Axis> {
            axes.into_iter().map(|axis| Axis { stride: axis.stride * size, ..axis }).collect()
        };
        View::new(storage, first, &scaled(outer), &scaled(inner), added)
    }
}

/// The place of every weight, row by row.
fn places(arrangement: Arrangement, rows: usize, length: usize) -> Vec<usize> {
    let (start, outer, inner) = arrangement.axes(rows, length);
    let mut places = vec![start as isize];
    for axis in outer.into_iter().chain(inner) {
        places = places
            .into_iter()
            .flat_map(|place| (0..axis.length).map(move |step| place + step as isize * axis.stride))
            .collect();
    }
    places.into_iter().map(|place| place as usize).collect()
}
