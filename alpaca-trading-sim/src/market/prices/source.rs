//! What every source of quotes can do.

use chrono::{DateTime, Utc};

use crate::market::{AssetIx, Quote};

/// A quote that comes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// When it comes.
    pub at: DateTime<Utc>,
    /// Of which asset it is.
    pub asset: AssetIx,
    /// The quote.
    pub quote: Quote,
}

/// Quotes in the order of their times.
///
/// A source reads no clock: whoever drives it takes the ticks that are due. It is a function of what it
/// was made from, so that two of the same kind give the same ticks, however they are asked for.
pub trait PriceSource: Send {
    /// The time of the next tick; none when there is no other.
    fn peek(&self) -> Option<DateTime<Utc>>;

    /// Takes the next tick, whose time is what `peek` said and never before that of the one before.
    fn next(&mut self) -> Option<Tick>;

    /// A source of its own that goes on where this one is.
    fn boxed_clone(&self) -> Box<dyn PriceSource>;
}

impl Clone for Box<dyn PriceSource> {
    fn clone(&self) -> Self {
        self.as_ref().boxed_clone()
    }
}
