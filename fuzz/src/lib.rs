//! Rows of weights from the fuzzer's bytes, what the library makes of them, and what is true of them.
//!
//! Data goes one way: [`case`] (bytes → weights, options) → [`layout`] (weights → memory and its view) → [`check`] (every
//! level, compared with `portable`, with dense rows one by one, with [`truth`] and with the laws).

pub mod case;
pub mod check;
pub mod layout;
pub mod truth;
