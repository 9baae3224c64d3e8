//! Somebody who knows the keys: what a vault or a rotation implements.

use std::error::Error;
use std::pin::Pin;

use super::Keys;

/// Why keys are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ask {
    /// The client has none yet.
    First,
    /// The service answered 401 to the keys that were handed over last: a provider that keeps a copy
    /// should fetch again.
    AfterUnauthorized,
}

/// The keys to come, or why there are none.
pub type KeysFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Keys, Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// A source of keys that may change while a client runs.
///
/// The client keeps what it gets: it asks once when it first needs keys, and again only after the
/// service refused them with a 401. It asks one question at a time, however many calls failed
/// together. When the answer is the same keys again, the refusal stands.
///
/// All keys that it ever gives must be of the same account in the same environment: an order whose
/// answer was lost is looked up with the keys of that moment, and another account does not know it.
/// When the keys change between the two, the client does not believe "not found".
///
/// It must not call the client that it serves, which waits for its answer.
///
/// An answer takes as long as it takes; a provider that reaches over a network sets its own timeout.
/// The call that waits for it may be given up, and the future with it.
///
/// The error of a provider reaches the user as the source of the call's error, so that its text must
/// not hold a secret.
///
/// # Examples
///
/// ```
/// use alpaca_trading::{Ask, Credentials, CredentialsProvider, Keys, KeysFuture};
///
/// struct Vault;
///
/// impl Vault {
///     async fn read(&self, _name: &str) -> Result<String, std::io::Error> {
///         # Ok("example".to_owned())
///     }
/// }
///
/// impl CredentialsProvider for Vault {
///     fn credentials(&self, _: Ask) -> KeysFuture<'_> {
///         Box::pin(async move {
///             let key_id = self.read("alpaca/key-id").await?;
///             let secret_key = self.read("alpaca/secret-key").await?;
///             Ok(Keys::key_pair(&key_id, &secret_key)?)
///         })
///     }
/// }
///
/// let credentials = Credentials::provider(Vault);
/// assert_eq!(format!("{credentials:?}"), "Credentials(Provider)");
/// ```
pub trait CredentialsProvider: Send + Sync + 'static {
    /// The keys that are good now.
    ///
    /// # Errors
    ///
    /// Whatever keeps the provider from getting them. The call that needed the keys then fails
    /// without having been sent; the next one asks again.
    fn credentials(&self, reason: Ask) -> KeysFuture<'_>;
}
