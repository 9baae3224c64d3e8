//! Accounts: what they have, and what the service lets them do.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::read::{Json, Part};
use super::{Outcome, Served, ok};
use crate::simulator::change_state;
use crate::world::World;
use crate::world::account::{Account, AccountStatus};
use crate::world::order::amount;

/// `GET /accounts`: without secrets.
pub(super) async fn list(State(served): State<Served>) -> Outcome {
    let all = served.shared.with(|world| {
        let accounts = world.accounts().iter();
        accounts
            .map(|account| described(world, account))
            .collect::<Vec<_>>()
    });
    Ok(ok(&Value::Array(all)))
}

fn described(world: &World, account: &Account) -> Value {
    let figures = world.figures(account);
    json!({
        "key_id": account.setup.key_id,
        "id": account.id,
        "account_number": account.number,
        "cash": amount(account.cash),
        "equity": amount(figures.equity),
        "buying_power": amount(figures.buying_power),
        "positions": account.positions.len(),
        "orders": account.orders.len(),
        "state": account.state,
    })
}

/// The body of `PATCH /accounts/{key_id}`: what is to change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    status: Option<AccountStatus>,
    trading_blocked: Option<bool>,
    transfers_blocked: Option<bool>,
    account_blocked: Option<bool>,
    liquidation_only: Option<bool>,
}

/// `PATCH /accounts/{key_id}`.
pub(super) async fn change(
    State(served): State<Served>,
    Part(key_id): Part,
    Json(wanted): Json<Change>,
) -> Outcome {
    let ix = change_state(&served.shared, &key_id, |state| {
        if let Some(status) = wanted.status {
            state.status = status;
        }
        for (flag, wanted) in [
            (&mut state.trading_blocked, wanted.trading_blocked),
            (&mut state.transfers_blocked, wanted.transfers_blocked),
            (&mut state.account_blocked, wanted.account_blocked),
            (&mut state.liquidation_only, wanted.liquidation_only),
        ] {
            *flag = wanted.unwrap_or(*flag);
        }
    })?;
    let body = served.shared.with(|world| {
        let account = world.account(ix);
        account.map_or(Value::Null, |account| described(world, account))
    });
    Ok(ok(&body))
}
