//! What must be true of the library's answers to a case. A falsehood is a panic, which the fuzzer keeps.

use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use libfuzzer_sys::Corpus;
use rug::Float;
use xlogx::accumulate::Element;
use xlogx::dispatch::Level;
use xlogx::kernels::{CrossEntropy, Entropy, JsDivergence, KlDivergence, Measure};
use xlogx::pool;
use xlogx::rows::{BLOCK, Dropped, Rows, Unit, Watch};
use xlogx::view::{Axis, Kind, Storage, View};

use crate::case::{Argument, Case};
use crate::layout::Memory;
use crate::truth::{NOTHING, Quantity, Truth, dyadic, truth, ulps};

/// Where the promises stand.
const BOUNDS: &str = include_str!("../../python/xlogx/_bounds.py");
/// Rows of a case whose truth is computed.
const TRUTHS: usize = 2;
/// Weights of a row that are further apart than this are beyond the promise of digits; so are answers below [`LEAST`].
const SPREAD: f64 = 1e-290;
/// The least answer whose digits are checked.
const LEAST: f64 = 1e-290;
/// Bits in which truths are brought into the unit.
const PRECISION: u32 = 200;

/// The promised ulp of a dtype.
fn promised(narrow: bool) -> f64 {
    static ULPS: LazyLock<[f64; 2]> = LazyLock::new(|| {
        ["\"float64\": ", "\"float32\": "].map(|dtype| {
            let number = BOUNDS.split(dtype).nth(1).and_then(|rest| rest.split([',', '}']).next());
            number.and_then(|number| number.trim().parse().ok()).expect("_bounds.py has a number for each dtype")
        })
    });
    ULPS[usize::from(narrow)]
}

/// Checks the case that these bytes stand for.
pub fn check(quantity: Quantity, data: &[u8]) -> Corpus {
    let Some(case) = Case::new(data, quantity != Quantity::Entropy) else {
        return Corpus::Reject;
    };
    let check = Check { quantity, root: case.root && quantity == Quantity::JsDivergence, case: &case };
    match (quantity, case.normalize) {
        (Quantity::Entropy, _) => check.run::<Entropy, 2>(),
        (Quantity::CrossEntropy, _) => check.run::<CrossEntropy, 3>(),
        (Quantity::KlDivergence, true) => check.run::<KlDivergence<false>, 3>(),
        (Quantity::KlDivergence, false) => check.run::<KlDivergence<true>, 3>(),
        (Quantity::JsDivergence, _) => check.run::<JsDivergence, 2>(),
    }
    Corpus::Keep
}

/// The weights that count, row by row: with what is added to them, and 0 where they are dropped.
struct Weights {
    p: Vec<f64>,
    q: Vec<f64>,
}

/// Results, and whether all weights were valid.
#[derive(Debug)]
struct Answer {
    results: Vec<f64>,
    valid: bool,
}

struct Check<'a> {
    quantity: Quantity,
    root: bool,
    case: &'a Case,
}

