//! Written by tools/coefficients.py; a test runs it again and compares.


/// ln 2
pub const LN_2: f64 = 0.6931471805599453;
/// The rest of it.
pub const LN_2_LOW: f64 = 2.3190468138462996e-17;

/// 1 / ln 2, nats to bits
pub const LOG2_E: f64 = 1.4426950408889634;
/// The rest of it.
pub const LOG2_E_LOW: f64 = 2.0355273740931033e-17;

/// 2 / ln 2
pub const TWO_LOG2_E: f64 = 2.8853900817779268;
/// The rest of it.
pub const TWO_LOG2_E_LOW: f64 = 4.0710547481862066e-17;

/// A(t) = (atanh(√t)/√t − 1)/t for float64, 0 ≤ t ≤ 0.0545: relative error of the fit 2^-50.9.
pub const ATANH_TAIL: [f64; 8] = [
    0.3333333333333332,
    0.20000000000035892,
    0.14285714271911448,
    0.11111113129480177,
    0.09090764526601453,
    0.07697907065822188,
    0.0654747892559824,
    0.07177458666780179,
];

/// A(t) for float32 input, 0 ≤ t ≤ 0.0545: relative error of the fit 2^-25.5.
pub const ATANH_TAIL_SINGLE: [f64; 4] = [
    0.33333332644974045,
    0.20000403590469923,
    0.14248976347446848,
    0.1216855416703239,
];

/// G(t) = (g(√t)/t − 1)/t, g(s) = (1+s)log(1+s) + (1−s)log(1−s), for float64, 0 ≤ t ≤ 0.25: relative error of the fit 2^-50.5.
pub const JENSEN_SHANNON: [f64; 12] = [
    0.16666666666666657,
    0.06666666666675769,
    0.035714285696997215,
    0.02222222350385832,
    0.01515146625826432,
    0.010990106214766097,
    0.008317878754259815,
    0.006678232830371574,
    0.00440107359341182,
    0.00770050061787711,
    -0.004367477420222088,
    0.012750522815232123,
];

/// G(t) for float32 input, 0 ≤ t ≤ 0.25: relative error of the fit 2^-30.2.
pub const JENSEN_SHANNON_SINGLE: [f64; 7] = [
    0.16666666677219263,
    0.06666662538689311,
    0.03571689935085442,
    0.02216082332054089,
    0.015827427423573584,
    0.007281603385929006,
    0.01769865882611689,
];
