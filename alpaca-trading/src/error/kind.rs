//! What kind of failure an error is, and what became of the request.

/// What went wrong, as far as a program may want to branch on it.
///
/// The documentation of each kind says whether the request may have reached the service;
/// [`Error::outcome`](crate::Error::outcome) says it for the error at hand. A kind is that of the last
/// attempt: where an earlier one of the same call may have reached the service, the outcome is
/// `Unknown` whatever the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be made from its settings. Nothing was sent.
    Configuration,
    /// The keys could not be had: the provider of credentials failed. This attempt was not sent, or
    /// the service refused its keys with a 401 and the provider failed to give others; an earlier
    /// attempt may have been received.
    Credentials,
    /// The request breaks a rule that is known before sending. Nothing was sent.
    Invalid,
    /// The client is read-only and the request would change something. Nothing was sent.
    ReadOnly,
    /// No connection came about: name, route, refusal or TLS. This attempt was not sent; an earlier one
    /// may have been received.
    Connect,
    /// The time that the call was given is over. Whether anything was sent is in the outcome.
    Timeout,
    /// The connection failed after the request was on its way, or the answer broke off. The service
    /// may have received the request.
    Connection,
    /// The service answered, and its answer is not a success. A status in the 400s means that the
    /// request was received and refused, and so do 307 and 308, which ask for it elsewhere. With 408, 460
    /// and 499, words of proxies for what took too long, with the other redirects (300 to 306), and
    /// from 500 on, it may have been carried out.
    Answer,
    /// The service answered with a success that cannot be read. The request was received and, most
    /// likely, carried out.
    Decode,
    /// The body of the answer is longer than the client's limit. The request was received and, if
    /// the status was a success, most likely carried out.
    TooLarge,
    /// An acting request was sent, and whether it was carried out could not be found out: by the call
    /// itself, or by [`settle`](crate::orders::Orders::settle) or
    /// [`resolve`](crate::orders::Orders::resolve) afterwards. The error carries what is needed to ask
    /// again: [`Error::unresolved`](crate::Error::unresolved).
    Unresolved,
    /// A list repeats itself: following it further would never end. Reads only.
    Pagination,
    /// The condition that was waited for did not come true in time. Reads only.
    WaitTimeout,
    /// The condition that was waited for can no longer come true: the order has ended otherwise. Reads
    /// only.
    Unreachable,
    /// A hook of the application refused to let the request pass. This attempt was not sent; an earlier
    /// one, which the hook let pass, may have been received.
    Hook,
}

impl ErrorKind {
    /// The name in texts.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Credentials => "credentials",
            Self::Invalid => "invalid request",
            Self::ReadOnly => "read-only client",
            Self::Connect => "no connection",
            Self::Timeout => "timeout",
            Self::Connection => "connection lost",
            Self::Answer => "refused",
            Self::Decode => "unreadable answer",
            Self::TooLarge => "answer too long",
            Self::Unresolved => "outcome unknown",
            Self::Pagination => "endless list",
            Self::WaitTimeout => "still waiting",
            Self::Unreachable => "out of reach",
            Self::Hook => "stopped by a hook",
        }
    }
}

/// What became of a request that failed.
///
/// | outcome | what is certain |
/// | --- | --- |
/// | `NotSent` | the service never saw the request |
/// | `Rejected` | the service answered that it did not do it |
/// | `Unknown` | it may have been done |
///
/// For a request that only reads, `Unknown` is harmless. For one that acts, nothing should be sent
/// again before its outcome is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The request never reached the service.
    NotSent,
    /// The service received the request and refused it: nothing was changed.
    Rejected,
    /// The service may have carried out the request.
    Unknown,
}

impl Outcome {
    /// What an answer with this status says of the request.
    ///
    /// A refusal in the 400s was decided before anything was done. 408, 460 and 499 are words of
    /// proxies for a client or a service that took too long, a redirect may point to what was done, and
    /// from 500 on the service does not know itself. 307 and 308 ask for the request elsewhere.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            300..=306 | 408 | 460 | 499 => Self::Unknown,
            307..=499 => Self::Rejected,
            _ => Self::Unknown,
        }
    }
}
