#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| arbbot_fuzz::frames("gate", ["BTC_USDT", "RDNT_USDT"], data));
