//! The keys in use, and the one question at a time that replaces them.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Ask, Credentials, CredentialsProvider, Keys, Kind};

/// Which keys a call was sent with. Other keys have a greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Generation(u64);

/// Keys, and which ones they are.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) keys: Keys,
    pub(crate) generation: Generation,
}

/// The provider's own error, shared by all calls that waited for the same answer.
#[derive(Clone)]
pub(crate) struct ProviderError(Arc<dyn Error + Send + Sync>);

/// Holds the last keys of a client.
pub(crate) struct Cache {
    credentials: Credentials,
    state: RwLock<State>,
    /// Held by the call that asks the provider; given up with that call.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct State {
    issued: Option<Issued>,
    /// How many questions were answered: whoever waited for a turn sees by it that another call has
    /// asked in the meantime.
    answers: u64,
    /// Why the last answer had no keys.
    failure: Option<ProviderError>,
}

impl Cache {
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            state: RwLock::default(),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    /// The keys in use, if there are any yet.
    pub(crate) fn held(&self) -> Option<Keys> {
        match &self.credentials.0 {
            Kind::Fixed(keys) => Some(keys.clone()),
            Kind::Provider(_) => self.seen().issued.map(|issued| issued.keys),
        }
    }

    /// The keys to send; asks the provider when there are none yet.
    pub(crate) async fn current(&self) -> Result<Issued, ProviderError> {
        let provider = match &self.credentials.0 {
            Kind::Fixed(keys) => {
                return Ok(Issued {
                    keys: keys.clone(),
                    generation: Generation(0),
                });
            }
            Kind::Provider(provider) => provider,
        };
        let seen = self.seen();
        match seen.issued {
            Some(issued) => Ok(issued),
            None => self.ask(&**provider, Ask::First, seen.answers).await,
        }
    }

    /// Other keys than those of the generation that the service refused with a 401; `None` when there
    /// are no others, and the refusal stands.
    pub(crate) async fn after_unauthorized(
        &self,
        refused: Generation,
    ) -> Result<Option<Issued>, ProviderError> {
        let Kind::Provider(provider) = &self.credentials.0 else {
            return Ok(None);
        };
        let seen = self.seen();
        let newest = match seen.issued {
            Some(issued) if issued.generation > refused => issued,
            _ => {
                self.ask(&**provider, Ask::AfterUnauthorized, seen.answers)
                    .await?
            }
        };
        Ok((newest.generation > refused).then_some(newest))
    }

    /// Asks the provider, unless somebody else has since the caller looked: then that answer serves,
    /// a failure as well, or a hundred waiting calls would put a hundred questions in a row.
    async fn ask(
        &self,
        provider: &dyn CredentialsProvider,
        reason: Ask,
        answers_seen: u64,
    ) -> Result<Issued, ProviderError> {
        let _turn = self.turn.lock().await;
        let now = self.seen();
        if now.answers != answers_seen {
            match (now.failure, now.issued) {
                (Some(failure), _) => return Err(failure),
                (None, Some(issued)) => return Ok(issued),
                (None, None) => {}
            }
        }
        let answer = provider.credentials(reason).await;

        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.answers = state.answers.wrapping_add(1);
        match answer {
            Ok(keys) => {
                let generation = match &state.issued {
                    None => Generation(0),
                    // The same keys again stay the same generation: sending them once more is vain.
                    Some(held) if held.keys == keys => held.generation,
                    Some(held) => Generation(held.generation.0.saturating_add(1)),
                };
                let issued = Issued { keys, generation };
                state.issued = Some(issued.clone());
                state.failure = None;
                Ok(issued)
            }
            Err(reason) => {
                let failure = ProviderError(Arc::from(reason));
                state.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    /// The state as it is now; the lock is not held across an await.
    fn seen(&self) -> State {
        self.state
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cache").field(&self.credentials).finish()
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the credentials provider gave no keys")
    }
}

impl fmt::Debug for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProviderError").field(&self.0).finish()
    }
}

impl Error for ProviderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::Semaphore;

    use super::*;
    use crate::credentials::KeysFuture;

    /// Hands over `keys(n)` as its n-th answer, when it is let.
    struct Script {
        answers: fn(usize) -> Result<Keys, Box<dyn Error + Send + Sync>>,
        asked: Mutex<Vec<Ask>>,
        /// One permit lets one answer out.
        gate: Semaphore,
    }

    impl Script {
        fn new(answers: fn(usize) -> Result<Keys, Box<dyn Error + Send + Sync>>) -> Arc<Self> {
            Arc::new(Self {
                answers,
                asked: Mutex::default(),
                gate: Semaphore::new(0),
            })
        }

        fn cache(self: &Arc<Self>) -> Arc<Cache> {
            struct Shared(Arc<Script>);
            impl CredentialsProvider for Shared {
                fn credentials(&self, reason: Ask) -> KeysFuture<'_> {
                    Box::pin(async move {
                        let number = {
                            let mut asked = self.0.asked.lock().unwrap();
                            asked.push(reason);
                            asked.len()
                        };
                        self.0.gate.acquire().await?.forget();
                        (self.0.answers)(number)
                    })
                }
            }
            Arc::new(Cache::new(Credentials::provider(Shared(self.clone()))))
        }

