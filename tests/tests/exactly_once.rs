//! Never twice, never lost.
