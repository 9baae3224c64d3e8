//! The maintainer's commands, as a library.
//!
//! `cargo xtask regen` turns the vendored documents into `alpaca-trading-gen/spec.json` and the
//! snapshots of the generated surface; `cargo xtask coverage` and `cargo xtask blocking` write what
//! follows from the source of the client; `cargo xtask ci` runs every check. The tests of the workspace
//! use the same code.
//!
//! | folder | its one idea |
//! | --- | --- |
//! | `document/` | reads a document, hostile ones included, and checks its structure |
//! | `steps/` | converts, repairs and names it |
//! | `regen/` | generates, compares, writes |
//! | `client/` | reads the source of the client: which operations it covers, its twin without async |
//! | `changes/` | says what changed between two results of the pipeline |
//! | `spec/` | what to do when the published document changes |
//! | `ci/` | the checks |
//! | `terminal.rs` | text of documents on a terminal |

pub mod changes;
pub mod ci;
pub mod client;
pub mod document;
pub mod fault;
pub mod regen;
pub mod soak;
pub mod spec;
pub mod steps;
pub mod terminal;

#[path = "../../alpaca-trading-gen/build/mod.rs"]
pub mod generator;
