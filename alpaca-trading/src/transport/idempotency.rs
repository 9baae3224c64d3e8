//! What may be sent again after a failure, and what goes first, operation by operation.

use alpaca_trading_gen::Operation;

/// What happens when the service receives the same request twice.
///
/// It decides what the client may repeat by itself. The method alone does not tell: `DELETE` of an
/// order cancels it, which is done once however often it is asked for, but `DELETE` of a position
/// places an order, and twice is two orders.
///
/// # Examples
///
/// ```
/// use alpaca_trading::{Idempotency, raw::Operation};
///
/// let class = |id| Operation::find(id).map(Idempotency::of);
/// assert_eq!(class("list_orders"), Some(Idempotency::Safe));
/// assert_eq!(class("cancel_order"), Some(Idempotency::Idempotent));
/// assert_eq!(class("close_position"), Some(Idempotency::Acting));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// It only reads. Repeated after any passing failure.
    Safe,
    /// It changes something, and a second time changes nothing more. Repeated after any passing
    /// failure; when a repeated `DELETE` finds nothing, the first one has succeeded.
    Idempotent,
    /// It acts, but takes an `Idempotency-Key`, by which the service recognises the second request.
    /// Repeated after any passing failure if the request carries one; otherwise as
    /// [`Acting`](Self::Acting).
    Keyed,
    /// Each request acts: an order, a transfer, an exercise. Repeated only when the service surely
    /// did not take it: it was not reached, or it answered 429.
    Acting,
}

impl Idempotency {
    /// The class of an operation.
    #[must_use]
    pub fn of(operation: &Operation) -> Self {
        Self::named(operation.method, operation.id)
    }

    fn named(method: &str, id: &str) -> Self {
        if method == "GET" {
            return Self::Safe;
        }
        // What is not listed acts: for an operation that Alpaca adds, never repeating is safe.
        match id {
            "cancel_all_orders"
            | "cancel_order"
            | "delete_perpetual_whitelisted_address"
            | "delete_watchlist"
            | "delete_watchlist_by_name"
            | "delete_whitelisted_address"
            | "remove_asset_from_watchlist"
            | "update_watchlist"
            | "update_watchlist_by_name" => Self::Idempotent,
            "create_locate" | "mint_token" => Self::Keyed,
            _ => Self::Acting,
        }
    }

    /// The class of one request, by whether it carries an `Idempotency-Key`: the header is optional,
    /// and without it a keyed operation acts each time.
    pub(crate) fn of_request(operation: &Operation, carries_key: bool) -> Self {
        match Self::of(operation) {
            Self::Keyed if !carries_key => Self::Acting,
            class => class,
        }
    }

    /// Whether a request of this class may be sent again after this failure.
    pub(crate) fn may_retry(self, failure: Failure) -> bool {
        match (self, failure) {
            // A 429 was counted and turned away before anything acted on it.
            (_, Failure::NotSent | Failure::Status(429)) => true,
            (Self::Acting, _) => false,
            (Self::Safe | Self::Idempotent | Self::Keyed, failure) => matches!(
                failure,
                Failure::Lost | Failure::Status(408 | 500 | 502 | 503 | 504)
            ),
        }
    }
}

/// How an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The request surely did not reach the service: no address, refused, no connection in time.
    NotSent,
    /// It was sent, or may have been, and no whole answer came: cut off, reset, timed out.
    Lost,
    /// The service answered with this status.
    Status(u16),
}

/// Who goes first when requests wait for the quota; the lesser is the more urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Priority {
    /// Takes orders back. Also has the reserve of the quota to itself.
    Cancel,
    /// Closes positions: takes risk away, by placing orders.
    Close,
    /// Everything else.
    Normal,
}

/// The urgency of an operation.
pub(crate) fn priority(operation: &Operation) -> Priority {
    match operation.id {
        "cancel_all_orders" | "cancel_order" => Priority::Cancel,
        "close_all_positions" | "close_position" => Priority::Close,
        _ => Priority::Normal,
    }
}

