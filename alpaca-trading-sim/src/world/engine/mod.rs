//! What happens to orders.

mod auction;
mod cancel;
mod clock;
mod close;
mod events;
mod fill;
mod group;
mod look;
mod replace;
mod revise;
mod session;
mod submit;
mod venue;

pub(crate) use close::Amount;
pub(crate) use look::trailing_stop;
pub(crate) use revise::{Restatement, Revised};

use rust_decimal::{Decimal, dec};

/// The worst price at which the service buys for an order without a limit: 4 % above, or 2.5 % from 50
/// dollars on.
pub(super) fn collared(price: Decimal) -> Decimal {
    let factor = match price < dec!(50) {
        true => dec!(1.04),
        false => dec!(1.025),
    };
    price * factor
}
