//! The words of orders: type, side, time in force, class, intent, status.

use std::fmt;

/// An enum whose values are words on the wire.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$value_doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// What this word stands for, if for anything.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What kind of order it is.
    OrderType {
        /// At whatever price there is.
        Market = "market",
        /// At this price or a better one.
        Limit = "limit",
        /// A market order once the price has passed the stop price.
        Stop = "stop",
        /// A limit order once the price has passed the stop price.
        StopLimit = "stop_limit",
        /// A market order once the price has turned by the trail.
        TrailingStop = "trailing_stop",
    }
}

words! {
    /// Whether it buys or sells.
    Side {
        /// Buys.
        Buy = "buy",
        /// Sells, what is held or short.
        Sell = "sell",
    }
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

words! {
    /// How long it works.
    TimeInForce {
        /// Until the close of the session.
        Day = "day",
        /// Until it is canceled, 90 days at most.
        Gtc = "gtc",
        /// In the opening auction.
        Opg = "opg",
        /// In the closing auction.
        Cls = "cls",
        /// At once, the rest is canceled.
        Ioc = "ioc",
        /// At once and whole, or not at all.
        Fok = "fok",
    }
}

words! {
    /// Whether it stands alone.
    OrderClass {
        /// It does.
        Simple = "simple",
        /// An entry with a profit target and a stop.
        Bracket = "bracket",
        /// A profit target and a stop for a position; one cancels the other.
        Oco = "oco",
        /// An entry with one of both.
        Oto = "oto",
        /// Several option contracts at once.
        Mleg = "mleg",
    }
}

words! {
    /// What it does to the position.
    Intent {
        /// Opens or grows a long position.
        BuyToOpen = "buy_to_open",
        /// Reduces a short position.
        BuyToClose = "buy_to_close",
        /// Opens or grows a short position.
        SellToOpen = "sell_to_open",
        /// Reduces a long position.
        SellToClose = "sell_to_close",
    }
}

impl Intent {
    /// The intent of an order on this side that opens, or closes.
    #[must_use]
    pub const fn of(side: Side, opens: bool) -> Self {
        match (side, opens) {
            (Side::Buy, true) => Self::BuyToOpen,
            (Side::Buy, false) => Self::BuyToClose,
            (Side::Sell, true) => Self::SellToOpen,
            (Side::Sell, false) => Self::SellToClose,
        }
    }

    /// Whether it opens or grows a position.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::BuyToOpen | Self::SellToOpen)
    }
}

words! {
    /// Where an order is in its life.
    Status {
        /// At its venue.
        New = "new",
        /// At its venue, some of it is filled.
        PartiallyFilled = "partially_filled",
        /// All of it is filled.
        Filled = "filled",
        /// Nothing more happens today.
        DoneForDay = "done_for_day",
        /// Canceled.
        Canceled = "canceled",
        /// Its time in force has ended.
        Expired = "expired",
        /// Another order has taken its place.
        Replaced = "replaced",
        /// A cancel is under way.
        PendingCancel = "pending_cancel",
        /// A replacement is under way.
        PendingReplace = "pending_replace",
        /// Taken, and waits for its session.
        Accepted = "accepted",
        /// Taken, and on its way to a venue.
        PendingNew = "pending_new",
        /// Being priced.
        AcceptedForBidding = "accepted_for_bidding",
        /// A fill is guaranteed.
        Stopped = "stopped",
        /// Refused after it was taken.
        Rejected = "rejected",
        /// Not eligible to trade now.
        Suspended = "suspended",
        /// Done, with calculations left.
        Calculated = "calculated",
        /// A leg that waits for its time.
        Held = "held",
    }
}

