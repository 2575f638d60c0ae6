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

/// G(t) = ((1+√t)log(1+√t) + (1−√t)log(1−√t))/t for float64, 0 ≤ t ≤ 0.25: relative error of the fit 2^-57.0.
pub const JENSEN_SHANNON: [f64; 13] = [
    1.0,
    0.16666666666665914,
    0.06666666666834865,
    0.03571428556716924,
    0.022222228885653575,
    0.015151336251909375,
    0.010992078451474438,
    0.008298327091145986,
    0.00680678099178135,
    0.0038454510862695767,
    0.009217619538886054,
    -0.006739560728896578,
    0.014368805567745852,
];

/// G(t) for float32 input, 0 ≤ t ≤ 0.25: relative error of the fit 2^-32.5.
pub const JENSEN_SHANNON_SINGLE: [f64; 7] = [
    1.0000000001318652,
    0.16666661508100128,
    0.06666993362313914,
    0.03563750168094966,
    0.023068225262309578,
    0.010504002698530612,
    0.022767929858781285,
];
