//! A setting that cannot be used, and why.

use std::fmt;

/// One setting that cannot be used, and the rule that it breaks.
///
/// The setting is named the way its owner wrote it: a parameter (`key id`), an environment variable
/// (`APCA_API_ENV`), or a place in a file. Neither part ever holds a key, a secret, a token or an
/// address as it was pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    setting: String,
    message: String,
}

impl Problem {
    pub(crate) fn new(setting: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            setting: setting.into(),
            message: message.into(),
        }
    }

    /// The setting: a parameter, an environment variable, or a place in a file.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.setting
    }

    /// What is wrong with it, without the setting's name.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// All problems in one line.
    #[cfg(test)]
    pub(crate) fn list(problems: &[Self]) -> String {
        let lines: Vec<String> = problems.iter().map(Self::to_string).collect();
        lines.join("; ")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.message)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_setting_and_rule() {
        let one = Problem::new("APCA_API_ENV", "is set but empty");
        assert_eq!(one.to_string(), "APCA_API_ENV: is set but empty");
        assert_eq!(
            (one.setting(), one.message()),
            ("APCA_API_ENV", "is set but empty")
        );
        let two = Problem::new("key id", "is empty");
        assert_eq!(
            Problem::list(&[one, two]),
            "APCA_API_ENV: is set but empty; key id: is empty"
        );
    }
}
