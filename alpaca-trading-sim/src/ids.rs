//! Ids that come from the seed alone.

use chrono::{DateTime, Utc};
use fastrand::Rng;
use uuid::{Builder, Uuid};

/// Makes ids; two makers with the same seed make the same ids.
#[derive(Clone, Debug)]
pub struct Ids {
    random: Rng,
}

impl Ids {
    /// A maker of its own.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            random: Rng::with_seed(seed),
        }
    }

    /// A random UUID.
    pub fn uuid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.random.u128(..).to_be_bytes()).into_uuid()
    }

    /// A ULID: 48 bits of milliseconds, 80 random ones, in the letters of Crockford's base 32.
    pub fn ulid(&mut self, at: DateTime<Utc>) -> String {
        const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let millis =
            u128::from(u64::try_from(at.timestamp_millis()).unwrap_or(0)) & ((1 << 48) - 1);
        let value = (millis << 80) | (self.random.u128(..) >> 48);
        (0..26)
            .rev()
            .map(|place| {
                let digit = usize::try_from((value >> (place * 5)) & 31).unwrap_or(0);
                LETTERS.get(digit).copied().map_or('0', char::from)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_from_the_seed() {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let (mut one, mut other) = (Ids::new(7), Ids::new(7));
        assert_eq!(one.uuid(), other.uuid());
        assert_eq!(one.ulid(at), other.ulid(at));
        assert_ne!(one.uuid(), one.uuid());
        assert_eq!(one.uuid().get_version_num(), 4_usize);
    }

    #[test]
    fn a_later_ulid_sorts_behind() {
        let mut ids = Ids::new(1);
        let at = |millis: i64| DateTime::from_timestamp_millis(1_790_000_000_000 + millis).unwrap();
        let (earlier, later) = (ids.ulid(at(0)), ids.ulid(at(1)));
        assert!(earlier < later);
        assert_eq!(earlier.len(), 26);
    }
}
