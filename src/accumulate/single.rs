//! The same in lanes of float32, for terms that are good enough so: the numbers of a group are added by halves, which
//! rounds three times, and whatever comes after is float64. Numbers go through four to a lane, to hide the latency of
//! their terms.

use super::{Abreast, Across, GROUP, LANES, Line, RowLanes, SETS, Terms, merge_lanes, prefetch_group, terms_of_group};
use crate::lanes::{Lanes, One, Pair, Singles};
use crate::math::Sum;

/// Numbers that a lane adds in a group.
const DEEP: usize = GROUP / LANES;

/// Four numbers to a lane.
pub type Four<S> = Pair<Pair<S>>;

/// What float32 numbers add to M sums. A trait, not a closure: a closure is not inlined into the level's entry.
pub trait SingleTerms<S: Singles, const M: usize> {
    /// Is there a second argument?
    const TWO: bool;
    /// How many of the sums there are.
    const SUMS: usize;

    /// What one number of each lane adds.
    fn terms(&self, z: S, w: S) -> [S; M];
    /// What four of each lane add.
    fn four(&self, z: Four<S>, w: Four<S>) -> [Four<S>; M];
}

/// Two and two.
#[inline(always)]
fn halves<S: Singles>(Pair(Pair(a, b), Pair(c, d)): Four<S>) -> S {
    a.add(b).add(c.add(d))
}

/// Numbers `from`.. to `from` + 4 of the lanes of one register set.
#[inline(always)]
fn across<S: Singles>(group: &[Line<f32>; DEEP], from: usize, set: usize) -> Four<S> {
    let at = set * S::COUNT;
    Pair(
        Pair(S::load(&group[from][at..]), S::load(&group[from + 1][at..])),
        Pair(S::load(&group[from + 2][at..]), S::load(&group[from + 3][at..])),
    )
}

/// Number i of each row, and those that follow it in its lane.
#[inline(always)]
fn along<V: Lanes>(numbers: &Abreast<f32>, i: usize) -> Four<V::Single> {
    Pair(
        Pair(numbers.single::<V>(i), numbers.single::<V>(i + LANES)),
        Pair(numbers.single::<V>(i + 2 * LANES), numbers.single::<V>(i + 3 * LANES)),
    )
}

impl Abreast<'_, f32> {
    /// Number i of each row.
    #[inline(always)]
    fn single<V: Lanes>(&self, i: usize) -> V::Single {
        V::Single::load(self.line(i, V::COUNT))
    }
}

/// A group as it lies in memory, or in `room` with what adds nothing behind.
#[inline(always)]
fn whole_group<'b>(block: &'b [f32], from: usize, room: &'b mut [f32; GROUP]) -> &'b [Line<f32>; DEEP] {
    let group = &block[from..];
    let group = if let Some(group) = group.first_chunk() {
        group
    } else {
        *room = [f32::NEG_INFINITY; GROUP];
        room[..group.len()].copy_from_slice(group);
        room
    };
    let (lines, _) = group.as_chunks();
    match lines.first_chunk() {
        Some(lines) => lines,
        None => unreachable!(),
    }
}

/// The sums of one block, lanes across the row. Meanwhile the memory `ahead` bytes behind is asked for.
#[inline(always)]
pub fn sums_of_single_block<V: Lanes, F: SingleTerms<V::Single, M>, const M: usize>(
    z: &[f32],
    w: &[f32],
    terms: &F,
    ahead: usize,
) -> [One; M] {
    let mut sums = [[Sum::<V>::zero(); M]; SETS];
    let mut rooms = [[0.0; GROUP]; 2];
    for from in (0..z.len()).step_by(GROUP) {
        let [room, other] = &mut rooms;
        let z = whole_group(z, from, room);
        let w = if F::TWO { whole_group(w, from, other) } else { z };
        prefetch_group(z, ahead);
        if F::TWO {
            prefetch_group(w, ahead);
        }
        add_group::<V, F, M>(z, w, terms, &mut sums);
    }
    fold::<V, F, M>(&mut sums)
}

/// The sums of one block of which the groups with a number from `near` on are worked out as float64, and the others in
/// lanes of float32.
#[inline(always)]
pub fn sums_of_mixed_block<
    V: Lanes,
    F: SingleTerms<V::Single, M>,
    G: Terms<V, f32, N>,
    const M: usize,
    const N: usize,
>(
    z: &[f32],
    near: f32,
    terms: &F,
    wide_terms: &G,
) -> ([One; M], [Sum<One>; N]) {
    let sets = LANES / V::COUNT;
    let (mut sums, mut wide) = ([[Sum::<V>::zero(); M]; SETS], [[Sum::<V>::zero(); N]; SETS]);
    let (mut room, mut look) = ([0.0; GROUP], V::zero());
    for from in (0..z.len()).step_by(GROUP) {
        let z = whole_group(z, from, &mut room);
        if has_near(z, near) {
            for set in 0..sets {
                let source = Across { p: z, last_p: None, q: z, last_q: None, set };
                let plain = terms_of_group::<V, f32, G, N>(&source, DEEP, wide_terms, &mut look);
                for index in 0..N {
                    wide[set][index] = wide[set][index].plus_in::<f32>(plain[index]);
                }
            }
        } else {
            add_group::<V, F, M>(z, z, terms, &mut sums);
        }
    }
    let merged = merge_lanes::<f32, _>(&mut wide, sets, sets);
    let mut folded = [Sum::<One>::zero(); N];
    for index in 0..N {
        folded[index] = merged[index].fold::<f32>();
    }
    (fold::<V, F, M>(&mut sums), folded)
}

