//! What the service lets accounts do, in the hand of whoever runs the simulator.

use serde_json::json;

use super::{ControlError, Shared, Simulator};
use crate::world::account::{AccountIx, AccountState};

impl Simulator {
    /// What the service lets the account of this key id do.
    ///
    /// # Errors
    ///
    /// When there is no such account.
    pub fn account_state(&self, key_id: &str) -> Result<AccountState, ControlError> {
        self.shared().with(|world| {
            let mut accounts = world.accounts().iter();
            let found = accounts.find(|account| account.setup.key_id == key_id);
            found
                .map(|account| account.state.clone())
                .ok_or_else(|| no_account(key_id))
        })
    }

    /// Blocks the account of this key id, gives it another status, or lets it go on. Orders that it has placed before
    /// work on.
    ///
    /// # Errors
    ///
    /// When there is no such account.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use alpaca_trading_sim::Simulator;
    ///
    /// let simulator = Simulator::builder().start().await?;
    /// simulator.change_account_state("PKSIMULATOR", |state| state.trading_blocked = true)?;
    /// let order = r#"{"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}"#;
    /// let (status, answer) = simulator.call("POST", "/v2/orders", order);
    /// assert_eq!((status, &answer["message"]), (403, &"account is not authorized to trade".into()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn change_account_state(
        &self,
        key_id: &str,
        change: impl FnOnce(&mut AccountState),
    ) -> Result<(), ControlError> {
        change_state(self.shared(), key_id, change).map(drop)
    }
}

/// Changes what an account may do, and writes it down.
pub(crate) fn change_state(
    shared: &Shared,
    key_id: &str,
    change: impl FnOnce(&mut AccountState),
) -> Result<AccountIx, ControlError> {
    shared.with(|world| {
        let mut accounts = world.accounts().iter();
        let place = accounts.position(|account| account.setup.key_id == key_id);
        let ix = AccountIx(place.ok_or_else(|| no_account(key_id))?);
        let account = world.account_mut(ix).ok_or_else(|| no_account(key_id))?;
        change(&mut account.state);
        let state = account.state.clone();
        world.write_down("account", || json!({ "account": ix.0, "state": state }));
        Ok(ix)
    })
}

fn no_account(key_id: &str) -> ControlError {
    ControlError::unknown(format!("no account has the key id `{key_id}`"))
}
