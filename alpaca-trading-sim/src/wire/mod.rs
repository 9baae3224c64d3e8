//! Between the socket and the operations: connections, keys, the quota.

pub(crate) mod auth;
pub(crate) mod line;
pub(crate) mod listener;
pub(crate) mod quota;
pub(crate) mod refusal;
