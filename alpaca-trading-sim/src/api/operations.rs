//! Every operation of the document, and what serves it.

use super::{Served, account, activities, assets, history, markets, orders, positions, watchlists};

/// An operation: where it is, its name, and what serves it.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    /// With its parameters in braces.
    pub(crate) path: &'static str,
    /// As the client's methods are called.
    pub(crate) name: &'static str,
    pub(crate) served: Served,
}

/// Keeps a table readable: one operation a line.
const fn op(
    method: &'static str,
    path: &'static str,
    name: &'static str,
    served: Served,
) -> Operation {
    Operation {
        method,
        path,
        name,
        served,
    }
}

use Served::{Acts, Elsewhere, NotYet, Reads};

/// All operations, by path.
#[rustfmt::skip]
pub(crate) const OPERATIONS: &[Operation] = &[
    op("GET", "/v1/locates", "list_locates", NotYet),
    op("POST", "/v1/locates", "create_locate", NotYet),
    op("GET", "/v1/locates/quotes", "list_locate_quotes", NotYet),
    op("GET", "/v1/locates/{locate_id}", "get_locate", NotYet),
    op("GET", "/v2/account", "get_account", Reads(account::get)),
    op("GET", "/v2/account/activities", "list_account_activities", Reads(activities::list)),
    op("GET", "/v2/account/activities/{activity_type}", "list_account_activities_by_type", Reads(activities::list_by_type)),
    op("GET", "/v2/account/configurations", "get_account_configurations", Reads(account::configurations)),
    op("PATCH", "/v2/account/configurations", "update_account_configurations", Acts(account::update_configurations)),
    op("GET", "/v2/account/portfolio/history", "get_portfolio_history", Reads(history::get)),
    op("GET", "/v2/assets", "list_assets", Reads(assets::list)),
    op("GET", "/v2/assets/fixed_income/us_corporates", "list_us_corporates", NotYet),
    op("GET", "/v2/assets/fixed_income/us_treasuries", "list_us_treasuries", NotYet),
    op("GET", "/v2/assets/{symbol_or_asset_id}", "get_asset", Reads(assets::get)),
    op("GET", "/v2/calendar", "get_calendar", Reads(markets::calendar)),
    op("GET", "/v2/clock", "get_clock", Reads(markets::clock)),
    op("GET", "/v2/corporate_actions/announcements", "list_corporate_action_announcements", NotYet),
    op("GET", "/v2/corporate_actions/announcements/{id}", "get_corporate_action_announcement", NotYet),
    op("GET", "/v2/options/contracts", "list_option_contracts", NotYet),
    op("GET", "/v2/options/contracts/{symbol_or_id}", "get_option_contract", NotYet),
    op("DELETE", "/v2/orders", "cancel_all_orders", Acts(orders::cancel_all)),
    op("GET", "/v2/orders", "list_orders", Reads(orders::list)),
    op("POST", "/v2/orders", "create_order", Acts(orders::create)),
    op("DELETE", "/v2/orders/{order_id}", "cancel_order", Acts(orders::cancel)),
    op("GET", "/v2/orders/{order_id}", "get_order", Reads(orders::get)),
    op("PATCH", "/v2/orders/{order_id}", "replace_order", Acts(orders::replace)),
    op("GET", "/v2/orders:by_client_order_id", "get_order_by_client_order_id", Reads(orders::get_by_client_order_id)),
    op("GET", "/v2/perpetuals/account_vitals", "get_perpetual_account_vitals", NotYet),
    op("GET", "/v2/perpetuals/leverage", "get_perpetual_leverage", NotYet),
    op("POST", "/v2/perpetuals/leverage", "set_perpetual_leverage", NotYet),
    op("GET", "/v2/perpetuals/wallets", "list_perpetual_wallets", NotYet),
    op("GET", "/v2/perpetuals/wallets/fees/estimate", "estimate_perpetual_transfer_fee", NotYet),
    op("GET", "/v2/perpetuals/wallets/transfers", "list_perpetual_transfers", NotYet),
    op("POST", "/v2/perpetuals/wallets/transfers", "create_perpetual_transfer", NotYet),
    op("GET", "/v2/perpetuals/wallets/transfers/{transfer_id}", "get_perpetual_transfer", NotYet),
    op("GET", "/v2/perpetuals/wallets/whitelists", "list_perpetual_whitelisted_addresses", NotYet),
    op("POST", "/v2/perpetuals/wallets/whitelists", "create_perpetual_whitelisted_address", NotYet),
    op("DELETE", "/v2/perpetuals/wallets/whitelists/{whitelisted_address_id}", "delete_perpetual_whitelisted_address", NotYet),
    op("DELETE", "/v2/positions", "close_all_positions", Acts(positions::close_all)),
    op("GET", "/v2/positions", "list_positions", Reads(positions::list)),
    op("DELETE", "/v2/positions/{symbol_or_asset_id}", "close_position", Acts(positions::close)),
    op("GET", "/v2/positions/{symbol_or_asset_id}", "get_position", Reads(positions::get)),
    op("POST", "/v2/positions/{symbol_or_contract_id}/do-not-exercise", "do_not_exercise_option", NotYet),
    op("POST", "/v2/positions/{symbol_or_contract_id}/exercise", "exercise_option", NotYet),
    op("POST", "/v2/tokenization/mint", "mint_token", NotYet),
    op("GET", "/v2/tokenization/requests", "list_tokenization_requests", NotYet),
    op("GET", "/v2/tokenization/requests/{tokenization_request_id}", "get_tokenization_request", NotYet),
    op("GET", "/v2/tokenization/requests:by_client_request_id", "get_tokenization_request_by_client_request_id", NotYet),
    op("GET", "/v2/wallets", "list_crypto_wallets", NotYet),
    op("GET", "/v2/wallets/fees/estimate", "estimate_crypto_transfer_fee", NotYet),
    op("GET", "/v2/wallets/transfers", "list_crypto_transfers", NotYet),
    op("POST", "/v2/wallets/transfers", "create_crypto_transfer", NotYet),
    op("GET", "/v2/wallets/transfers/{transfer_id}", "get_crypto_transfer", NotYet),
    op("GET", "/v2/wallets/travel-rule/vasps", "search_vasps", NotYet),
    op("GET", "/v2/wallets/whitelists", "list_whitelisted_addresses", NotYet),
    op("POST", "/v2/wallets/whitelists", "create_whitelisted_address", NotYet),
    op("DELETE", "/v2/wallets/whitelists/{whitelisted_address_id}", "delete_whitelisted_address", NotYet),
    op("PATCH", "/v2/wallets/whitelists/{whitelisted_address_id}/travel-rule-info", "update_whitelisted_address_travel_rule", NotYet),
    op("GET", "/v2/watchlists", "list_watchlists", Reads(watchlists::list)),
    op("POST", "/v2/watchlists", "create_watchlist", Acts(watchlists::create)),
    op("DELETE", "/v2/watchlists/{watchlist_id}", "delete_watchlist", Acts(watchlists::delete)),
    op("GET", "/v2/watchlists/{watchlist_id}", "get_watchlist", Reads(watchlists::get)),
    op("POST", "/v2/watchlists/{watchlist_id}", "add_asset_to_watchlist", Acts(watchlists::add)),
    op("PUT", "/v2/watchlists/{watchlist_id}", "update_watchlist", Acts(watchlists::update)),
    op("DELETE", "/v2/watchlists/{watchlist_id}/{symbol}", "remove_asset_from_watchlist", Acts(watchlists::remove)),
    op("DELETE", "/v2/watchlists:by_name", "delete_watchlist_by_name", Acts(watchlists::delete)),
    op("GET", "/v2/watchlists:by_name", "get_watchlist_by_name", Reads(watchlists::get)),
    op("POST", "/v2/watchlists:by_name", "add_asset_to_watchlist_by_name", Acts(watchlists::add)),
    op("PUT", "/v2/watchlists:by_name", "update_watchlist_by_name", Acts(watchlists::update)),
    op("GET", "/v2beta1/events/activities", "subscribe_to_activity_events", Elsewhere),
    op("GET", "/v3/calendar/{market}", "get_market_calendar", Reads(markets::market_calendar)),
    op("GET", "/v3/clock", "get_market_clocks", Reads(markets::market_clocks)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_72_are_here_and_none_twice() {
        let mut seen: Vec<_> = OPERATIONS.iter().map(|op| (op.method, op.path)).collect();
        assert_eq!(seen.len(), 72);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 72);
        let not_yet = OPERATIONS.iter().filter(|op| matches!(op.served, NotYet));
        assert_eq!(not_yet.count(), 37);
    }
}
