//! Members of an object inside another, found in the walk of the outer one: a frame is read once, in whatever order its
//! keys stand. And numbers that venues write in strings or signed.

use super::{keep, keep_levels, ns, string, LEVELS};
use crate::json::{Fault, Scanner};

/// The values of some members, unread, in the order of the names asked for.
pub(super) type Members<'a, const N: usize> = [Option<&'a str>; N];

/// The members `names` of the object here.
pub(super) fn object<'a, const N: usize>(
    scanner: &mut Scanner<'a>,
    names: &[&str; N],
) -> Result<Members<'a, N>, Fault> {
    let mut values = [None; N];
    scanner.object(|key, scanner| {
        let slot = names.iter().position(|name| *name == key).and_then(|at| values.get_mut(at));
        match slot {
            Some(slot) if LEVELS.contains(&key) => keep_levels(slot, scanner),
            Some(slot) => keep(slot, scanner),
            None => scanner.value().map(|_| ()),
        }
    })?;
    Ok(values)
}

/// As [`object`]; None for anything else, which is checked and passed.
pub(super) fn object_if<'a, const N: usize>(
    scanner: &mut Scanner<'a>,
    names: &[&str; N],
) -> Result<Option<Members<'a, N>>, Fault> {
    if scanner.peek() == Some(b'{') {
        object(scanner, names).map(Some)
    } else {
        scanner.value().map(|_| None)
    }
}

/// The members `names` of the one object in the array here; None for anything else, which is checked and passed.
pub(super) fn sole<'a, const N: usize>(
    scanner: &mut Scanner<'a>,
    names: &[&str; N],
) -> Result<Option<Members<'a, N>>, Fault> {
    if scanner.peek() != Some(b'[') {
        return scanner.value().map(|_| None);
    }
    let (mut found, mut count) = (None, 0);
    scanner.array(|scanner| {
        count += 1;
        if count == 1 && scanner.peek() == Some(b'{') {
            found = Some(object(scanner, names)?);
        } else {
            scanner.value()?;
        }
        Ok(())
    })?;
    Ok(found.filter(|_| count == 1))
}

/// Remembers what was found under a key; an object that has the key twice is refused.
pub(super) fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), Fault> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err("a key is repeated"),
    }
}

/// A whole number in a string.
pub(super) fn quoted_integer(raw: Option<&str>) -> Result<u64, Fault> {
    let text = string(raw)?;
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or("a whole number was expected")
}

/// Milliseconds in a string.
pub(super) fn quoted_time_ns(raw: Option<&str>) -> Result<i64, Fault> {
    ns(quoted_integer(raw)?)
}

/// A CRC-32 that the venue writes as a signed number.
pub(super) fn signed_crc(raw: Option<&str>) -> Result<u32, Fault> {
    let crc = raw.ok_or("a field is missing")?.parse::<i32>();
    crc.map(|crc| crc as u32).map_err(|_| "a checksum is no 32-bit number")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sole_of(text: &str) -> Result<Option<Members<'_, 2>>, Fault> {
        let mut scanner = Scanner::new(text);
        let found = sole(&mut scanner, &["a", "x"])?;
        scanner.end().map(|()| found)
    }

    #[test]
    fn one_object_alone_is_read() {
        let raw = r#"[{"x":"1","n":[{}],"a":[["1","2"]]}]"#;
        assert_eq!(sole_of(raw), Ok(Some([Some(r#"[["1","2"]]"#), Some("\"1\"")])));
        assert_eq!(sole_of("[{}]"), Ok(Some([None, None])));
        for other in ["[]", "[{},{}]", "[[1],{}]", "[1]", "{}", "null", "\"x\""] {
            assert_eq!(sole_of(other), Ok(None), "{other}");
        }
    }

    #[test]
    fn what_is_no_json_or_says_a_thing_twice_is_refused() {
        for bad in ["[{\"x\":1,\"x\":1}]", "[{]", "[{}", "[{},nul]", "[{}]]", ""] {
            assert!(sole_of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_in_strings_are_nothing_but_digits() {
        assert_eq!(quoted_integer(Some("\"0042\"")), Ok(42));
        for bad in ["42", "\"\"", "\"4 2\"", "\"42x\"", "\"-4\"", "\"+4\"", "\"4.0\"", "\"99999999999999999999\""] {
            assert!(quoted_integer(Some(bad)).is_err(), "{bad}");
        }
        assert!(quoted_time_ns(Some("\"9999999999999999\"")).is_err());
        assert_eq!(signed_crc(Some("-1")), Ok(u32::MAX));
        for bad in ["2147483648", "1.0", "\"1\"", "null"] {
            assert!(signed_crc(Some(bad)).is_err(), "{bad}");
        }
    }
}