        fn asked(&self) -> Vec<Ask> {
            self.asked.lock().unwrap().clone()
        }
    }

    fn numbered(number: usize) -> Result<Keys, Box<dyn Error + Send + Sync>> {
        Ok(Keys::key_pair(&format!("PK{number}"), "hidden")?)
    }

    fn id(issued: &Issued) -> String {
        issued.keys.key_id().unwrap().to_owned()
    }

    /// Lets every task that can go on do so.
    async fn settle() {
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn fixed_keys_are_what_they_are() {
        let cache = Cache::new(Credentials::key_pair("PKFIXED", "hidden").unwrap());
        let issued = cache.current().await.unwrap();
        assert_eq!(id(&issued), "PKFIXED");
        let after = cache.after_unauthorized(issued.generation).await.unwrap();
        assert!(after.is_none());
        assert!(!format!("{cache:?} {issued:?}").contains("hidden"));
    }

    #[tokio::test]
    async fn a_hundred_first_calls_put_one_question() {
        let script = Script::new(numbered);
        let cache = script.cache();
        assert!(script.asked().is_empty());
        let calls: Vec<_> = (0..100)
            .map(|_| {
                let cache = cache.clone();
                tokio::spawn(async move { cache.current().await })
            })
            .collect();
        settle().await;
        script.gate.add_permits(100);
        for call in calls {
            assert_eq!(id(&call.await.unwrap().unwrap()), "PK1");
        }
        assert_eq!(id(&cache.current().await.unwrap()), "PK1");
        assert_eq!(script.asked(), [Ask::First]);
    }

    #[tokio::test]
    async fn a_hundred_refusals_put_one_question_and_all_get_its_answer() {
        let script = Script::new(numbered);
        let cache = script.cache();
        script.gate.add_permits(1);
        let first = cache.current().await.unwrap().generation;

        let calls: Vec<_> = (0..100)
            .map(|_| {
                let cache = cache.clone();
                tokio::spawn(async move { cache.after_unauthorized(first).await })
            })
            .collect();
        settle().await;
        assert_eq!(script.asked(), [Ask::First, Ask::AfterUnauthorized]);
        script.gate.add_permits(100);
        for call in calls {
            assert_eq!(id(&call.await.unwrap().unwrap().unwrap()), "PK2");
        }
        // A call whose refusal arrives late gets the newer keys without a question.
        let late = cache.after_unauthorized(first).await.unwrap().unwrap();
        assert_eq!(id(&late), "PK2");
        assert_eq!(script.asked().len(), 2);

        let third = cache.after_unauthorized(late.generation).await.unwrap();
        assert_eq!(id(&third.unwrap()), "PK3");
        assert_eq!(id(&cache.current().await.unwrap()), "PK3");
        assert_eq!(script.asked().len(), 3);
    }

    #[tokio::test]
    async fn the_same_keys_again_are_no_reason_to_try_again() {
        let script = Script::new(|_| numbered(7));
        let cache = script.cache();
        script.gate.add_permits(1);
        let first = cache.current().await.unwrap().generation;
        let calls: Vec<_> = (0..100)
            .map(|_| {
                let cache = cache.clone();
                tokio::spawn(async move { cache.after_unauthorized(first).await })
            })
            .collect();
        settle().await;
        script.gate.add_permits(100);
        for call in calls {
            assert!(call.await.unwrap().unwrap().is_none());
        }
        assert_eq!(script.asked().len(), 2);
    }

    #[tokio::test]
    async fn a_failure_is_shared_by_those_who_waited_and_not_kept_for_later() {
        let script = Script::new(|number| match number {
            1 => Err("the vault is sealed".into()),
            other => numbered(other),
        });
        let cache = script.cache();
        let calls: Vec<_> = (0..100)
            .map(|_| {
                let cache = cache.clone();
                tokio::spawn(async move { cache.current().await })
            })
            .collect();
        settle().await;
        script.gate.add_permits(100);
        for call in calls {
            let error = call.await.unwrap().unwrap_err();
            assert_eq!(error.to_string(), "the credentials provider gave no keys");
            assert_eq!(error.source().unwrap().to_string(), "the vault is sealed");
        }
        assert_eq!(script.asked().len(), 1);
        assert_eq!(id(&cache.current().await.unwrap()), "PK2");
    }

    #[tokio::test]
    async fn a_failed_refresh_keeps_the_keys_that_there_were() {
        let script = Script::new(|number| match number {
            2 => Err("the vault is sealed".into()),
            other => numbered(other),
        });
        let cache = script.cache();
        script.gate.add_permits(3);
        let first = cache.current().await.unwrap();
        assert!(cache.after_unauthorized(first.generation).await.is_err());
        assert_eq!(id(&cache.current().await.unwrap()), "PK1");
        let third = cache.after_unauthorized(first.generation).await.unwrap();
        assert_eq!(id(&third.unwrap()), "PK3");
    }

    #[tokio::test]
    async fn a_call_that_is_given_up_hands_the_question_on() {
        let script = Script::new(numbered);
        let cache = script.cache();
        let spawn = || {
            let cache = cache.clone();
            tokio::spawn(async move { cache.current().await })
        };
        let (given_up, waiting) = (spawn(), spawn());
        settle().await;
        given_up.abort();
        assert!(given_up.await.unwrap_err().is_cancelled());
        settle().await;
        script.gate.add_permits(1);
        assert_eq!(id(&waiting.await.unwrap().unwrap()), "PK2");
        assert_eq!(script.asked(), [Ask::First, Ask::First]);
    }
}
