//! What an earlier attempt of the same call may have done.
//!
//! The transport repeats what is safe to repeat when an answer is lost. The answer to the last
//! attempt then speaks of the state that the first may have left behind, and has to be read so. (That its
//! refusal leaves the outcome unknown is the error's own doing.)

use crate::error::{Error, Facts, Result};

/// The end of a deletion: one that finds nothing, after an attempt that may have arrived, is done.
pub(super) fn deleted((result, facts): (Result<()>, Facts)) -> Result<()> {
    match result {
        Err(error) if may_be_done_already(&error, &facts) => Ok(()),
        result => result,
    }
}

/// Whether what was to be deleted or renamed may be gone because an earlier attempt did it.
pub(super) fn may_be_done_already(error: &Error, facts: &Facts) -> bool {
    facts.maybe_received && error.is_not_found()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorKind, Outcome};

    fn refused(status: u16) -> Result<()> {
        Err(Error::new(ErrorKind::Answer, "refused").with(|repr| {
            repr.status = Some(status);
            repr.outcome = Outcome::Rejected;
        }))
    }

    fn facts(maybe_received: bool) -> Facts {
        Facts {
            maybe_received,
            ..Facts::default()
        }
    }

    #[test]
    fn what_is_gone_after_a_lost_answer_was_deleted() {
        assert!(deleted((refused(404), facts(true))).is_ok());
        let error = deleted((refused(404), facts(false))).unwrap_err();
        assert_eq!(error.outcome(), Outcome::Rejected);
        assert!(deleted((Ok(()), facts(true))).is_ok());
    }

    #[test]
    fn a_refusal_after_a_lost_answer_stays_an_error() {
        for maybe_received in [false, true] {
            assert!(deleted((refused(403), facts(maybe_received))).is_err());
        }
    }
}
