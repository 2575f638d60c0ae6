//! What a row's measure is, by its definition, in as many digits as it takes: nothing here knows how the library does it.

use std::collections::HashMap;

use rug::Float;
use rug::ops::Pow;

/// The quantities.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantity {
    Entropy,
    CrossEntropy,
    KlDivergence,
    JsDivergence,
}

/// Digits to try with, in bits. The last resolves the smallest weight beside the largest.
const PRECISIONS: [u32; 3] = [160, 640, 2_600];
/// Bits that a value must have right.
const WANTED: u32 = 80;
/// A divergence below this share of its terms may be given as anything as small, 0 included: log2 of it.
pub const NOTHING: i32 = -190;

/// The measure of a row.
#[derive(Debug)]
pub enum Truth {
    /// A row without weight.
    Nan,
    Infinite,
    /// The value, and the sum of its terms' absolute values.
    Value {
        value: Float,
        gross: Float,
    },
}

/// Every pair of weights of a row that has weight, with the number of times that it occurs.
fn counted(weights: &[(f64, f64)]) -> Vec<(f64, f64, u32)> {
    let mut counts = HashMap::new();
    for (p, q) in weights {
        *counts.entry((p.to_bits(), q.to_bits())).or_insert(0) += 1;
    }
    let pairs = counts.into_iter().map(|((p, q), count)| (f64::from_bits(p), f64::from_bits(q), count));
    pairs.filter(|(p, q, _)| *p > 0.0 || *q > 0.0).collect()
}

/// Value, sum of the terms' absolute values, and a bound of what the rounding of the logarithms can do, over 2^-precision.
fn sums(quantity: Quantity, pairs: &[(f64, f64, u32)], normalize: bool, precision: u32) -> [Float; 3] {
    let number = |x: f64| Float::with_val(precision, x);
    let (mut a, mut b) = (number(0.0), number(0.0));
    for (p, q, count) in pairs {
        a += number(*p) * count;
        b += number(*q) * count;
    }
    if !normalize {
        (a, b) = (number(1.0), number(1.0));
    }
    let (mut value, mut gross, mut noise) = (number(0.0), number(0.0), number(0.0));
    let mut add = |share: &Float, ratio: Float, count: u32| {
        if share.is_zero() {
            return;
        }
        let term = Float::with_val(precision, share * ratio.ln()) * count;
        noise += Float::with_val(precision, share * count) + Float::with_val(precision, term.abs_ref());
        gross += Float::with_val(precision, term.abs_ref());
        value += term;
    };
    for &(p, q, count) in pairs {
        let (x, y) = (number(p) / &a, number(q) / &b);
        match quantity {
            Quantity::Entropy => add(&x, x.clone().recip(), count),
            Quantity::CrossEntropy => add(&x, y.clone().recip(), count),
            Quantity::KlDivergence => add(&x, x.clone() / &y, count),
            Quantity::JsDivergence => {
                let mean = Float::with_val(precision, &x + &y) / 2;
                let (half_x, half_y) = (x.clone() / 2, y.clone() / 2);
                add(&half_x, x / &mean, count);
                add(&half_y, y / &mean, count);
            }
        }
    }
    [value, gross, noise]
}

/// The measure of a row in nats, its weights finite and not negative.
pub fn truth(quantity: Quantity, weights: &[(f64, f64)], normalize: bool) -> Truth {
    let pairs = counted(weights);
    if normalize && !(pairs.iter().any(|pair| pair.0 > 0.0) && pairs.iter().any(|pair| pair.1 > 0.0)) {
        return Truth::Nan;
    }
    let asymmetric = matches!(quantity, Quantity::CrossEntropy | Quantity::KlDivergence);
    if asymmetric && pairs.iter().any(|(p, q, _)| *p > 0.0 && *q == 0.0) {
        return Truth::Infinite;
    }
    let divergence = matches!(quantity, Quantity::KlDivergence | Quantity::JsDivergence);
    for precision in PRECISIONS {
        let [value, gross, noise] = sums(quantity, &pairs, normalize, precision);
        let power = |exponent: i32| Float::with_val(precision, 2).pow(exponent);
        let right =
            Float::with_val(precision, value.abs_ref()) >= noise.clone() * power((WANTED as i32) - precision as i32);
        let nothing = divergence
            && precision > 2 * WANTED
            && Float::with_val(precision, value.abs_ref()) < noise.clone() * power(2 * NOTHING);
        // Of what cancels only the terms' size is promised.
        let cancels = !normalize && precision > 2 * WANTED;
        if right || nothing || cancels || noise.is_zero() || precision == PRECISIONS[2] {
            return Truth::Value { value, gross };
        }
    }
    unreachable!("the last precision is taken as it is")
}

/// The entropy (or cross-entropy) in bits, exactly rounded, of rows whose weights are all powers of two parts of their sums.
pub fn dyadic(weights: &[(f64, f64)]) -> Option<f64> {
    let precision = PRECISIONS[2];
    let pairs = counted(weights);
    let (mut a, mut b) = (Float::new(precision), Float::new(precision));
    for (p, q, count) in &pairs {
        a += Float::with_val(precision, *p) * count;
        b += Float::with_val(precision, *q) * count;
    }
    let exponent = |total: &Float, x: f64| {
        let ratio = Float::with_val(precision, total / x);
        let exponent = ratio.get_exp()? - 1;
        (ratio == Float::with_val(precision, 2).pow(exponent)).then_some(exponent)
    };
    let mut sum = Float::new(precision);
    for (p, q, count) in pairs {
        // Mass of q beside no p has its share of the sum, and must be a power of two part as well.
        let k = if q > 0.0 { exponent(&b, q)? } else { 0 };
        if p > 0.0 {
            sum += Float::with_val(precision, k) * count >> exponent(&a, p)?;
        }
    }
    Some(sum.to_f64())
}

/// |got − want| in units in the last place of `scale`, in float32 or float64.
pub fn ulps(got: f64, want: &Float, scale: &Float, narrow: bool) -> f64 {
    let (digits, least) = if narrow { (24, -149) } else { (53, -1074) };
    let unit = scale.get_exp().map_or(least, |exponent| (exponent - digits).max(least));
    // Where infinity is the nearest number.
    let largest = if narrow { f64::from(f32::MAX) } else { f64::MAX };
    if got.is_infinite() && want.is_sign_negative() == got.is_sign_negative() {
        return if want.clone().abs() >= largest { 0.0 } else { f64::INFINITY };
    }
    (Float::with_val(want.prec().max(64), got - want).abs() >> unit).to_f64()
}
