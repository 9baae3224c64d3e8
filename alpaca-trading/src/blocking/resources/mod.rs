//! [`crate::resources`] without async; written by `cargo xtask blocking`.

pub mod account;
pub mod activities;
pub mod activity_events;
pub mod assets;
pub mod calendar;
pub mod clock;
pub mod corporate_actions;
pub mod fixed_income;
pub mod locates;
pub mod option_contracts;
pub mod perpetuals;
pub mod tokenization;
pub mod transfers;
pub mod vasps;
pub mod wallets;
pub mod watchlists;
pub mod whitelists;
