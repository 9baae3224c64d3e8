//! The resources of the API: what a client can do, one file a resource.

/// Declares the handle of a resource: a client under the name of what it can do there.
macro_rules! resource {
    ($(#[$doc:meta])* $name:ident, $accessor:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            client: crate::Client,
        }

        impl crate::Client {
            #[doc = concat!("[`", stringify!($name), "`](", stringify!($name), "): ")]
            $(#[$doc])*
            #[must_use]
            pub fn $accessor(&self) -> $name {
                $name {
                    client: self.clone(),
                }
            }
        }
    };
}
pub(crate) use resource;

pub mod account;
pub mod activities;
pub mod activity_events;
pub mod assets;
pub mod calendar;
mod checks;
pub mod clock;
pub mod corporate_actions;
mod doubt;
mod filters;
pub mod fixed_income;
mod idempotency_key;
pub mod locates;
pub mod option_contracts;
pub mod perpetuals;
pub mod portfolio_history;
pub mod tokenization;
pub mod transfers;
pub mod vasps;
pub mod wallets;
pub mod watchlists;
pub mod whitelists;
