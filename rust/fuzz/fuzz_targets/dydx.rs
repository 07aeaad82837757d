#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| arbbot_fuzz::frames("dydx", ["BTC-USD", "GRT-USD"], data));
