//! What is kept besides books, and told of every change: the funding matrix, the board, merged books.
//!
//! A frame's way stays free of it: an entry that is watched notes itself when its book changes, and all that depends
//! on it is brought up to date once, when the frame is done.

use super::merge::Kept;
use super::{Entry, Market, Rate};
use crate::funding::{Matrix, FUNDING_AGE_NS_MAX};
use crate::ids::{AssetId, CurrencyId, InstrumentId, VenueId};
use crate::registry::{fee, refused, Refused};
use crate::scan::{Board, Member, Table};
use rustc_hash::FxHashMap;

/// Where an instrument appears.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seat {
    /// Row and member of the board.
    board: Option<(u32, u32)>,
    /// Some currency is worth what this one's book says.
    rates: bool,
    /// Number and member of a merged book that is kept.
    pub(super) merged: Option<(u32, u32)>,
    /// It shares venue and asset with another one.
    twin: bool,
}

/// Everything derived from books and funding.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// By instrument.
    pub(super) seats: Vec<Seat>,
    pub(super) merged: Vec<Kept>,
    matrix: Matrix,
    board: Option<Board>,
    rows: FxHashMap<AssetId, usize>,
    worths: Vec<Worth>,
    /// Watched instruments whose book the frame at hand has changed.
    touched: Vec<InstrumentId>,
}

/// What a currency was worth when its book last changed.
#[derive(Debug, Clone, Copy)]
struct Worth {
    currency: CurrencyId,
    numeraire_per_unit: Option<f64>,
    /// When the book that says so was heard of; None for a fixed one.
    heard_ns: Option<i64>,
}

impl Worth {
    fn at(&self, now_ns: Option<i64>) -> Option<f64> {
        let age_ns = now_ns.zip(self.heard_ns).map(|(now_ns, heard_ns)| now_ns.abs_diff(heard_ns));
        self.numeraire_per_unit.filter(|_| age_ns.is_none_or(|age_ns| age_ns <= FUNDING_AGE_NS_MAX.unsigned_abs()))
    }
}

impl Watch {
    /// Notes that a book changed or was lost.
    #[inline]
    pub(super) fn note(&mut self, entry: &Entry) {
        if entry.watched {
            self.touched.push(entry.instrument.id);
        }
    }
}

impl Market {
    /// Makes the board, or hands out the table of the one that there is; `rows` assets can be watched on it.
    ///
    /// # Errors
    /// No rows or more than 4,096, or another number than the board has.
    pub fn make_board(&mut self, rows: usize) -> Result<Table, Refused> {
        if let Some(board) = &self.watch.board {
            let table = board.table().clone();
            let reason = format!("the core has a board of {}: ask for the same number", table.rows());
            return if table.rows() == rows { Ok(table) } else { Err(refused("rows", rows, reason)) };
        }
        let board = self.watch.board.insert(Board::new(rows)?);
        Ok(board.table().clone())
    }

