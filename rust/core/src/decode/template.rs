//! A reader that knows what comes next: literal texts with values between them.
//!
//! Every step answers None when the text is anything else, and then the order-free scanner judges the frame. What it
//! does accept it has checked as strictly as that scanner would.

use crate::digits;
use crate::simd;

/// A place in a text that is expected to follow a template.
#[derive(Clone, Copy)]
pub(super) struct Template<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Template<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Exactly these bytes.
    #[inline(always)]
    pub(super) fn literal<const N: usize>(&mut self, wanted: &[u8; N]) -> Option<()> {
        let found: &[u8; N] = self.text.as_bytes().get(self.at..self.at + N)?.try_into().ok()?;
        (found == wanted).then(|| self.at += N)
    }

    /// True, and moved past them, when exactly these bytes are here.
    #[inline(always)]
    pub(super) fn take<const N: usize>(&mut self, wanted: &[u8; N]) -> bool {
        self.literal(wanted).is_some()
    }

    /// A whole number of up to 15 digits, not begun by a needless zero.
    #[inline(always)]
    pub(super) fn whole(&mut self) -> Option<u64> {
        let (value, end) = digits::whole(self.text.as_bytes(), self.at)?;
        let needless = end > self.at + 1 && self.text.as_bytes().get(self.at) == Some(&b'0');
        self.at = end;
        (!needless).then_some(value)
    }

    /// A whole number that may be negative.
    #[inline(always)]
    pub(super) fn signed(&mut self) -> Option<i64> {
        let negative = self.take(b"-");
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
        let start = self.at;
        let end = digits::string_end(self.text.as_bytes(), start)?;
        self.at = end + 1;
        self.text.get(start..end)
    }

    /// The array of levels here, unread; its digits are judged when they are.
    #[inline(always)]
    pub(super) fn levels(&mut self) -> Option<&'a str> {
        let start = self.at;
        let end = simd::levels_end(self.text.as_bytes(), start)?;
        self.at = end;
        self.text.get(start..end)
    }

    /// A bare number without sign or exponent, unread.
    #[inline(always)]
    pub(super) fn number(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        let (text, _) = rest.split_at_checked(rest.bytes().position(|byte| !byte.is_ascii_digit() && byte != b'.')?)?;
        self.at += text.len();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let needless = whole.len() > 1 && whole.starts_with('0');
        let sound = !whole.is_empty() && !needless && !fraction.is_empty() && !fraction.contains('.');
        sound.then_some(text)
    }

    /// Nothing may follow.
    #[inline(always)]
    pub(super) fn end(&self) -> Option<()> {
        (self.at == self.text.len()).then_some(())
    }
}
