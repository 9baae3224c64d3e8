//! JSON pointers (RFC 6901) in the form that faults and `$ref`s use: `#` for the root, then one
//! `/token` per step, with `~` written as `~0` and `/` as `~1`.
//!
//! Pointers made here are never percent-encoded; a `$ref` may be, so it goes through
//! [`from_reference`] first.
//!
//! ```text
//! #/paths/~1v2~1orders~1{order_id}/get/parameters/0
//! ```

use serde_json::Value;

/// One token, with `~` and `/` escaped.
pub fn escape(token: &str) -> String {
    // The order matters: the other way round, the `~` of a fresh `~1` would be escaped again.
    token.replace('~', "~0").replace('/', "~1")
}

/// The pointer one step below `parent`, which starts with `#`.
pub fn join(parent: &str, token: &str) -> String {
    format!("{parent}/{}", escape(token))
}

/// The value at `pointer`, or `None` if nothing is there or the pointer does not start with `#`.
///
/// Array steps are decimal without leading zeros. No percent-decoding takes place.
pub fn get<'a>(root: &'a Value, pointer: &str) -> Option<&'a Value> {
    root.pointer(pointer.strip_prefix('#')?)
}

/// Like [`get`], for changing the value in place.
pub fn get_mut<'a>(root: &'a mut Value, pointer: &str) -> Option<&'a mut Value> {
    root.pointer_mut(pointer.strip_prefix('#')?)
}

/// The pointer that a local `$ref` stands for, percent-decoded.
///
/// `None` unless the reference starts with `#/`, or if its percent-encoding is broken or does not
/// decode to UTF-8.
pub fn from_reference(reference: &str) -> Option<String> {
    if !reference.starts_with("#/") {
        return None;
    }
    if !reference.contains('%') {
        return Some(reference.to_owned());
    }
    let mut decoded = Vec::with_capacity(reference.len());
    let mut bytes = reference.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = hex(bytes.next()?)?;
            let low = hex(bytes.next()?)?;
            decoded.push(high << 4 | low);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

/// The value of one hexadecimal digit.
fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// One step of a path that is only written out as a pointer when a fault needs it.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// Into an object.
    Key(&'a str),
    /// Into an array.
    Index(usize),
}

/// The pointer that leads from the root through `steps`.
pub(super) fn from_steps<'a>(steps: impl IntoIterator<Item = Step<'a>>) -> String {
    let mut pointer = String::from("#");
    for step in steps {
        pointer.push('/');
        match step {
            Step::Key(key) => pointer.push_str(&escape(key)),
            Step::Index(index) => pointer.push_str(&index.to_string()),
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn escaping_is_undone_by_get() {
        let root = json!({"a/b": {"~1": {"": 7}}});
        let pointer = join(&join(&join("#", "a/b"), "~1"), "");
        assert_eq!(pointer, "#/a~1b/~01/");
        assert_eq!(get(&root, &pointer), Some(&json!(7)));
    }

    #[test]
    fn get_takes_the_root_and_array_steps() {
        let root = json!({"a": [10, 11]});
        assert_eq!(get(&root, "#"), Some(&root));
        assert_eq!(get(&root, "#/a/1"), Some(&json!(11)));
        for nowhere in [
            "", "/a", "#a", "#/a/01", "#/a/+1", "#/a/2", "#/a/-", "#/b", "#/a/1/x",
        ] {
            assert_eq!(get(&root, nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn get_does_not_percent_decode() {
        let root = json!({"%41": 1, "A": 2});
        assert_eq!(get(&root, "#/%41"), Some(&json!(1)));
    }

    #[test]
    fn get_mut_changes_the_value() {
        let mut root = json!({"paths": {"/a": 1}});
        *get_mut(&mut root, "#/paths/~1a").unwrap() = json!(2);
        assert_eq!(root, json!({"paths": {"/a": 2}}));
        assert_eq!(get_mut(&mut root, "/paths"), None);
    }

    #[test]
    fn references_are_percent_decoded() {
        let plain = |reference| from_reference(reference);
        assert_eq!(plain("#/a/b").as_deref(), Some("#/a/b"));
        assert_eq!(plain("#/a%7Bb%7d/%C3%A4").as_deref(), Some("#/a{b}/ä"));
        for broken in [
            "#/a%",
            "#/a%4",
            "#/a%zz",
            "#/%ff",
            "#",
            "#name",
            "other.json#/a",
            "",
        ] {
            assert_eq!(plain(broken), None, "{broken}");
        }
    }

    #[test]
    fn steps_become_a_pointer() {
        let steps = [Step::Key("a/b"), Step::Index(3), Step::Key("~")];
        assert_eq!(from_steps(steps), "#/a~1b/3/~0");
        assert_eq!(from_steps([]), "#");
    }
}