    /// Watches an asset on the board at one to four rising `sizes` (asset units) and returns its row. A wake-up comes
    /// when the best pair's edge at the first size reaches `edge_min` (numeraire per asset unit) or falls below it.
    /// A second call takes new sizes and a new threshold for the same row.
    ///
    /// ```
    /// use arbbot_core::{columns, Decoder, Market, Terms, VenueId};
    /// let mut market = Market::default();
    /// market.set_rate("USDC", Some(1.0))?;
    /// for venue in ["here", "there"] {
    ///     let venue = market.add_venue(venue, Decoder::Hyperliquid)?;
    ///     let (symbol, asset, quote, tick, lot, multiplier) = ("BTC", "BTC", "USDC", "0.1", "0.001", "1");
    ///     let (fee_rate_taker, funding_interval_hours) = (0.001, 1);
    ///     market.add_instrument(&Terms {
    ///         venue, symbol, asset, quote, tick, lot, multiplier, contract_size: "1", fee_rate_taker,
    ///         funding_interval_hours,
    ///     })?;
    /// }
    /// let table = market.make_board(1)?;
    /// let row = market.watch("BTC", &[2.0], 1.0)?;
    /// for (venue, bid, ask) in [(0, "100.0", "101.0"), (1, "103.0", "104.0")] {
    ///     let book = format!(
    ///         r#"{{"channel":"l2Book","data":{{"coin":"BTC","time":1,"levels":[
    ///             [{{"px":"{bid}","sz":"5","n":1}}],[{{"px":"{ask}","sz":"5","n":1}}]]}}}}"#
    ///     );
    ///     market.feed(VenueId(venue), book.as_bytes(), 1)?;
    /// }
    /// let edge = table.get(row, columns::EDGE).ok_or("no such row")?;
    /// assert!((edge - (103.0 * 0.999 - 101.0 * 1.001)).abs() < 1e-9);
    /// assert_eq!(market.woken(), [0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// No board, an asset without instruments, sizes that make no sense, or a full board.
    pub fn watch(&mut self, asset: &str, sizes: &[f64], edge_min: f64) -> Result<usize, Refused> {
        let id = self.assets.number(asset).map(AssetId).ok_or_else(|| Refused::NoAsset(asset.into()))?;
        let board = self.watch.board.as_mut();
        let board = board.ok_or_else(|| refused("board", "none", "make one with make_board first"))?;
        let row = match self.watch.rows.get(&id) {
            Some(row) => board.alter(*row, sizes, edge_min).map(|()| *row)?,
            None => board.add(sizes, edge_min)?,
        };
        self.watch.rows.insert(id, row);
        self.seat(id, row);
        Ok(row)
    }

    /// Wakes the asset's row whenever entering or leaving this pair at the first size has moved by `step` (numeraire
    /// per asset unit, net of taker fees) since it last did, or has become possible or impossible.
    ///
    /// # Errors
    /// Instruments that are not of one watched asset and two venues, or a step that is not finite and positive.
    pub fn hold(&mut self, long: InstrumentId, short: InstrumentId, step: f64) -> Result<(), Refused> {
        if !(step.is_finite() && step > 0.0) {
            return Err(refused("step", step, "a finite, positive number is needed"));
        }
        let row = self.row_of(long, short)?;
        if let Some(board) = &mut self.watch.board {
            board.hold(row, long, short, step);
        }
        Ok(())
    }

    /// Ends what [`Market::hold`] began.
    ///
    /// # Errors
    /// As [`Market::hold`].
    pub fn release(&mut self, long: InstrumentId, short: InstrumentId) -> Result<(), Refused> {
        let row = self.row_of(long, short)?;
        if let Some(board) = &mut self.watch.board {
            board.release(row, long, short);
        }
        Ok(())
    }

    /// Rows woken since the last call, in the order of waking, each once.
    pub fn woken(&mut self) -> Vec<u32> {
        self.watch.board.as_mut().map(Board::woken).unwrap_or_default()
    }

    /// Sets what a maker fill costs, fraction of notional; negative is a rebate. Until then it is the taker's fee.
    ///
    /// # Errors
    /// An unknown instrument, or a fee out of range.
    pub fn set_fee_maker(&mut self, id: InstrumentId, rate: f64) -> Result<(), Refused> {
        let entry = self.entries.get_mut(id.index()).ok_or(Refused::NoInstrument(id.0))?;
        entry.instrument.fee_rate_maker = fee("fee_rate_maker", rate)?;
        let asset = entry.instrument.asset;
        self.reseat(asset);
        Ok(())
    }