impl Check<'_> {
    fn run<K: Measure<N>, const N: usize>(&self) {
        if self.case.narrow { self.all::<f32, K, N>() } else { self.all::<f64, K, N>() }
    }

    fn all<O: Element + Send, K: Measure<N>, const N: usize>(&self) {
        let Case { rows, length, .. } = *self.case;
        let weights = self.weights();
        let alone: Vec<Answer> =
            (0..rows).map(|row| self.alone::<O, K, N>(&weights, row * length..(row + 1) * length)).collect();
        self.levels::<O, K, N>(&alone);
        for (row, answer) in alone.iter().enumerate().take(TRUTHS) {
            let range = row * length..(row + 1) * length;
            let pairs: Vec<_> =
                weights.p[range.clone()].iter().copied().zip(weights.q[range].iter().copied()).collect();
            self.one_row(&pairs, answer);
        }
    }

    /// The weights as the library is to see them.
    fn weights(&self) -> Weights {
        let Case { p, q, added, omit, masked, .. } = self.case;
        let more = |x: &f64| if *added == 0.0 || *x < 0.0 { *x } else { x + added };
        let (mut p, mut q): (Vec<_>, Vec<_>) =
            (p.weights.iter().map(more).collect(), q.weights.iter().map(more).collect());
        for (i, (p, q)) in p.iter_mut().zip(&mut q).enumerate() {
            let missing = p.is_nan() || (q.is_nan() && self.two());
            if masked.get(i).is_some_and(|masked| *masked) || (*omit && missing) {
                (*p, *q) = (0.0, 0.0);
            }
            if !self.two() {
                *q = *p;
            }
        }
        Weights { p, q }
    }

    fn two(&self) -> bool {
        self.quantity != Quantity::Entropy
    }

    fn rows<'a>(&self, p: View<'a>, q: View<'a>, dropped: Dropped<'a>, level: Level) -> Rows<'a> {
        let Case { normalize, base, invalid_is_nan, parallel, .. } = *self.case;
        let watch = Watch { stop: AtomicBool::new(false), invalid: AtomicBool::new(false), poll: None };
        let unit = Unit { normalize, base, root: self.root, invalid_is_nan };
        Rows { p, q: self.two().then_some(q), dropped, unit, level, parallel, watch }
    }

    /// One dense row at the portable level, on this thread.
    fn alone<O: Element, K: Measure<N>, const N: usize>(
        &self,
        weights: &Weights,
        row: std::ops::Range<usize>,
    ) -> Answer {
        let Case { p, q, added, narrow, .. } = self.case;
        let inner = [Axis { length: row.len(), stride: 1 }];
        let is_narrow = |argument: &Argument| argument.stored.is_narrow();
        let single = *narrow && *added == 0.0 && is_narrow(p) && (!self.two() || is_narrow(q));
        let (p, q) = (&weights.p[row.clone()], &weights.q[row]);
        let mut out = [O::default()];
        let valid = if single {
            let narrowed = |x: &[f64]| -> Vec<f32> { x.iter().map(|x| *x as f32).collect() };
            let (p, q) = (narrowed(p), narrowed(q));
            let view = |values| View::new(Storage::Single(values), 0, &[], &inner, 0.0);
            self.rows(view(&p), view(&q), Dropped::NONE, Level::Portable).measure::<O, K, N>(&mut out)
        } else {
            let view = |values| View::new(Storage::Double(values), 0, &[], &inner, 0.0);
            self.rows(view(p), view(q), Dropped::NONE, Level::Portable).measure::<O, K, N>(&mut out)
        };
        Answer { results: vec![out[0].into()], valid }
    }

    /// Every level gives the rows, as they lie in memory, the bits that each has alone.
    fn levels<O: Element + Send, K: Measure<N>, const N: usize>(&self, alone: &[Answer]) {
        let Case { p, q, added, omit, rows, length, masked, .. } = self.case;
        let memory = |of: &Argument| Memory::new(&of.weights, of.stored, of.arrangement, *rows, *length);
        let (memory_p, memory_q) = (memory(p), memory(q));
        // A mask is true where a position counts, as `where` is.
        let counts: Vec<u8> = masked.iter().map(|masked| u8::from(!masked)).collect();
        let outer = [Axis { length: *rows, stride: *length as isize }];
        let inner = [Axis { length: *length, stride: 1 }];
        for level in Level::supported() {
            let storage = Storage::Bytes(&counts, Kind::Bool, false);
            let mask = (!counts.is_empty()).then(|| (View::new(storage, 0, &outer, &inner, 0.0), false));
            let rows = self.rows(
                memory_p.view(p.arrangement, *rows, *length, *added),
                memory_q.view(q.arrangement, *rows, *length, *added),
                Dropped { masks: mask.into_iter().collect(), nan: *omit },
                level,
            );
            let together = self.together::<O, K, N>(rows);
            assert_eq!(together.valid, alone.iter().all(|answer| answer.valid), "validity at {level:?}, {self}");
            for (row, (one, got)) in alone.iter().zip(&together.results).enumerate() {
                let want = one.results[0];
                let same = got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan());
                assert!(!together.valid || same, "{got:e} in row {row} at {level:?}, {want:e} alone, {self}");
            }
        }
    }

    /// All rows of one call; by two threads if the case says so.
    fn together<O: Element + Send, K: Measure<N>, const N: usize>(&self, rows: Rows) -> Answer {
        let mut out = vec![O::default(); self.case.rows];
        let valid = if self.case.parallel {
            let mut valid = false;
            assert!(pool::run(2, || valid = rows.measure::<O, K, N>(&mut out), || ()), "no threads to be had");
            valid
        } else {
            rows.measure::<O, K, N>(&mut out)
        };
        Answer { results: out.into_iter().map(Into::into).collect(), valid }
    }

    /// One row's answer is the truth, to the promised ulp, and keeps the laws.
    fn one_row(&self, pairs: &[(f64, f64)], answer: &Answer) {
        let got = answer.results[0];
        let at = || {
            let mut seen = pairs.to_vec();
            seen.dedup();
            seen.truncate(12);
            format!("{self}, pairs {seen:?}")
        };
        let invalid = |x: f64| x < 0.0 || x == f64::INFINITY;
        if pairs.iter().any(|(p, q)| invalid(*p) || invalid(*q)) {
            assert_eq!(answer.valid, self.case.invalid_is_nan, "a row with an invalid weight, {}", at());
            assert!(!answer.valid || got.is_nan(), "{got:e} of a row with an invalid weight, {}", at());
            return;
        }
        assert!(answer.valid, "a valid row is called invalid, {}", at());
        if pairs.iter().any(|(p, q)| p.is_nan() || q.is_nan()) {
            assert!(got.is_nan(), "{got:e} of a row with NaN, {}", at());
            return;
        }
        match truth(self.quantity, pairs, self.case.normalize) {
            Truth::Nan => assert!(got.is_nan(), "{got:e} of a row without weight, {}", at()),
            Truth::Infinite => assert!(got == f64::INFINITY, "{got:e}, want infinity, {}", at()),
            Truth::Value { value, gross } => {
                let (error, promised) = (self.error(got, &value, &gross), promised(self.case.narrow));
                let want = self.in_unit(value).to_f64();
                if !extreme(pairs, want) {
                    assert!(error <= promised, "{got:e} is {error:.3} ulp from {want:e}, {}", at());
                }
                self.laws(pairs, got, &at());
            }
        }
    }

    /// A value of the measure from one in nats.
    fn in_unit(&self, value: Float) -> Float {
        let value = Float::with_val(PRECISION.max(value.prec()), value);
        let value = self.case.base.map_or(value.clone(), |base| value / Float::with_val(PRECISION, base).ln());
        if self.root { value.sqrt() } else { value }
    }

    /// How far an answer is from the truth, in ulp of the truth; of the largest terms, where raw terms may cancel.
    fn error(&self, got: f64, value: &Float, gross: &Float) -> f64 {
        let cancels = !self.case.normalize && self.quantity != Quantity::JsDivergence;
        let divergence = matches!(self.quantity, Quantity::KlDivergence | Quantity::JsDivergence);
        let noise = Float::with_val(PRECISION, Float::i_exp(1, NOTHING));
        if divergence && self.case.normalize && *value <= noise {
            let most = self.in_unit(noise * 2).to_f64();
            return if (0.0..=most).contains(&got) { 0.0 } else { f64::INFINITY };
        }
        let want = self.in_unit(value.clone());
        let error = ulps(got, &want, &want, self.case.narrow);
        if cancels && error > 0.0 {
            error.min(ulps(got, &want, &self.in_unit(gross.clone()), self.case.narrow))
        } else {
            error
        }
    }

    /// What holds whatever the digits.
    fn laws(&self, pairs: &[(f64, f64)], got: f64, at: &str) {
        let Case { normalize, base, narrow, .. } = *self.case;
        let rounded = |x: f64| if narrow { f64::from(x as f32) } else { x };
        if normalize || self.quantity == Quantity::JsDivergence {
            assert!(!got.is_sign_negative(), "{got:e} is negative, {at}");
        }
        if normalize && self.quantity == Quantity::JsDivergence {
            let top = self.in_unit(Float::with_val(PRECISION, 2).ln()).to_f64();
            let top = if base.is_none_or(|base| base == 2.0) { top } else { top.next_up() };
            assert!(got <= rounded(top), "{got:e} is above {top:e}, {at}");
            let disjoint = pairs.iter().all(|(p, q)| *p == 0.0 || *q == 0.0);
            assert!(!disjoint || base != Some(2.0) || got == 1.0, "{got:e} of disjoint rows in bits, {at}");
        }
        if matches!(self.quantity, Quantity::KlDivergence | Quantity::JsDivergence) {
            assert!(!self.proportional(pairs) || got == 0.0, "{got:e} of equal rows, {at}");
        }
        if normalize && pairs.len() == 1 {
            assert!(got == 0.0, "{got:e} of one weight, {at}");
        }
        let entropies = matches!(self.quantity, Quantity::Entropy | Quantity::CrossEntropy);
        if normalize
            && entropies
            && base == Some(2.0)
            && pairs.len() <= BLOCK
            && let Some(exact) = dyadic(pairs)
        {
            assert!(got == rounded(exact), "{got:e} is not {exact:e}, which powers of two are owed, {at}");
        }
    }

    /// Is q equal to p, but for a power of two if rows are divided by their sums?
    fn proportional(&self, pairs: &[(f64, f64)]) -> bool {
        let exact = |x: f64| Float::with_val(53, x);
        let Some((p, q)) = pairs.iter().find(|(p, q)| *p > 0.0 && *q > 0.0) else { return false };
        let shift = exact(*q).get_exp().unwrap_or(0) - exact(*p).get_exp().unwrap_or(0);
        (self.case.normalize || shift == 0) && pairs.iter().all(|(p, q)| exact(*p) << shift == *q)
    }
}

