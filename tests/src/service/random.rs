//! Numbers that look random and are the same for the same seed: SplitMix64.

use uuid::Builder;

/// A source of numbers; two with the same seed give the same ones.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed; any seed will do, zero as well.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, from the whole range.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, every one nearly as likely as the next.
    ///
    /// # Panics
    ///
    /// When `bound` is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "there is no number below zero");
        self.draw() % bound
    }

    /// A number from `from` to just below `to`.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn within(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.below(to.abs_diff(from)))
            .expect("a distance of two i64s drawn from")
    }

    /// One of these.
    ///
    /// # Panics
    ///
    /// When there are none.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// A UUID of version 4, in lower case with dashes as Alpaca writes it.
    pub fn uuid(&mut self) -> String {
        let bits = u128::from(self.draw()) << 64 | u128::from(self.draw());
        Builder::from_random_bytes(bits.to_be_bytes())
            .into_uuid()
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides() {
        let ten = |seed| {
            let mut random = Random::new(seed);
            (0..10).map(|_| random.draw()).collect::<Vec<_>>()
        };
        assert_eq!(ten(7), ten(7));
        assert_ne!(ten(7), ten(8));
        // The first number of the published algorithm for the seed zero.
        assert_eq!(ten(0)[0], 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn an_identifier_is_a_uuid_of_version_four() {
        let text = Random::new(1).uuid();
        let uuid = uuid::Uuid::parse_str(&text).unwrap();
        assert_eq!(uuid.get_version_num(), 4);
        assert_eq!(uuid.to_string(), text);
    }
}
