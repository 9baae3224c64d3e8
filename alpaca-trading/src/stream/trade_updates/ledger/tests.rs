//! The rules, one by one, and a property that holds whatever comes in which order.

mod doubt;
mod memory;
mod property;
mod read;
mod rules;
mod scene;
mod truth;
