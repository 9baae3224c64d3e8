//! What an attempt that failed means for a stream: the end, or another attempt.

use crate::error::{Error, ErrorKind};
use crate::stream::{Disconnect, DisconnectKind};

/// Why no connection came about, and by its kind whether it is tried again.
///
/// | what has failed | the stream |
/// |---|---|
/// | 401, 403: the keys, after a provider was asked for others | ends |
/// | 408, 425, 429, 460, 499, and 500 or more | tries again |
/// | another status from 400 on: the query, or the address | ends |
/// | a request that breaks a rule, a client that cannot be used | ends |
/// | a provider of keys, the network, the time limit, a hook | tries again |
pub(super) fn reason(error: Error) -> Disconnect {
    let kind = match (error.kind(), error.status()) {
        // It may have other keys to give in a moment.
        (ErrorKind::Credentials, _) => DisconnectKind::Failed,
        (_, Some(401 | 403)) => DisconnectKind::Unauthorized,
        // Not of the request, but of the moment.
        (_, Some(408 | 425 | 429 | 460 | 499)) => DisconnectKind::Failed,
        (_, Some(400..=499)) => DisconnectKind::Refused,
        (ErrorKind::Invalid | ErrorKind::Configuration | ErrorKind::ReadOnly, _) => {
            DisconnectKind::Refused
        }
        _ => DisconnectKind::Failed,
    };
    Disconnect::of(kind, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_status_means() {
        for (status, expected) in [
            (400, DisconnectKind::Refused),
            (401, DisconnectKind::Unauthorized),
            (403, DisconnectKind::Unauthorized),
            (404, DisconnectKind::Refused),
            (408, DisconnectKind::Failed),
            (422, DisconnectKind::Refused),
            (429, DisconnectKind::Failed),
            (499, DisconnectKind::Failed),
            (500, DisconnectKind::Failed),
            (503, DisconnectKind::Failed),
            (302, DisconnectKind::Failed),
        ] {
            let error = Error::new(ErrorKind::Answer, "no");
            let reason = reason(error.with(|repr| repr.status = Some(status)));
            assert_eq!(reason.kind(), expected, "{status}");
            assert_eq!(reason.error().and_then(Error::status), Some(status));
        }
    }

    #[test]
    fn what_no_answer_means() {
        for (kind, last) in [
            (ErrorKind::Connect, false),
            (ErrorKind::Timeout, false),
            (ErrorKind::Connection, false),
            (ErrorKind::Hook, false),
            (ErrorKind::Credentials, false),
            (ErrorKind::Invalid, true),
        ] {
            assert_eq!(reason(Error::new(kind, "no")).is_final(), last, "{kind:?}");
        }
        // The provider was asked after a 401, and failed.
        let error = Error::new(ErrorKind::Credentials, "no").with(|repr| repr.status = Some(401));
        assert!(!reason(error).is_final());
    }
}
