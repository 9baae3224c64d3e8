//! Schemas: their normal form, and what differs between two of them.
//!
//! | file | what it does |
//! | --- | --- |
//! | `view.rs` | one level of a schema in its normal form |
//! | `open.rs` | anything, where the other document says something |
//! | `bounds.rs` | bounds, and which of two is tighter |
//! | `compare.rs` | two schemas, level by level; named schemas once |
//! | `facets.rs` | type, null, format, values, bounds and other keywords of one level |
//! | `inside.rs` | keywords that hold schemas and are not looked into further |
//! | `properties.rs` | properties and required names, renamed ones among them |
//! | `choices.rs` | branches that only require |
//! | `unions.rs` | branches, in any order |
//! | `tags.rs` | which value of a discriminator stands for which branch |

mod bounds;
mod choices;
mod compare;
mod facets;
mod inside;
mod open;
mod properties;
mod tags;
mod unions;
pub(super) mod view;

pub(super) use compare::Comparison;
pub(super) use open::values;
