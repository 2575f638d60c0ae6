//! The total of numbers of either sign: what rounding takes is kept for each of them, not for each group.

use super::{LANES, SETS, load, merge_lanes};
use crate::lanes::{Lanes, One};
use crate::math::Sum;

/// The total of a block, number i in lane i mod 16, lanes merged as everywhere.
#[inline(always)]
pub fn total_of_every<V: Lanes>(x: &[f64]) -> Sum<One> {
    let sets = LANES / V::COUNT;
    let mut sums = [[Sum::<V>::zero()]; SETS];
    let (lines, rest) = x.as_chunks();
    for line in lines {
        for set in 0..sets {
            sums[set][0] = sums[set][0].plus(load(line, set));
        }
    }
    if !rest.is_empty() {
        let mut line = [0.0; LANES];
        line[..rest.len()].copy_from_slice(rest);
        for set in 0..sets {
            sums[set][0] = sums[set][0].plus(load(&line, set));
        }
    }
    merge_lanes::<f64, _>(&mut sums, sets, sets)[0].fold::<f64>()
}
