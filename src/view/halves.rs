//! Numbers of two bytes, float16 and bfloat16, widened as many at a time as there are lanes.

use crate::accumulate::Element;
use crate::lanes::{Job, Lanes, Singles, WIDEST};

/// Numbers that are brought together before they are widened.
const TOGETHER: usize = 16 * WIDEST;

/// Numbers of two bytes, a stride apart.
#[derive(Clone, Copy)]
pub struct Halves<'a> {
    /// The memory.
    pub bytes: &'a [u8],
    /// Where the first one begins.
    pub start: usize,
    /// Bytes from one to the next.
    pub stride: isize,
    /// Are the two bytes of each swapped?
    pub swapped: bool,
    /// Are they the upper halves of float32, bfloat16?
    pub upper: bool,
}

impl<'a> Halves<'a> {
    /// The work of widening `count` of them into places of `target` that are `step` apart.
    pub fn widen<'t, T>(self, target: &'t mut [T], step: usize, count: usize) -> Widen<'a, 't, T> {
        Widen { halves: self, target, step, count }
    }

    /// Those from number `from` on, and anything behind them, if they lie side by side.
    #[inline(always)]
    fn in_place(&self, from: usize, count: usize) -> Option<&'a [[u8; 2]]> {
        let at = if self.stride == 2 && !self.swapped { self.start + 2 * from } else { usize::MAX };
        Some(self.bytes.get(at..)?.get(..2 * count)?.as_chunks().0)
    }

    /// Copies those from number `from` on.
    #[inline(always)]
    fn copy(&self, from: usize, target: &mut [[u8; 2]]) {
        let mut at = self.start as isize + from as isize * self.stride;
        for place in target {
            let [a, b] = [self.bytes[at as usize], self.bytes[at as usize + 1]];
            *place = if self.swapped { [b, a] } else { [a, b] };
            at += self.stride;
        }
    }
}

/// See [`Halves::widen`].
pub struct Widen<'a, 't, T> {
    halves: Halves<'a>,
    target: &'t mut [T],
    step: usize,
    count: usize,
}

/// Widens numbers into as many places, a multiple of the lanes.
#[inline(always)]
fn widen<S: Singles, const UPPER: bool>(values: &[[u8; 2]], target: &mut [f32]) {
    let mut at = 0;
    while at < target.len() {
        let lanes = if UPPER { S::load_bfloat16(&values[at..]) } else { S::load_float16(&values[at..]) };
        lanes.store(&mut target[at..]);
        at += S::COUNT;
    }
}

impl<T: Element> Widen<'_, '_, T> {
    #[inline(always)]
    fn all<V: Lanes, const UPPER: bool>(self) {
        let Self { halves, target, step, count } = self;
        let mut done = 0;
        // Whole lanes that lie side by side in both places go there at once.
        let straight = if step == 1 { count / V::COUNT * V::COUNT } else { 0 };
        if straight > 0
            && let Some(values) = halves.in_place(0, straight)
            && let Some(target) = T::as_single_mut(&mut target[..straight])
        {
            widen::<V::Single, UPPER>(values, target);
            done = straight;
        }
        let (mut room, mut wide) = ([[0; 2]; TOGETHER], [0.0; TOGETHER]);
        for from in (done..count).step_by(TOGETHER) {
            let now = TOGETHER.min(count - from);
            let lanes = now.next_multiple_of(V::COUNT);
            let values = if let Some(values) = halves.in_place(from, lanes) {
                values
            } else {
                halves.copy(from, &mut room[..now]);
                &room[..lanes]
            };
            widen::<V::Single, UPPER>(values, &mut wide[..lanes]);
            let target = &mut target[from * step..];
            if step == 1 {
                let target = &mut target[..now];
                for place in 0..now {
                    target[place] = T::round(f64::from(wide[place]));
                }
            } else {
                for (place, &value) in target.iter_mut().step_by(step).zip(&wide[..now]) {
                    *place = T::round(f64::from(value));
                }
            }
        }
    }
}

impl<T: Element> Job for Widen<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        if self.halves.upper { self.all::<V, true>() } else { self.all::<V, false>() }
    }
}
