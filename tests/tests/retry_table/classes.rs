//! The class of each operation, stated by hand: what happens when the service gets the same request
//! twice.

use alpaca_trading::Idempotency;
use alpaca_trading::raw::OPERATIONS;
use tests::expectation::{Declared, operations};
use tests::generated::{Call, Values};
use tests::instances::{Generator, Mode};

/// Only reads.
const SAFE: &[&str] = &[
    "estimate_crypto_transfer_fee",
    "estimate_perpetual_transfer_fee",
    "get_account",
    "get_account_configurations",
    "get_asset",
    "get_calendar",
    "get_clock",
    "get_corporate_action_announcement",
    "get_crypto_transfer",
    "get_locate",
    "get_market_calendar",
    "get_market_clocks",
    "get_option_contract",
    "get_order",
    "get_order_by_client_order_id",
    "get_perpetual_account_vitals",
    "get_perpetual_leverage",
    "get_perpetual_transfer",
    "get_portfolio_history",
    "get_position",
    "get_tokenization_request",
    "get_tokenization_request_by_client_request_id",
    "get_watchlist",
    "get_watchlist_by_name",
    "list_account_activities",
    "list_account_activities_by_type",
    "list_assets",
    "list_corporate_action_announcements",
    "list_crypto_transfers",
    "list_crypto_wallets",
    "list_locate_quotes",
    "list_locates",
    "list_option_contracts",
    "list_orders",
    "list_perpetual_transfers",
    "list_perpetual_wallets",
    "list_perpetual_whitelisted_addresses",
    "list_positions",
    "list_tokenization_requests",
    "list_us_corporates",
    "list_us_treasuries",
    "list_watchlists",
    "list_whitelisted_addresses",
    "search_vasps",
    "subscribe_to_activity_events",
];

/// Changes something once, however often it is asked for.
const IDEMPOTENT: &[&str] = &[
    "cancel_all_orders",
    "cancel_order",
    "delete_perpetual_whitelisted_address",
    "delete_watchlist",
    "delete_watchlist_by_name",
    "delete_whitelisted_address",
    "remove_asset_from_watchlist",
    "update_watchlist",
    "update_watchlist_by_name",
];

/// Acts, and takes a key by which a second request is recognised.
const KEYED: &[&str] = &["create_locate", "mint_token"];

/// Acts each time.
const ACTING: &[&str] = &[
    "add_asset_to_watchlist",
    "add_asset_to_watchlist_by_name",
    "close_all_positions",
    "close_position",
    "create_crypto_transfer",
    "create_order",
    "create_perpetual_transfer",
    "create_perpetual_whitelisted_address",
    "create_watchlist",
    "create_whitelisted_address",
    "do_not_exercise_option",
    "exercise_option",
    "replace_order",
    "set_perpetual_leverage",
    "update_account_configurations",
    "update_whitelisted_address_travel_rule",
];

/// One call: an operation, with or without an `Idempotency-Key` where it takes one.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) declared: Declared,
    pub(crate) values: Values,
    /// The rule that the table states for it.
    pub(crate) class: Idempotency,
    run: Run,
}

type Run = fn(
    alpaca_trading::raw::Client,
    Values,
) -> alpaca_trading::raw::BoxFuture<'static, tests::generated::Outcome>;

impl Case {
    /// Makes the call through a client.
    pub(crate) async fn run(&self, client: &alpaca_trading::Client) -> tests::generated::Outcome {
        (self.run)(client.raw().clone(), self.values.clone()).await
    }

    /// The path with `*` for each parameter.
    pub(crate) fn pattern(&self) -> String {
        let segments = self.declared.path.split('/');
        let segments = segments.map(|part| if part.starts_with('{') { "*" } else { part });
        segments.collect::<Vec<_>>().join("/")
    }
}

fn class_of(id: &str) -> Idempotency {
    let rows = [
        (SAFE, Idempotency::Safe),
        (IDEMPOTENT, Idempotency::Idempotent),
        (KEYED, Idempotency::Keyed),
        (ACTING, Idempotency::Acting),
    ];
    let mut found = rows.iter().filter(|(ids, _)| ids.contains(&id));
    let (_, class) = found.next().unwrap_or_else(|| panic!("{id} has no class"));
    assert!(found.next().is_none(), "{id} has two classes");
    *class
}

/// All 72 operations; those that take a key with and without it.
pub(crate) fn cases() -> Vec<Case> {
    let spec = tests::spec();
    let mut cases = Vec::new();
    for (seed, declared) in (0..).zip(operations(&spec)) {
        let class = class_of(&declared.id);
        let call = Call::of(&declared.id);
        let mut generator = Generator::new(&spec, seed);
        let bare = declared.sample(&mut generator, false, Mode::OptionalAbsent);
        let full = declared.sample(&mut generator, true, Mode::Full);
        if class == Idempotency::Keyed {
            assert!(full.parameters.contains_key("Idempotency-Key"));
            cases.push(Case {
                name: format!("{} with a key", declared.id),
                declared: declared.clone(),
                values: full,
                class,
                run: call.all,
            });
        }
        cases.push(Case {
            name: declared.id.clone(),
            values: bare,
            // Without its key it acts each time.
            class: match class {
                Idempotency::Keyed => Idempotency::Acting,
                class => class,
            },
            run: call.required,
            declared,
        });
    }
    assert_eq!(cases.len(), 72 + KEYED.len());
    cases
}

#[test]
fn every_operation_has_the_class_that_the_table_gives_it() {
    let rows = SAFE.len() + IDEMPOTENT.len() + KEYED.len() + ACTING.len();
    assert_eq!((rows, OPERATIONS.len()), (72, 72));
    for operation in OPERATIONS {
        assert_eq!(
            Idempotency::of(operation),
            class_of(operation.id),
            "{}",
            operation.id
        );
    }
}
