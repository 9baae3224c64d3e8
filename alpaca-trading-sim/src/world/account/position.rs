//! What an account holds of an asset.

use rust_decimal::Decimal;

/// A position: a quantity and what it has cost.
///
/// The cost is kept, not the average price: an average is a quotient, which may have no end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// How many; negative when short.
    pub qty: Decimal,
    /// What they have cost; negative when short.
    pub cost: Decimal,
    /// The same, with what was held at the last close at the price of that close.
    pub day_cost: Decimal,
    /// The cost at the last close, without its sign.
    pub carried: Decimal,
}

impl Position {
    /// Trades: a positive quantity buys.
    pub fn trade(&mut self, qty: Decimal, price: Decimal) {
        let grows = self.qty.is_zero() || self.qty.is_sign_positive() == qty.is_sign_positive();
        if grows {
            self.qty += qty;
            self.cost += qty * price;
            self.day_cost += qty * price;
            return;
        }
        if qty.abs() < self.qty.abs() {
            self.shrink(qty.abs());
            return;
        }
        // All of it, and perhaps more on the other side.
        let rest = self.qty + qty;
        *self = Self {
            qty: rest,
            cost: rest * price,
            day_cost: rest * price,
            carried: Decimal::ZERO,
        };
    }

    /// Takes a part away, at what it has cost: of less than there is.
    pub fn shrink(&mut self, qty: Decimal) {
        let held = self.qty.abs();
        if held.is_zero() {
            return;
        }
        // Multiplied first: a quotient may have no end where the whole has one.
        self.cost -= self.cost * qty / held;
        self.day_cost -= self.day_cost * qty / held;
        self.qty -= if self.qty.is_sign_negative() {
            -qty
        } else {
            qty
        };
    }

    /// Begins a day at the price of the last close.
    pub fn begin_day(&mut self, last_close: Decimal) {
        self.day_cost = self.qty * last_close;
        self.carried = self.cost.abs();
    }

    /// The average price.
    #[must_use]
    pub fn average(&self) -> Decimal {
        self.cost.checked_div(self.qty).unwrap_or_default()
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.qty.is_zero()
    }

    /// The part of the cost that was added since the last close.
    #[must_use]
    pub fn added_today(&self) -> Decimal {
        (self.cost.abs() - self.carried).max(Decimal::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn the_average_is_weighted_and_survives_a_partial_close() {
        let mut position = Position::default();
        position.trade(dec!(10), dec!(100));
        position.trade(dec!(30), dec!(120));
        assert_eq!(position.average(), dec!(115));
        position.trade(dec!(-20), dec!(500));
        assert_eq!((position.qty, position.average()), (dec!(20), dec!(115)));
        position.trade(dec!(-20), dec!(1));
        assert!(position.is_flat());
        assert_eq!(position.cost, Decimal::ZERO);
    }

    #[test]
    fn a_short_position_is_negative_throughout() {
        let mut position = Position::default();
        position.trade(dec!(-24), dec!(82.69));
        assert_eq!((position.qty, position.cost), (dec!(-24), dec!(-1984.56)));
        assert_eq!(position.average(), dec!(82.69));
        position.trade(dec!(12), dec!(80));
        assert_eq!(position.cost, dec!(-992.28));
    }

    #[test]
    fn a_day_begins_at_the_last_close() {
        let mut position = Position::default();
        position.trade(dec!(10), dec!(100));
        position.begin_day(dec!(110));
        assert_eq!(position.day_cost, dec!(1100));
        assert_eq!(position.added_today(), Decimal::ZERO);
        position.trade(dec!(10), dec!(112));
        assert_eq!(position.added_today(), dec!(1120));
        assert_eq!(position.day_cost, dec!(2220));
    }
}
