//! A strict, allocation-free reader of JSON text, just large enough for market frames.
//!
//! Walks the text once, keeps a bounded depth, borrows everything it returns, and never panics on hostile input.

use crate::digits;
use crate::simd;

/// Deepest nesting accepted; the deepest market frame has 5.
const DEPTH_MAX: u32 = 32;

/// What is wrong, in words that need no position.
pub(crate) type Fault = &'static str;

/// A place in a text.
#[derive(Clone, Copy)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Visits every member of the object here; `visit` must read or skip the value.
    pub(crate) fn object(
        &mut self,
        mut visit: impl FnMut(&'a str, &mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.expect(b'{', "an object was expected")?;
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.expect(b':', "a colon is missing")?;
            visit(key, self)?;
            if self.take(b'}') {
                return Ok(());
            }
            self.expect(b',', "a comma is missing")?;
        }
    }

    /// Visits every element of the array here; `visit` must read or skip it.
    pub(crate) fn array(&mut self, mut visit: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.expect(b'[', "an array was expected")?;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            visit(self)?;
            if self.take(b']') {
                return Ok(());
            }
            self.expect(b',', "a comma is missing")?;
        }
    }

    /// The string here, without its quotes and with escapes left as they are: no name or number that a market frame
    /// must hold has any, so an escaped one simply does not match.
    pub(crate) fn string(&mut self) -> Result<&'a str, Fault> {
        self.expect(b'"', "a string was expected")?;
        let start = self.at;
        if let Some(end) = digits::string_end(self.text.as_bytes(), start) {
            self.at = end + 1;
            return self.text.get(start..end).ok_or("not a string");
        }
        loop {
            match self.bump() {
                Some(b'"') => return self.text.get(start..self.at - 1).ok_or("not a string"),
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) => return Err("control character in a string"),
                Some(_) => {}
                None => return Err("text ends in a string"),
            }
        }
    }

    /// The whole, non-negative number here.
    pub(crate) fn integer(&mut self) -> Result<u64, Fault> {
        if let Some(value) = self.short_integer() {
            return Ok(value);
        }
        let digits = self.value()?;
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| plain).ok_or("a whole number was expected")
    }

    /// The array of levels here, found by its end alone where it is written without blanks: what is inside is judged
    /// when its digits are read. Anything else is checked like every value.
    pub(crate) fn levels(&mut self) -> Result<&'a str, Fault> {
        self.blank();
        match simd::levels_end(self.text.as_bytes(), self.at) {
            Some(end) => {
                let start = std::mem::replace(&mut self.at, end);
                self.text.get(start..end).ok_or("not a value")
            }
            None => self.value(),
        }
    }

    /// Checks whatever is here and returns it as text.
    pub(crate) fn value(&mut self) -> Result<&'a str, Fault> {
        self.blank();
        let start = self.at;
        self.skip(0)?;
        self.text.get(start..self.at).ok_or("not a value")
    }

    /// Nothing but blanks may follow.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        self.blank();
        if self.at == self.text.len() {
            Ok(())
        } else {
            Err("text goes on after the end")
        }
    }

    /// The first byte that is not blank, without moving past it.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        self.blank();
        self.byte()
    }

    /// The ordinary case of [`Scanner::integer`]: up to 15 digits and then the end of the value.
    fn short_integer(&mut self) -> Option<u64> {
        self.blank();
        let bytes = self.text.as_bytes();
        let (value, end) = digits::whole(bytes, self.at)?;
        let needless = end > self.at + 1 && bytes.get(self.at) == Some(&b'0');
        let more = matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
        (!needless && !more).then(|| {
            self.at = end;
            value
        })
    }

    fn skip(&mut self, depth: u32) -> Result<(), Fault> {
        if depth > DEPTH_MAX {
            return Err("nested too deeply");
        }
        match self.peek() {
            Some(b'{') => self.object(|_, inner| inner.skip(depth + 1)),
            Some(b'[') => self.array(|inner| inner.skip(depth + 1)),
            Some(b'"') => self.string().map(|_| ()),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err("not a value"),
            None => Err("text ends too early"),
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.short_integer().is_some() {
            return Ok(());
        }
        self.take_here(b'-');
        let leading_zero = self.byte() == Some(b'0');
        let whole = self.digits()?;
        if leading_zero && whole > 1 {
            return Err("a number starts with zero");
        }
        if self.take_here(b'.') {
            self.digits()?;
        }
        if self.take_here(b'e') || self.take_here(b'E') {
            let _ = self.take_here(b'+') || self.take_here(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<usize, Fault> {
        let start = self.at;
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err("a digit is missing")
        } else {
            Ok(self.at - start)
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Fault> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(())
        } else {
            Err("not a value")
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        match self.bump() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') if (0..4).all(|_| self.bump().is_some_and(|byte| byte.is_ascii_hexdigit())) => Ok(()),
            _ => Err("bad escape in a string"),
        }
    }

    fn expect(&mut self, wanted: u8, fault: Fault) -> Result<(), Fault> {
        if self.take(wanted) {
            Ok(())
        } else {
            Err(fault)
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        self.blank();
        self.take_here(wanted)
    }

    fn take_here(&mut self, wanted: u8) -> bool {
        let found = self.byte() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn bump(&mut self) -> Option<u8> {
        let byte = self.byte();
        self.at += usize::from(byte.is_some());
        byte
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }
}

/// What begins an array of levels, up to where the first of them holds something; or the whole of an empty one.
pub(crate) enum Opened {
    Empty(usize),
    Levels(usize),
}

/// The opening of the array of arrays or objects at `text[start]`.
#[inline(always)]
pub(crate) fn opened(text: &[u8], start: usize) -> Option<Opened> {
    match text.get(start..start + 2)? {
        b"[]" => Some(Opened::Empty(start + 2)),
        b"[[" | b"[{" => Some(Opened::Levels(start + 2)),
        _ => None,
    }
}

/// The end of the array of arrays or objects that begins at `text[start]`, none of which holds a blank or a further
/// array; None when it is anything else, as far as the end can tell.
pub(crate) fn levels_end(text: &[u8], start: usize) -> Option<usize> {
    let from = match opened(text, start)? {
        Opened::Empty(end) => return Some(end),
        Opened::Levels(from) => from,
    };
    let rest = text.get(from..)?;
    // Each byte beside the one behind it.
    for (at, (byte, next)) in rest.iter().zip(rest.iter().skip(1)).enumerate() {
        if matches!(byte, b']' | b'}') && *next == b']' {
            return Some(from + at + 2);
        }
        if *byte <= b' ' {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn valid(text: &str) -> bool {
        let mut scanner = Scanner::new(text);
        scanner.value().is_ok() && scanner.end().is_ok()
    }

    #[test]
    fn accepts_json() {
        for text in ["{}", "[]", " [1, -2.5e+3 ,0] ", r#"{"a":{"b":[null,true,false]},"é":"\u00e9\n"}"#, "0", "\"x\""]
        {
            assert!(valid(text), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not() {
        let cases = [
            "",
            "{",
            "[1,]",
            "[1 2]",
            "{\"a\"}",
            "{a:1}",
            "01",
            "1.",
            "-",
            "1e",
            "nul",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"a\nb\"",
            "{} {}",
            "NaN",
            "'a'",
            "{\"a\":1,}",
            "\"open",
        ];
        for text in cases {
            assert!(!valid(text), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(valid(&("[".repeat(30) + &"]".repeat(30))));
        assert!(!valid(&"[".repeat(100_000)));
    }

    #[test]
    fn whole_numbers_only() {
        for (text, number) in
            [("12", Some(12)), ("-1", None), ("1.0", None), ("\"1\"", None), ("18446744073709551616", None)]
        {
            assert_eq!(Scanner::new(text).integer().ok(), number, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = valid(&text);
        }

        #[test]
        fn never_panics_on_nearly_json(text in r#"[\{\}\[\]",:0-9a\\ue\.\- ]{0,60}"#) {
            let _ = valid(&text);
        }
    }
}