/// Are digits lost where the range of float64 ends? That is so where the largest weight cannot be brought to about 1
/// without the smallest becoming subnormal, and where the answer itself is nearly so.
fn extreme(pairs: &[(f64, f64)], want: f64) -> bool {
    let wide = |weights: &mut dyn Iterator<Item = f64>| {
        let weights: Vec<f64> = weights.filter(|x| *x > 0.0).collect();
        let (least, most) = weights.iter().fold((f64::MAX, 0.0f64), |(least, most), x| (least.min(*x), most.max(*x)));
        least < most * SPREAD
    };
    (want != 0.0 && want.abs() < LEAST)
        || wide(&mut pairs.iter().map(|pair| pair.0))
        || wide(&mut pairs.iter().map(|pair| pair.1))
}

impl std::fmt::Display for Check<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Case { p, q, rows, length, normalize, base, narrow, added, omit, invalid_is_nan, parallel, .. } = self.case;
        let (two, masked) = (if self.two() { q } else { p }, !self.case.masked.is_empty());
        write!(f, "{:?} root={} of {rows} rows of {length}, normalize={normalize}", self.quantity, self.root)?;
        write!(f, " base={base:?} narrow={narrow} added={added:e} omit={omit} masked={masked}")?;
        write!(f, " invalid_is_nan={invalid_is_nan} parallel={parallel}")?;
        write!(f, " p={:?} {:?} q={:?} {:?}", p.stored, p.arrangement, two.stored, two.arrangement)
    }
}
