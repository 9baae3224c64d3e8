//! Between the socket and the operations: connections, keys, the quota.

pub(crate) mod answer;
pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod door;
pub(crate) mod faulty;
pub(crate) mod line;
pub(crate) mod listener;
pub(crate) mod patience;
pub(crate) mod quota;
pub(crate) mod refusal;
