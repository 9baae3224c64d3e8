//! How an error reads.

use std::fmt;

use super::snippet::visible;
use super::{Error, ErrorKind, Outcome};

/// At most this much of a path is shown, in characters.
const PATH: usize = 160;

impl fmt::Display for Error {
    /// `POST /v2/orders (paper): 403 [40310000] insufficient buying power (request id …)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repr = self.repr();
        let path = |template| match &repr.path {
            Some(path) => visible(path, PATH),
            None => String::from(template),
        };
        match (repr.operation, &repr.environment) {
            (Some(operation), Some(environment)) => write!(
                f,
                "{} {} ({environment}): ",
                operation.method,
                path(operation.path)
            )?,
            (Some(operation), None) => {
                write!(f, "{} {}: ", operation.method, path(operation.path))?;
            }
            (None, Some(environment)) => write!(f, "{environment}: ")?,
            (None, None) => {}
        }
        if let Some(status) = repr.status {
            write!(f, "{status} ")?;
        } else {
            write!(f, "{}: ", repr.kind.name())?;
        }
        if let Some(code) = repr.answer.code() {
            write!(f, "[{code}] ")?;
        }
        f.write_str(&repr.message)?;
        if let Some(path) = &repr.json_path {
            write!(f, ", at {path}")?;
        }
        if let Some(snippet) = &repr.snippet {
            write!(f, ", in: {snippet}")?;
        }
        if let Some(hint) = &repr.hint {
            write!(f, "; {hint}")?;
        }
        let said = repr.kind == ErrorKind::Unresolved;
        if repr.outcome == Outcome::Unknown && repr.acting() && !said {
            f.write_str("; it may have been carried out")?;
        }
        if let Some(id) = &repr.request_id {
            write!(f, " (request id {id})")?;
        }
        Ok(())
    }
}

impl super::Repr {
    /// Whether the request was one that changes something.
    fn acting(&self) -> bool {
        self.operation
            .is_some_and(|operation| operation.method != "GET")
    }
}

impl fmt::Debug for Error {
    /// Everything that [`Display`](fmt::Display) says and what a log may want besides; never a body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repr = self.repr();
        let mut debug = f.debug_struct("Error");
        debug
            .field("kind", &repr.kind)
            .field("outcome", &repr.outcome)
            .field("text", &self.to_string());
        if let Some(cause) = repr.cause {
            debug.field("cause", &cause);
        }
        if repr.attempts > 0 {
            debug.field("attempts", &repr.attempts);
        }
        if let Some(rate_limit) = &repr.rate_limit {
            debug.field("rate_limit", rate_limit);
        }
        if let Some(unresolved) = &repr.unresolved {
            debug.field("unresolved", unresolved);
        }
        if let Some(source) = &repr.source {
            debug.field("source", &source.to_string());
        }
        debug.finish()
    }
}