/// Is there a number from `near` on?
#[inline(always)]
fn has_near(group: &[Line<f32>; DEEP], near: f32) -> bool {
    let mut found = [0_u32; LANES];
    for line in group {
        for lane in 0..LANES {
            found[lane] |= u32::from(line[lane] >= near);
        }
    }
    found != [0; LANES]
}

/// Adds what a group is worth, in lanes of float32.
#[inline(always)]
fn add_group<V: Lanes, F: SingleTerms<V::Single, M>, const M: usize>(
    z: &[Line<f32>; DEEP],
    w: &[Line<f32>; DEEP],
    terms: &F,
    sums: &mut [[Sum<V>; M]; SETS],
) {
    for set in 0..LANES / V::COUNT {
        let first = terms.four(across(z, 0, set), across(w, 0, set));
        let last = terms.four(across(z, 4, set), across(w, 4, set));
        for index in 0..F::SUMS {
            let sum = V::widen(halves(first[index]).add(halves(last[index])));
            sums[set][index].high = sums[set][index].high.add(sum);
        }
    }
}

/// All register sets and lanes in one.
#[inline(always)]
fn fold<V: Lanes, F: SingleTerms<V::Single, M>, const M: usize>(sums: &mut [[Sum<V>; M]; SETS]) -> [One; M] {
    let sets = LANES / V::COUNT;
    let merged = merge_lanes::<f32, _>(sums, sets, sets);
    let mut folded = [One(0.0); M];
    for index in 0..F::SUMS {
        folded[index] = merged[index].fold::<f32>().high;
    }
    folded
}

/// Two copies of rows abreast, as [`sums_of_mixed_block`] would take them: the numbers of the groups with one from `near`
/// on, and those of the others; −∞, which adds nothing, stands for the rest.
pub fn parted(z: Abreast<f32>, count: usize, near: &[f64]) -> [Vec<f32>; 2] {
    let width = near.len();
    let mut parts = [(); 2].map(|()| vec![f32::NEG_INFINITY; count * width]);
    for from in (0..count).step_by(GROUP) {
        let group = from..count.min(from + GROUP);
        for lane in 0..width {
            let far = !group.clone().any(|i| z.line(i, width)[lane] >= near[lane] as f32);
            for i in group.clone() {
                parts[usize::from(far)][i * width + lane] = z.line(i, width)[lane];
            }
        }
    }
    parts
}

impl<V: Lanes, const M: usize> RowLanes<V, [Sum<V>; M]> {
    /// The sums of `count` numbers of each row, if these are float32.
    #[inline(always)]
    pub fn sums_in_single<F: SingleTerms<V::Single, M>>(
        &mut self,
        z: Abreast<f32>,
        w: Abreast<f32>,
        count: usize,
        terms: &F,
    ) -> [V; M] {
        for from in (0..count).step_by(GROUP) {
            let end = count.min(from + GROUP);
            for lane in 0..LANES.min(end - from) {
                let sums = of_lane::<V, F, M>(z, w, from + lane..end, terms);
                for index in 0..F::SUMS {
                    let place = &mut self.lanes[lane][index];
                    *place = Sum::of(if from == 0 { sums[index] } else { place.high.add(sums[index]) });
                }
            }
        }
        let merged = self.merged::<f32>(count).0;
        let mut sums = [V::zero(); M];
        for index in 0..F::SUMS {
            sums[index] = merged[index].high;
        }
        sums
    }
}

/// The sums of every sixteenth number of each row, at most eight.
#[inline(always)]
fn of_lane<V: Lanes, F: SingleTerms<V::Single, M>, const M: usize>(
    z: Abreast<f32>,
    w: Abreast<f32>,
    part: std::ops::Range<usize>,
    terms: &F,
) -> [V; M] {
    let w = if F::TWO { w } else { z };
    let mut sums = [V::Single::zero(); M];
    let mut i = part.start;
    while i + 3 * LANES < part.end {
        let more = terms.four(along::<V>(&z, i), along::<V>(&w, i));
        for index in 0..F::SUMS {
            sums[index] = sums[index].add(halves(more[index]));
        }
        i += 4 * LANES;
    }
    // Up to three: two, and one.
    let (mut pair, mut rest) = ([V::Single::zero(); M], [V::Single::zero(); M]);
    let mut count = 0;
    while i < part.end {
        let more = terms.terms(z.single::<V>(i), w.single::<V>(i));
        let place = if count < 2 { &mut pair } else { &mut rest };
        for index in 0..F::SUMS {
            place[index] = place[index].add(more[index]);
        }
        count += 1;
        i += LANES;
    }
    let mut wide = [V::zero(); M];
    for index in 0..F::SUMS {
        wide[index] = V::widen(sums[index].add(pair[index].add(rest[index])));
    }
    wide
}
