#![no_main]

use libfuzzer_sys::fuzz_target;
use xlogx_fuzz::check::check;
use xlogx_fuzz::truth::Quantity;

fuzz_target!(|data: &[u8]| -> libfuzzer_sys::Corpus { check(Quantity::JsDivergence, data) });
