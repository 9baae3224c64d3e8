//! What an order can be waited to become.

use std::fmt;
use std::sync::Arc;

use alpaca_trading_gen::types::{Order, OrderStatus};
use uuid::Uuid;

/// What to wait for.
///
/// | condition | comes true | can no longer come true |
/// | --- | --- | --- |
/// | [`Live`](Self::Live) | `new`, `partially_filled`, `filled`, `stopped`, `done_for_day`, `calculated` | `canceled`, `expired`, `rejected` |
/// | [`Filled`](Self::Filled) | `filled` | `canceled`, `expired`, `rejected` |
/// | [`Canceled`](Self::Canceled) | `canceled` | `filled`, `expired`, `rejected` |
/// | [`Done`](Self::Done) | `filled`, `canceled`, `expired`, `rejected` | never |
/// | [`when`](Self::when) | as the function says | `filled`, `canceled`, `expired`, `rejected` |
///
/// An order that is `replaced` is followed to its successor.
#[derive(Clone)]
#[non_exhaustive]
pub enum Condition {
    /// The order works at its venue, or has got further than that.
    Live,
    /// All of the order is filled.
    Filled,
    /// The order is canceled; parts of it may be filled.
    Canceled,
    /// The order has come to its end, whichever.
    Done,
    /// The function says so; made by [`when`](Self::when).
    #[doc(hidden)]
    When(When),
}

/// A condition of the caller's.
#[derive(Clone)]
pub struct When(Arc<dyn Fn(&Order) -> bool + Send + Sync>);

impl Condition {
    /// Waits until `condition` says yes of the order.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::dec;
    /// use alpaca_trading::orders::Condition;
    ///
    /// let half = Condition::when(|order| order.filled_qty >= Some(dec!(50)));
    /// # let _ = half;
    /// ```
    #[must_use]
    pub fn when(condition: impl Fn(&Order) -> bool + Send + Sync + 'static) -> Self {
        Self::When(When(Arc::new(condition)))
    }

    /// What `order` says of the condition.
    pub(super) fn judge(&self, order: &Order) -> Verdict {
        use OrderStatus as S;
        if let Self::When(When(condition)) = self
            && condition(order)
        {
            return Verdict::Met;
        }
        let met = match (self, &order.status) {
            (_, S::Replaced) => {
                return match (order.replaced_by, self) {
                    (Some(next), _) => Verdict::Follow(next),
                    (None, Self::Done) => Verdict::Met,
                    (None, _) => Verdict::Impossible,
                };
            }
            (Self::Filled, status) => *status == S::Filled,
            (Self::Canceled, status) => *status == S::Canceled,
            (Self::Done, status) => is_end(status),
            (Self::Live, status) => matches!(
                status,
                S::New
                    | S::PartiallyFilled
                    | S::Filled
                    | S::Stopped
                    | S::DoneForDay
                    | S::Calculated
            ),
            (Self::When(_), _) => false,
        };
        match met {
            true => Verdict::Met,
            false if is_end(&order.status) => Verdict::Impossible,
            false => Verdict::Waiting,
        }
    }

    /// The condition in a sentence.
    pub(super) fn goal(&self) -> &'static str {
        match self {
            Self::Live => "live at its venue",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
            Self::Done => "done",
            Self::When(_) => "what is waited for",
        }
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Live => "Live",
            Self::Filled => "Filled",
            Self::Canceled => "Canceled",
            Self::Done => "Done",
            Self::When(_) => "When(..)",
        })
    }
}

impl fmt::Debug for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("When(..)")
    }
}

/// Whether nothing comes after this status. What Alpaca adds one day may go on.
fn is_end(status: &OrderStatus) -> bool {
    use OrderStatus as S;
    matches!(status, S::Filled | S::Canceled | S::Expired | S::Rejected)
}

/// What an order says of a condition.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Met,
    Waiting,
    Impossible,
    /// The order was replaced by this one.
    Follow(Uuid),
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUSES: [&str; 18] = [
        "new",
        "partially_filled",
        "filled",
        "done_for_day",
        "canceled",
        "expired",
        "replaced",
        "pending_cancel",
        "pending_replace",
        "accepted",
        "pending_new",
        "accepted_for_bidding",
        "stopped",
        "rejected",
        "suspended",
        "calculated",
        "held",
        "pending_review",
    ];

    fn order(status: &str) -> Order {
        serde_json::from_value(serde_json::json!({
            "id": Uuid::nil(), "client_order_id": "x", "created_at": "2026-01-05T14:30:00Z",
            "status": status,
        }))
        .unwrap()
    }

    #[test]
    fn every_status_is_judged_as_the_table_says() {
        let met = |condition: &Condition, verdict: Verdict| -> Vec<&str> {
            let judged = |status: &&str| condition.judge(&order(status)) == verdict;
            STATUSES.into_iter().filter(judged).collect()
        };
        let live = [
            "new",
            "partially_filled",
            "filled",
            "done_for_day",
            "stopped",
            "calculated",
        ];
        let end = ["canceled", "expired", "replaced", "rejected"];
        assert_eq!(met(&Condition::Live, Verdict::Met), live);
        assert_eq!(met(&Condition::Live, Verdict::Impossible), end);
        assert_eq!(met(&Condition::Filled, Verdict::Met), ["filled"]);
        assert_eq!(met(&Condition::Filled, Verdict::Impossible), end);
        assert_eq!(met(&Condition::Canceled, Verdict::Met), ["canceled"]);
        let end = ["filled", "expired", "replaced", "rejected"];
        assert_eq!(met(&Condition::Canceled, Verdict::Impossible), end);
        let end = ["filled", "canceled", "expired", "replaced", "rejected"];
        assert_eq!(met(&Condition::Done, Verdict::Met), end);
        assert_eq!(met(&Condition::Done, Verdict::Impossible), [""; 0]);
        let held = Condition::when(|order| order.status == OrderStatus::Held);
        assert_eq!(met(&held, Verdict::Met), ["held"]);
        assert_eq!(met(&held, Verdict::Impossible), end);
    }

    #[test]
    fn a_condition_of_the_callers_sees_an_order_before_it_is_followed() {
        let next = Uuid::from_u128(2);
        let mut replaced = order("replaced");
        replaced.replaced_by = Some(next);
        let gone = Condition::when(|order| order.status == OrderStatus::Replaced);
        assert_eq!(gone.judge(&replaced), Verdict::Met);
        assert_eq!(Condition::Done.judge(&replaced), Verdict::Follow(next));
        assert_eq!(format!("{gone:?} {:?}", Condition::Done), "When(..) Done");
    }
}
