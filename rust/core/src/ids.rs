//! Small integers that stand for venues, instruments, assets and currencies inside the core.

use rustc_hash::FxHashMap;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// Position in the table that it was handed out from.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! {
    /// A venue, in order of registration.
    VenueId
}
id! {
    /// A contract of a venue, in order of registration over all venues.
    InstrumentId
}
id! {
    /// What instruments of different venues have in common.
    AssetId
}
id! {
    /// A quote currency.
    CurrencyId
}

/// Names in order of first sight; each has one number for ever.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: FxHashMap<Box<str>, u32>,
    names: Vec<Box<str>>,
}

impl Names {
    pub(crate) fn intern(&mut self, name: &str) -> u32 {
        if let Some(number) = self.number(name) {
            return number;
        }
        // Registration is bounded (registry::INSTRUMENTS_MAX), far below u32.
        let number = self.names.len() as u32;
        self.numbers.insert(name.into(), number);
        self.names.push(name.into());
        number
    }

    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub(crate) fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("?", |name| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = Names::default();
        assert_eq!((names.intern("BTC"), names.intern("ETH"), names.intern("BTC")), (0, 1, 0));
        assert_eq!(names.number("ETH"), Some(1));
        assert_eq!(names.number("DOGE"), None);
        assert_eq!((names.name(1), names.name(7)), ("ETH", "?"));
    }
}