    /// Sets what holding a leg at a venue costs, fraction of notional per hour: its fees, over the time that it is held.
    ///
    /// # Errors
    /// An unknown venue, or a cost that is not finite.
    pub fn set_funding_cost(&mut self, venue: VenueId, rate_per_hour: f64) -> Result<(), Refused> {
        if venue.index() >= self.venues.len() {
            return Err(Refused::NoVenue(venue.0));
        }
        if !rate_per_hour.is_finite() {
            return Err(refused("funding cost", rate_per_hour, "a finite number is needed"));
        }
        self.watch.matrix.grow(self.venues.len(), 0);
        self.watch.matrix.set_cost(venue.index(), rate_per_hour);
        Ok(())
    }

    /// Every venue's rate of every asset: a row a venue, a column an asset.
    ///
    /// Where a venue has several instruments of one asset, the first registered that has a rate speaks for it.
    pub(crate) fn matrix(&self) -> &Matrix {
        &self.watch.matrix
    }

    /// After an instrument was registered.
    pub(super) fn enter(&mut self, id: InstrumentId, venue: VenueId, asset: AssetId) {
        let here = |other: &&InstrumentId| self.entry(**other).is_some_and(|entry| entry.instrument.venue == venue);
        let here: Vec<_> = self.members.get(asset.index()).into_iter().flatten().filter(here).copied().collect();
        self.watch.seats.resize(self.entries.len(), Seat::default());
        for twin in here.iter().filter(|_| here.len() > 1) {
            self.watch.seats[twin.index()].twin = true;
        }
        self.watch.matrix.grow(self.venues.len(), self.members.len());
        self.rerate(id);
        self.reseat(asset);
        if let Some(quote) = self.instrument(id).map(|instrument| instrument.quote) {
            self.remerge(asset, quote);
        }
    }

    /// After an instrument's funding, or its interval, has changed.
    pub(super) fn rerate(&mut self, id: InstrumentId) {
        let (Some(entry), Some(seat)) = (self.entry(id), self.watch.seats.get(id.index())) else { return };
        let (venue, asset) = (entry.instrument.venue, entry.instrument.asset);
        let speaker = if seat.twin { self.speaker(venue, asset) } else { Some(id) };
        let funding = speaker.and_then(|id| self.funding(id));
        let rate = funding.map(|funding| funding.rate_per_hour());
        self.watch.matrix.set(venue.index(), asset.index(), rate);
    }

    /// After all funding of a venue was forgotten.
    pub(super) fn unrate(&mut self, venue: VenueId) {
        for asset in 0..self.watch.matrix.assets() {
            self.watch.matrix.set(venue.index(), asset, None);
        }
    }

    /// The first instrument of an asset at a venue that has a rate.
    pub(crate) fn speaker(&self, venue: VenueId, asset: AssetId) -> Option<InstrumentId> {
        let members = self.members.get(asset.index()).into_iter().flatten().copied();
        let entries = members.filter_map(|id| self.entry(id));
        let mut speaking = entries.filter(|entry| entry.instrument.venue == venue && entry.funding.is_some());
        speaking.next().map(|entry| entry.instrument.id)
    }

    /// Prices an instrument's book anew and finds its asset's best pair, as after every frame for it. `now_ns` is market
    /// time.
    pub fn reprice(&mut self, id: InstrumentId, now_ns: i64) {
        self.settle_one(id, Some(now_ns));
    }

    /// After a currency's worth was set: marks the books that say some, and tells the board.
    pub(super) fn revalue(&mut self) {
        for rate in self.rates.values() {
            if let Rate::Mid(source) = rate {
                self.watch.seats[source.index()].rates = true;
                self.entries[source.index()].watched = true;
            }
        }
        for at in 0..self.watch.worths.len() {
            self.revalue_one(at, None);
        }
    }

    /// Brings everything up to date with the books that were noted. `now_ns` is market time.
    #[inline]
    pub(super) fn settle(&mut self, now_ns: Option<i64>) {
        while let Some(id) = self.watch.touched.pop() {
            self.settle_one(id, now_ns);
        }
    }

