//! The rules, one by one, and a property that holds whatever comes in which order.

mod corrections;
mod doubt;
mod legs;
mod memory;
mod property;
mod read;
mod rules;
mod scene;
mod truth;
mod unread;
