//! A reader that knows what comes next: literal texts with values between them.
//!
//! Every step answers None when the text is anything else, and then the order-free scanner judges the frame. What it
//! does accept it has checked as strictly as that scanner would.

use crate::digits;
use crate::simd;

/// A text that is expected to follow a template, as far as it is still to be read.
#[derive(Clone, Copy)]
pub(super) struct Template<'a> {
    rest: &'a str,
}

impl<'a> Template<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Exactly these bytes.
    #[inline(always)]
    pub(super) fn literal(&mut self, wanted: &'static str) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// True, and moved past them, when exactly these bytes are here.
    #[inline(always)]
    pub(super) fn take(&mut self, wanted: &'static str) -> bool {
        self.literal(wanted).is_some()
    }

    /// Visits every member of the object here, whatever their order; `visit` must read the value and answers None to a
    /// key that it does not know.
    #[inline(always)]
    pub(super) fn members(&mut self, mut visit: impl FnMut(&'a str, &mut Self) -> Option<()>) -> Option<()> {
        self.literal("{")?;
        loop {
            let key = self.key()?;
            visit(key, self)?;
            if !self.take(",") {
                return self.literal("}");
            }
        }
    }

    /// A key, moved past its colon; most have one letter.
    #[inline(always)]
    fn key(&mut self) -> Option<&'a str> {
        if let Some([b'"', b'A'..=b'Z' | b'a'..=b'z', b'"', b':']) = self.rest.as_bytes().first_chunk() {
            let (key, rest) = self.rest.split_at_checked(4)?;
            self.rest = rest;
            return key.get(1..2);
        }
        let key = self.quoted()?;
        self.literal(":")?;
        Some(key)
    }

    /// A whole number of up to 15 digits, not begun by a needless zero.
    #[inline(always)]
    pub(super) fn whole(&mut self) -> Option<u64> {
        let (value, length) = digits::whole(self.rest.as_bytes(), 0)?;
        let (digits, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        (length == 1 || !digits.starts_with('0')).then_some(value)
    }

    /// A whole number that may be negative.
    #[inline(always)]
    pub(super) fn signed(&mut self) -> Option<i64> {
        let negative = self.take("-");
        let value = i64::try_from(self.whole()?).ok()?;
        Some(if negative { -value } else { value })
    }

    /// A time in milliseconds as ns.
    #[inline(always)]
    pub(super) fn ms(&mut self) -> Option<i64> {
        i64::try_from(self.whole()?).ok()?.checked_mul(1_000_000)
    }

    /// What stands before the next quote, without escapes; moved past the quote.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Option<&'a str> {
        let (string, rest) = self.rest.split_at_checked(digits::string_end(self.rest.as_bytes(), 0)?)?;
        self.rest = rest.strip_prefix('"')?;
        Some(string)
    }

    /// As [`Template::string`], from its first quote on.
    #[inline(always)]
    pub(super) fn quoted(&mut self) -> Option<&'a str> {
        self.literal("\"")?;
        self.string()
    }

    /// The array of levels here, unread; its digits are judged when they are.
    #[inline(always)]
    pub(super) fn levels(&mut self) -> Option<&'a str> {
        let (levels, rest) = self.rest.split_at_checked(simd::levels_end(self.rest.as_bytes(), 0)?)?;
        self.rest = rest;
        Some(levels)
    }

    /// A bare number without sign or exponent, unread.
    #[inline(always)]
    pub(super) fn number(&mut self) -> Option<&'a str> {
        let behind = self.rest.bytes().position(|byte| !byte.is_ascii_digit() && byte != b'.')?;
        let (text, rest) = self.rest.split_at_checked(behind)?;
        self.rest = rest;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let needless = whole.len() > 1 && whole.starts_with('0');
        let sound = !whole.is_empty() && !needless && !fraction.is_empty() && !fraction.contains('.');
        sound.then_some(text)
    }

    /// Nothing may follow.
    #[inline(always)]
    pub(super) fn end(&self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }
}
