#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| arbbot_fuzz::frames("okx", ["BTC-USDT", "UNI-USD-SWAP"], data));
