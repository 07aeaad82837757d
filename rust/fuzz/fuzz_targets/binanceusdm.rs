#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| arbbot_fuzz::frames("binanceusdm", ["BTCUSDT", "BTCUSD_PERP"], data));