/// Whether an operation changes anything: what a client that may only read does not send.
pub(crate) fn changes_state(operation: &Operation) -> bool {
    operation.method != "GET"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use alpaca_trading_gen::OPERATIONS;

    use super::Idempotency::{Acting, Idempotent, Keyed, Safe};
    use super::*;

    /// Every operation and its class, by hand: an operation that Alpaca adds must be thought about.
    const TABLE: [(&str, Idempotency); 72] = [
        ("add_asset_to_watchlist", Acting),
        ("add_asset_to_watchlist_by_name", Acting),
        ("cancel_all_orders", Idempotent),
        ("cancel_order", Idempotent),
        ("close_all_positions", Acting),
        ("close_position", Acting),
        ("create_crypto_transfer", Acting),
        ("create_locate", Keyed),
        ("create_order", Acting),
        ("create_perpetual_transfer", Acting),
        ("create_perpetual_whitelisted_address", Acting),
        ("create_watchlist", Acting),
        ("create_whitelisted_address", Acting),
        ("delete_perpetual_whitelisted_address", Idempotent),
        ("delete_watchlist", Idempotent),
        ("delete_watchlist_by_name", Idempotent),
        ("delete_whitelisted_address", Idempotent),
        ("do_not_exercise_option", Acting),
        ("estimate_crypto_transfer_fee", Safe),
        ("estimate_perpetual_transfer_fee", Safe),
        ("exercise_option", Acting),
        ("get_account", Safe),
        ("get_account_configurations", Safe),
        ("get_asset", Safe),
        ("get_calendar", Safe),
        ("get_clock", Safe),
        ("get_corporate_action_announcement", Safe),
        ("get_crypto_transfer", Safe),
        ("get_locate", Safe),
        ("get_market_calendar", Safe),
        ("get_market_clocks", Safe),
        ("get_option_contract", Safe),
        ("get_order", Safe),
        ("get_order_by_client_order_id", Safe),
        ("get_perpetual_account_vitals", Safe),
        ("get_perpetual_leverage", Safe),
        ("get_perpetual_transfer", Safe),
        ("get_portfolio_history", Safe),
        ("get_position", Safe),
        ("get_tokenization_request", Safe),
        ("get_tokenization_request_by_client_request_id", Safe),
        ("get_watchlist", Safe),
        ("get_watchlist_by_name", Safe),
        ("list_account_activities", Safe),
        ("list_account_activities_by_type", Safe),
        ("list_assets", Safe),
        ("list_corporate_action_announcements", Safe),
        ("list_crypto_transfers", Safe),
        ("list_crypto_wallets", Safe),
        ("list_locate_quotes", Safe),
        ("list_locates", Safe),
        ("list_option_contracts", Safe),
        ("list_orders", Safe),
        ("list_perpetual_transfers", Safe),
        ("list_perpetual_wallets", Safe),
        ("list_perpetual_whitelisted_addresses", Safe),
        ("list_positions", Safe),
        ("list_tokenization_requests", Safe),
        ("list_us_corporates", Safe),
        ("list_us_treasuries", Safe),
        ("list_watchlists", Safe),
        ("list_whitelisted_addresses", Safe),
        ("mint_token", Keyed),
        ("remove_asset_from_watchlist", Idempotent),
        ("replace_order", Acting),
        ("search_vasps", Safe),
        ("set_perpetual_leverage", Acting),
        ("subscribe_to_activity_events", Safe),
        ("update_account_configurations", Acting),
        ("update_watchlist", Idempotent),
        ("update_watchlist_by_name", Idempotent),
        ("update_whitelisted_address_travel_rule", Acting),
    ];

    fn operation(id: &str) -> &'static Operation {
        Operation::find(id).unwrap()
    }

    #[test]
    fn every_operation_has_its_class() {
        let mut table: BTreeMap<&str, Idempotency> = TABLE.into_iter().collect();
        assert_eq!(table.len(), TABLE.len(), "a name stands twice");
        for operation in OPERATIONS {
            let expected = table
                .remove(operation.id)
                .unwrap_or_else(|| panic!("{} is new: which class has it?", operation.id));
            assert_eq!(Idempotency::of(operation), expected, "{}", operation.id);
        }
        assert!(table.is_empty(), "gone: {table:?}");
    }

    #[test]
    fn methods_and_classes_agree() {
        for operation in OPERATIONS {
            let class = Idempotency::of(operation);
            let allowed: &[Idempotency] = match operation.method {
                "GET" => &[Safe],
                "PUT" => &[Idempotent],
                "DELETE" => &[Idempotent, Acting],
                "POST" => &[Keyed, Acting],
                "PATCH" => &[Acting],
                method => panic!("{method}"),
            };
            assert!(allowed.contains(&class), "{}: {class:?}", operation.id);
            assert_eq!(changes_state(operation), class != Safe, "{}", operation.id);
        }
    }

    #[test]
    fn an_operation_that_nobody_knows_acts() {
        for method in ["POST", "PUT", "PATCH", "DELETE", "get", ""] {
            assert_eq!(
                Idempotency::named(method, "transfer_everything"),
                Acting,
                "{method}"
            );
        }
    }

    #[test]
    fn a_key_counts_only_when_it_is_there() {
        for id in ["create_locate", "mint_token"] {
            assert_eq!(Idempotency::of_request(operation(id), true), Keyed);
            assert_eq!(Idempotency::of_request(operation(id), false), Acting);
        }
        for carries_key in [true, false] {
            let of = |id| Idempotency::of_request(operation(id), carries_key);
            assert_eq!(of("create_order"), Acting);
            assert_eq!(of("cancel_order"), Idempotent);
            assert_eq!(of("get_order"), Safe);
        }
    }

    #[test]
    fn what_acts_is_repeated_only_when_it_surely_was_not_taken() {
        let statuses = (100..600).map(Failure::Status);
        let repeated: Vec<Failure> = [Failure::NotSent, Failure::Lost]
            .into_iter()
            .chain(statuses)
            .filter(|failure| Acting.may_retry(*failure))
            .collect();
        assert_eq!(repeated, [Failure::NotSent, Failure::Status(429)]);
    }

    #[test]
    fn the_rest_is_repeated_after_every_passing_failure() {
        for class in [Safe, Idempotent, Keyed] {
            assert!(class.may_retry(Failure::NotSent));
            assert!(class.may_retry(Failure::Lost));
            let statuses: Vec<u16> = (100..600)
                .filter(|status| class.may_retry(Failure::Status(*status)))
                .collect();
            assert_eq!(statuses, [408, 429, 500, 502, 503, 504], "{class:?}");
        }
    }

    #[test]
    fn cancels_go_before_closings_and_closings_before_the_rest() {
        let urgent: Vec<(&str, Priority)> = OPERATIONS
            .iter()
            .map(|operation| (operation.id, priority(operation)))
            .filter(|(_, priority)| *priority != Priority::Normal)
            .collect();
        assert_eq!(
            urgent,
            [
                ("cancel_all_orders", Priority::Cancel),
                ("cancel_order", Priority::Cancel),
                ("close_all_positions", Priority::Close),
                ("close_position", Priority::Close),
            ]
        );
        assert!(Priority::Cancel < Priority::Close && Priority::Close < Priority::Normal);
    }
}