impl Status {
    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Filled | Self::Canceled | Self::Expired | Self::Replaced | Self::Rejected
        )
    }

    /// Whether it can be filled.
    #[must_use]
    pub const fn is_working(self) -> bool {
        matches!(
            self,
            Self::New | Self::PartiallyFilled | Self::PendingCancel | Self::PendingReplace
        )
    }

    /// Whether `next` may follow.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use Status::{
            Accepted, AcceptedForBidding, Calculated, Canceled, DoneForDay, Expired, Filled, Held,
            New, PartiallyFilled, PendingCancel, PendingNew, PendingReplace, Rejected, Replaced,
            Stopped, Suspended,
        };
        // What a venue may do with an order that it has.
        let set_aside = matches!(next, Suspended | Stopped | DoneForDay | Calculated);
        match self {
            PendingNew => matches!(
                next,
                New | Held | AcceptedForBidding | PendingCancel | Canceled | Expired | Rejected
            ),
            Accepted => matches!(
                next,
                New | PendingNew
                    | AcceptedForBidding
                    | PendingCancel
                    | Canceled
                    | Expired
                    | Rejected
            ),
            Held => matches!(
                next,
                New | Accepted | PendingCancel | Canceled | Expired | Rejected | PendingReplace
            ),
            New => {
                set_aside
                    || matches!(
                        next,
                        PartiallyFilled
                            | Filled
                            | AcceptedForBidding
                            | PendingCancel
                            | PendingReplace
                            | Canceled
                            | Expired
                            | Rejected
                    )
            }
            // It is new again when all of its fills were taken back.
            PartiallyFilled => {
                set_aside
                    || matches!(
                        next,
                        New | PartiallyFilled
                            | Filled
                            | PendingCancel
                            | PendingReplace
                            | Canceled
                            | Expired
                    )
            }
            // What is under way can be overtaken by a fill, and can be refused by the venue.
            PendingCancel => matches!(
                next,
                PartiallyFilled
                    | Filled
                    | Canceled
                    | Expired
                    | New
                    | PendingNew
                    | Accepted
                    | AcceptedForBidding
                    | Suspended
                    | DoneForDay
                    | Held
            ),
            PendingReplace => matches!(
                next,
                PartiallyFilled | Filled | Replaced | New | Held | Canceled | Expired
            ),
            AcceptedForBidding => matches!(
                next,
                New | PendingNew | Accepted | PendingCancel | Canceled | Expired | Rejected
            ),
            Suspended | DoneForDay => matches!(
                next,
                New | PartiallyFilled
                    | DoneForDay
                    | Calculated
                    | PendingCancel
                    | Canceled
                    | Expired
                    | Rejected
            ),
            // What is promised or reckoned is neither refused nor taken back.
            Stopped | Calculated => {
                matches!(next, New | PartiallyFilled | Filled | Canceled | Expired)
            }
            Filled | Canceled | Expired | Replaced | Rejected => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for status in Status::ALL {
            assert_eq!(Status::from_word(status.as_str()), Some(*status));
        }
        assert_eq!(TimeInForce::from_word("GTC"), None);
        assert_eq!(Intent::of(Side::Sell, true), Intent::SellToOpen);
    }

    #[test]
    fn nothing_follows_the_end() {
        for end in Status::ALL.iter().filter(|status| status.is_terminal()) {
            for next in Status::ALL {
                assert!(!end.may_become(*next), "{end} to {next}");
            }
        }
    }

    #[test]
    fn every_open_status_can_end_in_a_cancel() {
        for status in Status::ALL.iter().filter(|status| !status.is_terminal()) {
            assert!(status.may_become(Status::Canceled), "{status}");
            assert!(status.may_become(Status::Expired), "{status}");
        }
    }

    #[test]
    fn every_status_can_be_reached_from_what_an_order_is_at_first() {
        let mut reached = vec![Status::PendingNew, Status::Accepted, Status::Held];
        let mut looked_at = 0;
        while let Some(from) = reached.get(looked_at).copied() {
            looked_at += 1;
            for next in Status::ALL {
                if from.may_become(*next) && !reached.contains(next) {
                    reached.push(*next);
                }
            }
        }
        assert_eq!(reached.len(), Status::ALL.len(), "{reached:?}");
    }
}
