//! How much alike two names are, and which pairs go together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// A name, taken apart once.
#[derive(Debug)]
pub(super) struct Name {
    words: BTreeSet<String>,
    letters: Vec<char>,
}

impl Name {
    pub(super) fn new(name: &str) -> Self {
        const LONGEST: usize = 80;
        let letters = name.chars().filter(|letter| letter.is_alphanumeric());
        Self {
            words: words(name),
            letters: letters.flat_map(char::to_lowercase).take(LONGEST).collect(),
        }
    }

    /// From 0, nothing in common, to 1, the same words.
    pub(super) fn near(&self, other: &Self) -> f64 {
        share(&self.words, &other.words).max(letters(&self.letters, &other.letters))
    }
}

/// What may have come back under another name, as far as it is looked at before a closer look.
#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) name: Name,
    /// What is the same in both documents if it is the same thing: a description, an id.
    pub(super) marks: Vec<String>,
}

/// Every pair is looked at up to this many.
pub(super) const MOST_PAIRS: usize = 2500;
/// Beyond that, marks and words that more than this many share say nothing.
const MOST_ALIKE: usize = 16;

/// The pairs of two lists that are worth a closer look, by their indices: all of them, or where there are
/// more than `most`, those that share a mark or a word that few have.
pub(super) fn pairs(gone: &[Suspect], came: &[Suspect], most: usize) -> Vec<(usize, usize)> {
    if gone.len().saturating_mul(came.len()) <= most {
        let each = 0..gone.len();
        return each
            .flat_map(|was| (0..came.len()).map(move |is| (was, is)))
            .collect();
    }
    let keys = |suspect: &Suspect| -> BTreeSet<String> {
        let marks = suspect.marks.iter().map(|mark| format!("mark {mark}"));
        let words = suspect.name.words.iter();
        marks
            .chain(words.map(|word| format!("word {word}")))
            .collect()
    };
    let mut known: HashMap<String, (usize, Vec<usize>)> = HashMap::new();
    for (index, suspect) in came.iter().enumerate() {
        for key in keys(suspect) {
            known.entry(key).or_default().1.push(index);
        }
    }
    let gone: Vec<BTreeSet<String>> = gone.iter().map(keys).collect();
    for key in gone.iter().flatten() {
        if let Some((count, _)) = known.get_mut(key) {
            *count += 1;
        }
    }
    let mut found = BTreeSet::new();
    for (was, keys) in gone.iter().enumerate() {
        for key in keys {
            match known.get(key) {
                Some((count, came)) if (*count).max(came.len()) <= MOST_ALIKE => {
                    found.extend(came.iter().map(|is| (was, *is)));
                }
                _ => {}
            }
        }
    }
    found.into_iter().collect()
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
fn letters(one: &[char], other: &[char]) -> f64 {
    let longest = one.len().max(other.len());
    if longest == 0 {
        return 1.0;
    }
    // So many must be changed at least.
    if one.len().abs_diff(other.len()) * 4 > longest {
        return 0.0;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (cell, against) in row.iter_mut().skip(1).zip(other) {
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
    use super::{NEAR, Name, Suspect, best, pairs};

    fn names(one: &str, other: &str) -> f64 {
        Name::new(one).near(&Name::new(other))
    }

    #[test]
    fn where_there_are_many_a_mark_or_a_rare_word_makes_a_pair() {
        let suspects = |prefix: &str, mark: &str| -> Vec<Suspect> {
            let suspect = |index: usize| Suspect {
                name: Name::new(&format!("{prefix}_{index}")),
                marks: vec![format!("{mark} {}", index % 30), "all".to_owned()],
            };
            (0..30).map(suspect).collect()
        };
        let (old, new) = (suspects("old", "x"), suspects("new", "y"));
        assert_eq!(pairs(&old, &new, 900).len(), 900);
        // The number is shared by two, `all` by everyone.
        let each: Vec<(usize, usize)> = (0..30).map(|index| (index, index)).collect();
        assert_eq!(pairs(&old, &new, 899), each);
        let marked = suspects("old", "y");
        assert_eq!(pairs(&marked, &new, 0), each);
        assert_eq!(pairs(&[], &new, 0), []);
    }

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
