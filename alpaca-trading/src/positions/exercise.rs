//! Exercising options, or leaving them to expire.

use alpaca_trading_gen::types::ExerciseResult;

use super::Positions;
use crate::Symbol;
use crate::error::Result;

impl Positions {
    /// Exercises the whole long position in an option contract, by its symbol or id.
    ///
    /// It takes effect at once: the contracts go, and for each of them the underlying shares (mostly
    /// 100) are bought at the strike price by a call, or delivered at it by a put. The account must
    /// have the money or the shares. Alpaca refuses it between the close of the market and midnight,
    /// for positions that are not to be exercised, for contracts out of the money and for those that
    /// are not standard. The fields of the result are empty where the service answers without a body.
    ///
    /// It cannot be repeated safely, so it is not repeated when it may have arrived.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is no long position in the contract; `is_insufficient_buying_power`
    /// and `is_insufficient_quantity` when money or shares are missing; `is_invalid` when that is no
    /// symbol, and nothing is sent. With the outcome [`Unknown`](crate::Outcome::Unknown) the position
    /// tells whether it was exercised.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let result = client.positions().exercise("AAPL260116C00100000").await?;
    /// println!("exercised: {:?}", result.qty_exercised);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`exercise_option`](alpaca_trading_gen::Client::exercise_option).
    pub async fn exercise(&self, contract: impl Into<Symbol>) -> Result<ExerciseResult> {
        let contract = self.checked(contract.into(), "exercise_option")?;
        let call = self.client.raw().exercise_option();
        let call = call.symbol_or_contract_id(contract.as_str()).send();
        self.client.call(call).await
    }

    /// Leaves a long position in an option contract to expire, by its symbol or id, although it would
    /// be exercised because it is in the money.
    ///
    /// Alpaca takes this on the day of expiration only, until its cut-off. It cannot be taken back here.
    ///
    /// # Errors
    ///
    /// An answer with status 403 on any other day, after the cut-off, and for short positions;
    /// `is_not_found` when there is no position; `is_invalid` when that is no symbol, and nothing is
    /// sent.
    ///
    /// Raw operation: [`do_not_exercise_option`](alpaca_trading_gen::Client::do_not_exercise_option).
    pub async fn do_not_exercise(&self, contract: impl Into<Symbol>) -> Result<()> {
        let contract = self.checked(contract.into(), "do_not_exercise_option")?;
        let call = self.client.raw().do_not_exercise_option();
        let call = call.symbol_or_contract_id(contract.as_str()).send();
        self.client.call(call).await
    }
}
