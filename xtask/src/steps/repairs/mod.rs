//! What the pipeline changes in a document, and the rule that each change expires.
//!
//! A repair is one function with its reason and evidence in its doc comment. It returns how often
//! it changed something. On the vendored documents a repair that changed nothing is an error: the
//! fault is gone or was renamed, and a person must look. On a foreign document it is a warning,
//! since no document has every fault.

pub mod document;
pub mod generator;
pub mod unions;

use serde_json::Value;

/// A named change of the document.
pub struct Repair {
    /// The name under which the report and the snapshots list it.
    pub name: &'static str,
    /// One line for the reader of the report: what is wrong.
    pub reason: &'static str,
    /// Changes the document and says how often.
    pub apply: fn(&mut Value) -> usize,
    /// Whether finding nothing to change means that somebody must look.
    pub expires: bool,
}

/// How often a repair changed something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// [`Repair::name`].
    pub name: &'static str,
    /// [`Repair::reason`].
    pub reason: &'static str,
    /// Changes made.
    pub count: usize,
    /// [`Repair::expires`].
    pub expires: bool,
}

impl Applied {
    /// Whether this repair expected its fault and did not find it.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.expires && self.count == 0
    }
}

/// Applies all of `repairs` in order.
pub fn apply(document: &mut Value, repairs: &[Repair]) -> Vec<Applied> {
    repairs
        .iter()
        .map(|repair| Applied {
            name: repair.name,
            reason: repair.reason,
            count: (repair.apply)(document),
            expires: repair.expires,
        })
        .collect()
}
