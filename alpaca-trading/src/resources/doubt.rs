//! What an earlier attempt of the same call may have done.
//!
//! The transport repeats what is safe to repeat when an answer is lost. The answer to the last
//! attempt then speaks of the state that the first may have left behind, and has to be read so.

use crate::error::{Error, Facts, Outcome, Result};

/// The end of a call that changes something.
///
/// A refusal says that this attempt did nothing. When an earlier one may have arrived, what became of
/// the call is unknown nevertheless.
pub(super) fn settled<T>((result, facts): (Result<T>, Facts)) -> Result<T> {
    result.map_err(|error| in_doubt(error, &facts))
}

/// The end of a deletion: one that finds nothing, after an attempt that may have arrived, is done.
pub(super) fn deleted((result, facts): (Result<()>, Facts)) -> Result<()> {
    match result {
        Err(error) if may_be_done_already(&error, &facts) => Ok(()),
        result => settled((result, facts)),
    }
}

/// Whether what was to be deleted or renamed may be gone because an earlier attempt did it.
pub(super) fn may_be_done_already(error: &Error, facts: &Facts) -> bool {
    facts.maybe_received && error.is_not_found()
}

/// The error of a call whose earlier attempts may have been carried out.
pub(super) fn in_doubt(error: Error, facts: &Facts) -> Error {
    match error.outcome() {
        Outcome::Rejected if facts.maybe_received => {
            error.with(|repr| repr.outcome = Outcome::Unknown)
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

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
    fn a_refusal_after_a_lost_answer_settles_nothing() {
        for (maybe_received, outcome) in [(false, Outcome::Rejected), (true, Outcome::Unknown)] {
            let error = settled((refused(422), facts(maybe_received))).unwrap_err();
            assert_eq!(error.outcome(), outcome);
            let error = deleted((refused(403), facts(maybe_received))).unwrap_err();
            assert_eq!(error.outcome(), outcome);
        }
        let not_sent = Err::<(), _>(Error::new(ErrorKind::Invalid, "wrong"));
        let error = settled((not_sent, facts(false))).unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent);
    }
}
