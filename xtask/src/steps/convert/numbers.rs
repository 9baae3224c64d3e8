//! Numbers compared by what they are worth, and the bounds that need it.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

/// 3.1 has two bounds on each side, and both hold; 3.0 has one, with a flag. The tighter one stays,
/// and of two equal ones the exclusive one.
pub(super) fn exclusive_bounds(object: &mut Map<String, Value>) {
    bound(object, "minimum", "exclusiveMinimum", Ordering::Less);
    bound(object, "maximum", "exclusiveMaximum", Ordering::Greater);
}

/// `looser` is how a looser bound compares with a tighter one.
fn bound(object: &mut Map<String, Value>, plain: &str, exclusive: &str, looser: Ordering) {
    match object.get(exclusive) {
        Some(Value::Number(limit)) => {
            let limit = limit.clone();
            let is_weaker = object
                .get(plain)
                .and_then(Value::as_number)
                .is_some_and(|plain| compare(&limit, plain) == looser);
            if is_weaker {
                object.remove(exclusive);
            } else {
                object.insert(plain.to_owned(), Value::Number(limit));
                object.insert(exclusive.to_owned(), Value::Bool(true));
            }
        }
        // A flag for a bound that is not there.
        Some(Value::Bool(_)) if !object.contains_key(plain) => {
            object.remove(exclusive);
        }
        _ => {}
    }
}

/// Which of two numbers is greater, exactly: as floats, neighbouring large integers would be equal.
fn compare(one: &Number, other: &Number) -> Ordering {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        (Some(one), None) => against_float(one, float(other)),
        (None, Some(other)) => against_float(other, float(one)).reverse(),
        (None, None) => float(one).total_cmp(&float(other)),
    }
}

fn against_float(whole: i128, float: f64) -> Ordering {
    // Beyond the range of `i128` the cast saturates, and no integer of JSON reaches that far.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fraction is compared below"
    )]
    let floor = float.floor() as i128;
    whole.cmp(&floor).then(if float.fract() == 0.0 {
        Ordering::Equal
    } else {
        Ordering::Less
    })
}

fn whole(number: &Number) -> Option<i128> {
    number
        .as_i64()
        .map(i128::from)
        .or_else(|| number.as_u64().map(i128::from))
}

fn float(number: &Number) -> f64 {
    number.as_f64().unwrap_or(0.0)
}

/// Whether a number has no fraction, however it is written: 1.0 is an integer in both versions.
pub(super) fn is_whole(number: &Number) -> bool {
    whole(number).is_some() || float(number).fract() == 0.0
}

/// Whether two values are the same in JSON Schema, where 1 and 1.0 are.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => compare(one, other) == Ordering::Equal,
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_compared_by_what_they_are_worth() {
        for (less, more) in [
            (
                json!(9_007_199_254_740_992_i64),
                json!(9_007_199_254_740_993_i64),
            ),
            (json!(-1), json!(u64::MAX)),
            (json!(-2), json!(-1.5)),
            (json!(-1.5), json!(-1)),
            (json!(1), json!(1.5)),
            (json!(0.1), json!(0.2)),
            (json!(u64::MAX), json!(1e300)),
            (json!(-1e300), json!(i64::MIN)),
        ] {
            let (one, other) = (less.as_number().unwrap(), more.as_number().unwrap());
            assert_eq!(compare(one, other), Ordering::Less, "{less} {more}");
            assert_eq!(compare(other, one), Ordering::Greater, "{more} {less}");
            assert!(!same(&less, &more));
        }
        assert!(same(&json!([{"a": 1}, 0]), &json!([{"a": 1.0}, -0.0])));
        assert!(!same(&json!([1]), &json!([1, 1])));
        assert!(!same(&json!({"a": 1}), &json!({"b": 1})));
        assert!(!same(&json!(1), &json!(true)));
        assert!(is_whole(json!(3.0).as_number().unwrap()));
        assert!(!is_whole(json!(3.5).as_number().unwrap()));
    }
}
