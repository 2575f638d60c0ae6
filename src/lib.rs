//! Entropy, cross-entropy, Kullback-Leibler and Jensen-Shannon divergence of rows of weights.
//!
//! Data goes one way: [`view`] (rows of an array) → [`rows`] (the driver) → [`dispatch`] (the instruction set) →
//! [`accumulate`] (weights to sums) → [`kernels`] (one quantity a file) → [`math`] (formulas) → [`lanes`] (registers).
//! `python` is the only part that knows Python.

pub mod accumulate;
pub mod dispatch;
pub mod kernels;
pub mod lanes;
pub mod math;
pub mod pool;
#[cfg(feature = "python")]
mod python;
pub mod rows;
pub mod view;
