//! How much alike two names are, and which pairs go together.

use std::collections::{BTreeMap, BTreeSet};

/// Names at least this much alike may be the same name, changed.
pub(super) const NEAR: f64 = 0.5;

/// The words of a name, in lower case: `getOrderByID`, `get_order_by_id` and `get-order-by-id` have
/// the same.
fn words(name: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    let mut was_lower = false;
    for letter in name.chars() {
        let begins = letter.is_uppercase() && was_lower;
        if (!letter.is_alphanumeric() || begins) && !word.is_empty() {
            words.insert(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase() || letter.is_ascii_digit();
    }
    if !word.is_empty() {
        words.insert(word);
    }
    words
}

/// From 0, nothing in common, to 1, the same words.
pub(super) fn names(one: &str, other: &str) -> f64 {
    share(&words(one), &words(other)).max(letters(one, other))
}

/// The common part of two sets.
pub(super) fn share(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let all = one.union(other).count();
    if all == 0 {
        return 1.0;
    }
    one.intersection(other).count() as f64 / all as f64
}

/// One less the share of letters that must be changed; names that differ in more than a quarter of
/// them are not alike by their letters.
fn letters(one: &str, other: &str) -> f64 {
    const LONGEST: usize = 80;
    let simple = |name: &str| -> Vec<char> {
        name.chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .take(LONGEST)
            .collect()
    };
    let (one, other) = (simple(one), simple(other));
    let longest = one.len().max(other.len());
    if longest == 0 {
        return 1.0;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (cell, against) in row.iter_mut().skip(1).zip(&other) {
            let above = *cell;
            let here = (diagonal + usize::from(letter != against))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            left = here;
            *cell = here;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    let edits = row.last().copied().unwrap_or(longest);
    let alike = 1.0 - edits as f64 / longest as f64;
    if alike < 0.75 { 0.0 } else { alike }
}

/// Of scored pairs the best, each name in one pair at most.
pub(super) fn best<T: Ord + Copy>(mut pairs: Vec<(f64, T, T)>) -> BTreeMap<T, T> {
    pairs.sort_by(|one, other| {
        other
            .0
            .total_cmp(&one.0)
            .then(one.1.cmp(&other.1))
            .then(one.2.cmp(&other.2))
    });
    let (mut chosen, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for (_, before, after) in pairs {
        if !chosen.contains_key(&before) && taken.insert(after) {
            chosen.insert(before, after);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::{NEAR, best, names};

    #[test]
    fn names_are_alike_by_words_or_by_letters() {
        for (one, other) in [
            ("getAllOrders", "get_all_orders"),
            ("order_type", "orderType"),
            ("legacy_clock", "clock_legacy"),
            ("quantity", "quantitiy"),
            ("filled_qty", "qty_filled"),
        ] {
            assert!(names(one, other) >= NEAR, "{one} {other}");
        }
        for (one, other) in [("qty", "side"), ("symbol", "notional"), ("id", "at")] {
            assert!(names(one, other) < NEAR, "{one} {other}");
        }
    }

    #[test]
    fn each_name_is_in_one_pair() {
        let pairs = vec![(0.5, "a", "x"), (0.9, "b", "x"), (0.4, "a", "y")];
        let chosen = best(pairs);
        assert_eq!(chosen.get("b"), Some(&"x"));
        assert_eq!(chosen.get("a"), Some(&"y"));
    }
}