    fn settle_one(&mut self, id: InstrumentId, now_ns: Option<i64>) {
        let Some(entry) = self.entries.get_mut(id.index()) else { return };
        let Some(seat) = self.watch.seats.get(id.index()).copied() else { return };
        if let Some((at, member)) = seat.merged {
            let kept = self.watch.merged.get_mut(at as usize).and_then(|kept| kept.book.as_mut());
            let changes = entry.book.changes();
            match kept {
                Some(kept) => changes.for_each(|change| kept.take(member as usize, change)),
                None => changes.for_each(drop),
            }
        }
        if let (Some((row, member)), Some(board)) = (seat.board, &mut self.watch.board) {
            let row = row as usize;
            board.price(row, member as usize, &entry.book);
            let mut revalued = false;
            for worth in &self.watch.worths {
                revalued |= board.rate(row, worth.currency, worth.at(now_ns));
            }
            board.publish(row, (!revalued).then_some(member as usize));
        }
        if seat.rates {
            for at in 0..self.watch.worths.len() {
                let currency = self.watch.worths[at].currency;
                if matches!(self.rates.get(&currency), Some(Rate::Mid(source)) if *source == id) {
                    self.revalue_one(at, now_ns);
                }
            }
        }
    }

    fn revalue_one(&mut self, at: usize, now_ns: Option<i64>) {
        let worth = self.worth(self.watch.worths[at].currency);
        self.watch.worths[at] = worth;
        let Some(board) = &mut self.watch.board else { return };
        for row in self.watch.rows.values() {
            if board.rate(*row, worth.currency, worth.at(now_ns)) {
                board.publish(*row, None);
            }
        }
    }

    fn worth(&self, currency: CurrencyId) -> Worth {
        let heard_ns = match self.rates.get(&currency) {
            Some(Rate::Mid(source)) => self.entry(*source).and_then(|entry| entry.book.ts_recv_ns()),
            _ => None,
        };
        Worth { currency, numeraire_per_unit: self.rate(currency, None), heard_ns }
    }

    fn row_of(&self, long: InstrumentId, short: InstrumentId) -> Result<usize, Refused> {
        let row = |id: InstrumentId| self.watch.seats.get(id.index()).and_then(|seat| seat.board);
        let venue = |id| self.instrument(id).map(|instrument| instrument.venue);
        match (row(long), row(short)) {
            (Some((a, _)), Some((b, _))) if a == b && venue(long) != venue(short) => Ok(a as usize),
            _ => Err(Refused::NoPair(long.0, short.0)),
        }
    }

    fn reseat(&mut self, asset: AssetId) {
        if let Some(row) = self.watch.rows.get(&asset) {
            self.seat(asset, *row);
        }
    }

    /// Puts an asset's instruments into its row and prices all of them.
    fn seat(&mut self, asset: AssetId, row: usize) {
        let ids = self.members.get(asset.index()).cloned().unwrap_or_default();
        for currency in
            ids.iter().filter_map(|id| self.instrument(*id)).map(|instrument| instrument.quote).collect::<Vec<_>>()
        {
            if self.watch.worths.iter().all(|worth| worth.currency != currency) {
                let worth = self.worth(currency);
                self.watch.worths.push(worth);
            }
        }
        let Some(board) = &mut self.watch.board else { return };
        let sizes = board.sizes(row).to_vec();
        let entries = ids.iter().filter_map(|id| self.entries.get(id.index()));
        board.seat(row, entries.map(|entry| Member::new(&entry.instrument, &sizes)).collect());
        for (member, id) in ids.iter().enumerate() {
            // Both are far below u32: rows by the board's own bound, members by INSTRUMENTS_MAX.
            self.watch.seats[id.index()].board = Some((row as u32, member as u32));
            self.entries[id.index()].watched = true;
            board.price(row, member, &self.entries[id.index()].book);
        }
        for worth in &self.watch.worths {
            board.rate(row, worth.currency, worth.at(None));
        }
        board.publish(row, None);
    }
}
