//! The signal that closes all streams at once.

use std::future::pending;

use tokio::sync::watch;

/// Gives the signal, and gives it as well when it is dropped: no stream outlives its holder.
#[derive(Debug)]
pub struct ShutdownHandle(watch::Sender<bool>);

impl ShutdownHandle {
    /// Closes all streams that hold the other end, now and later.
    pub fn shut_down(&self) {
        self.0.send_replace(true);
    }

    /// Returns once every other end is gone: all streams have ended, and none can be opened.
    pub async fn ended(self) {
        self.0.closed().await;
    }
}

/// Waits for the signal.
#[derive(Clone, Debug)]
pub struct Shutdown(Option<watch::Receiver<bool>>);

impl Shutdown {
    /// A signal that is never given.
    #[must_use]
    pub fn never() -> Self {
        Self(None)
    }

    /// A signal with what gives it.
    #[must_use]
    pub fn pair() -> (ShutdownHandle, Self) {
        let (sender, receiver) = watch::channel(false);
        (ShutdownHandle(sender), Self(Some(receiver)))
    }

    /// Whether the signal has been given.
    pub(super) fn is_asked(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|asked| *asked.borrow() || asked.has_changed().is_err())
    }

    /// Returns once the signal has been given.
    pub(super) async fn asked(&mut self) {
        match &mut self.0 {
            // An error means that the handle is gone, which is the signal too.
            Some(asked) => drop(asked.wait_for(|asked| *asked).await),
            None => pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn streams_have_ended_when_nobody_holds_the_other_end() {
        let (handle, shutdown) = Shutdown::pair();
        let mut ended = Box::pin(handle.ended());
        assert_eq!((&mut ended).now_or_never(), None);
        drop(shutdown);
        assert_eq!(ended.now_or_never(), Some(()));
    }

    #[test]
    fn the_signal_is_given_by_word_or_by_drop() {
        let (handle, mut shutdown) = Shutdown::pair();
        assert_eq!(shutdown.asked().now_or_never(), None);
        assert!(!shutdown.is_asked());
        handle.shut_down();
        assert_eq!(shutdown.asked().now_or_never(), Some(()));
        assert!(shutdown.is_asked());
        assert_eq!(shutdown.clone().asked().now_or_never(), Some(()));

        let (handle, mut shutdown) = Shutdown::pair();
        drop(handle);
        assert_eq!(shutdown.asked().now_or_never(), Some(()));
        assert!(shutdown.is_asked());
        assert_eq!(Shutdown::never().asked().now_or_never(), None);
    }
}
