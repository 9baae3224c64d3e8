//! The words for what happens to an order.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// What has happened to an order.
        ///
        /// Alpaca adds words without notice: one that is not known here is kept as
        /// [`Unknown`](Self::Unknown), and the update is told like any other.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum TradeEvent {
            $($(#[$doc])* $variant,)*
            /// A word that is not known here.
            Unknown(String),
        }

        impl TradeEvent {
            /// The known words.
            pub const LISTED: &'static [&'static str] = &[$($text),*];

            /// The word as it travels.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for TradeEvent {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }
    };
}

events! {
    /// It is taken and waits to be sent to its venue: outside hours, or for an auction.
    Accepted = "accepted",
    /// It is taken and on its way to its venue.
    PendingNew = "pending_new",
    /// It works at its venue.
    New = "new",
    /// A part of it was filled.
    PartialFill = "partial_fill",
    /// The rest of it was filled.
    Fill = "fill",
    /// It is partly filled. Not a fill itself, unless it carries a quantity and a price: another word
    /// for [`PartialFill`](Self::PartialFill) in some clients, and here what the list of orders says of
    /// an order.
    PartiallyFilled = "partially_filled",
    /// It was canceled; parts of it may be filled.
    Canceled = "canceled",
    /// Its time is over; parts of it may be filled.
    Expired = "expired",
    /// Another order has taken its place. The order of the update is the old one, and its
    /// `replaced_by` names the new one.
    Replaced = "replaced",
    /// It was refused after it was taken.
    Rejected = "rejected",
    /// Nothing more happens to it today.
    DoneForDay = "done_for_day",
    /// Its fill is guaranteed and yet to come.
    Stopped = "stopped",
    /// It may not be traded now.
    Suspended = "suspended",
    /// It is done; what it comes to is being calculated.
    Calculated = "calculated",
    /// Canceling was asked for.
    PendingCancel = "pending_cancel",
    /// Replacing was asked for.
    PendingReplace = "pending_replace",
    /// Canceling was refused by the venue: the order goes on, or was filled before.
    OrderCancelRejected = "order_cancel_rejected",
    /// Replacing was refused by the venue: the order goes on, or was filled before.
    OrderReplaceRejected = "order_replace_rejected",
    /// A leg waits for the order that it belongs to.
    Held = "held",
    /// It is being looked at before it is sent.
    PendingReview = "pending_review",
    /// It was stated anew, as after a split.
    Restated = "restated",
    /// A fill was undone.
    TradeBust = "trade_bust",
    /// A fill was corrected.
    TradeCorrect = "trade_correct",
}

impl TradeEvent {
    /// Whether it is about a fill that came to be: of a part, or of the rest.
    #[must_use]
    pub fn is_fill(&self) -> bool {
        matches!(self, Self::Fill | Self::PartialFill | Self::PartiallyFilled)
    }

    /// Whether it takes back or changes a fill that was told before.
    #[must_use]
    pub fn is_correction(&self) -> bool {
        matches!(self, Self::TradeBust | Self::TradeCorrect | Self::Restated)
    }

    /// How far an order has come when this happens to it: of two events of one moment, the one with the
    /// greater number is the later one.
    pub(super) fn stage(&self) -> u8 {
        match self {
            Self::Accepted | Self::PendingNew | Self::PendingReview | Self::Held => 1,
            Self::New => 2,
            Self::PartialFill | Self::PartiallyFilled => 3,
            Self::PendingCancel | Self::PendingReplace => 4,
            Self::OrderCancelRejected | Self::OrderReplaceRejected => 5,
            Self::DoneForDay | Self::Stopped | Self::Suspended | Self::Calculated => 6,
            Self::Unknown(_) => 6,
            Self::Fill | Self::Canceled | Self::Expired | Self::Replaced | Self::Rejected => 7,
            Self::Restated | Self::TradeBust | Self::TradeCorrect => 8,
        }
    }
}

impl fmt::Display for TradeEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for TradeEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for TradeEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;
        impl serde::de::Visitor<'_> for Word {
            type Value = TradeEvent;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an event")
            }

            fn visit_str<E>(self, text: &str) -> Result<TradeEvent, E> {
                Ok(TradeEvent::from(text))
            }
        }
        deserializer.deserialize_str(Word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_and_written_as_it_is() {
        for word in TradeEvent::LISTED.iter().chain(&["to_come", ""]) {
            let json = serde_json::to_string(word).unwrap();
            let event: TradeEvent = serde_json::from_str(&json).unwrap();
            assert_eq!(event.as_str(), *word);
            assert_eq!(
                matches!(event, TradeEvent::Unknown(_)),
                !TradeEvent::LISTED.contains(word)
            );
            assert_eq!(serde_json::to_string(&event).unwrap(), json);
        }
        assert!(serde_json::from_str::<TradeEvent>("7").is_err());
    }
}
