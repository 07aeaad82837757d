//! The example `replay` from its command line: what it refuses, and what it says of frames that cannot be read.

use std::error::Error;
use std::process::{Command, Output};

const NAMES: &str = "binanceusdm, bitget, bybit, dydx, gate, hyperliquid, krakenfutures, kucoinfutures or okx";

type Outcome = Result<(), Box<dyn Error>>;

/// Exit code, output, complaint. `cargo test` builds the examples beside the tests.
fn replay(arguments: &[&str]) -> Result<(Option<i32>, String, String), Box<dyn Error>> {
    let tests = std::env::current_exe()?;
    let program = tests.ancestors().nth(2).ok_or("no build folder")?.join("examples").join("replay");
    let run = Command::new(&program).args(arguments).output();
    let Output { status, stdout, stderr } =
        run.map_err(|fault| format!("{}: {fault}: cargo build --example replay", program.display()))?;
    Ok((status.code(), String::from_utf8(stdout)?, String::from_utf8(stderr)?))
}

/// Of these words, for one test.
fn file(name: &str, text: &str) -> Result<String, Box<dyn Error>> {
    let path = std::env::temp_dir().join(format!("arbbot-replay-{}-{name}.txt", std::process::id()));
    std::fs::write(&path, text)?;
    Ok(path.to_str().ok_or("a path that is no UTF-8")?.to_owned())
}

#[test]
fn without_arguments_it_replays_its_own_frames() -> Outcome {
    let (code, said, complaint) = replay(&[])?;
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    assert!(said.contains("16 frames in "), "{said}");
    assert!(!said.contains("malformed frame") && !said.contains("NaN"), "{said}");
    Ok(())
}

#[test]
fn whoever_calls_it_wrongly_is_told_how() -> Outcome {
    let here = env!("CARGO_MANIFEST_DIR");
    for (arguments, why) in [
        (&["--help"][..], ""),
        (&["-h"], ""),
        (&["nosuch", here], "replay: nosuch: neither a venue nor a file\n"),
        (&["bybit"], "replay: bybit: no file of its frames is named\n"),
        (&["bybit", "okx", here], "replay: bybit: no file of its frames is named\n"),
    ] {
        let (code, said, complaint) = replay(arguments)?;
        assert_eq!((code, said.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(complaint.starts_with(&format!("{why}usage: replay ")), "{complaint}");
        assert!(complaint.contains(NAMES), "{complaint}");
    }
    Ok(())
}

#[test]
fn a_file_without_frames_is_said_to_be_one() -> Outcome {
    let empty = file("empty", "# nothing\n\n")?;
    let (code, said, complaint) = replay(&["bybit", &empty])?;
    assert_eq!((code, said.as_str()), (Some(1), ""));
    assert_eq!(complaint, "replay: no frames: every line is empty or a remark\n");
    Ok(std::fs::remove_file(empty)?)
}

#[test]
fn the_first_malformed_frame_is_shown_with_its_reason() -> Outcome {
    let level = r#"{"channel":"l2Book","data":{"coin":"BTC","time":1,"levels":[[{"px":"PRICE","sz":"1","n":1}],[]]}}"#;
    let lines = ["1.0", "1.123456789", "?"].map(|price| level.replace("PRICE", price));
    let lines: String = (1..).zip(lines).map(|(at, frame): (u32, String)| format!("{at} {frame}\n")).collect();
    let bad = file("bad", &lines)?;
    let (code, said, _) = replay(&["hyperliquid", &bad])?;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("malformed 2"), "{said}");
    let told: Vec<&str> = said.lines().filter(|line| line.contains("first malformed frame")).collect();
    assert_eq!(told.len(), 1, "{said}");
    assert!(told[0].starts_with("hyperliquid: first malformed frame, 2 ns: number refused: finer than 8 decimals: {"));
    Ok(std::fs::remove_file(bad)?)
}
