#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| arbbot_fuzz::frames("hyperliquid", ["BTC", "BANANA"], data));
