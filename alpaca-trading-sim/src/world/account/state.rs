//! What the service lets an account do, which the account cannot change itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether an account is open for business. `/v2/account` shows all of it but `liquidation_only`.
///
/// An account whose trading or whose whole activity is blocked, or whose status is not `ACTIVE`, places no orders,
/// opening or closing, and replaces none. What it has placed before works on, and can be canceled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AccountState {
    /// Its status.
    pub status: AccountStatus,
    /// No orders.
    pub trading_blocked: bool,
    /// No transfers; the simulator has none anyway.
    pub transfers_blocked: bool,
    /// No activity of the user's.
    pub account_blocked: bool,
    /// Only orders that close.
    pub liquidation_only: bool,
}

impl AccountState {
    /// Whether it may place orders at all.
    #[must_use]
    pub fn may_trade(&self) -> bool {
        self.status == AccountStatus::Active && !self.trading_blocked && !self.account_blocked
    }
}

/// The status of an account, in the words of the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AccountStatus {
    /// `INACTIVE`.
    Inactive,
    /// `PAPER_ONLY`.
    PaperOnly,
    /// `ONBOARDING`.
    Onboarding,
    /// `SUBMISSION_FAILED`.
    SubmissionFailed,
    /// `SUBMITTED`.
    Submitted,
    /// `ACCOUNT_UPDATED`.
    AccountUpdated,
    /// `APPROVAL_PENDING`.
    ApprovalPending,
    /// `APPROVED`.
    Approved,
    /// `ACTIVE`: the only one that trades.
    #[default]
    Active,
    /// `REJECTED`.
    Rejected,
    /// `ACTION_REQUIRED`.
    ActionRequired,
    /// `LIMITED`.
    Limited,
    /// `ACCOUNT_CLOSED_PENDING`.
    AccountClosedPending,
    /// `ACCOUNT_CLOSED`.
    AccountClosed,
}

impl AccountStatus {
    /// As the service writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inactive => "INACTIVE",
            Self::PaperOnly => "PAPER_ONLY",
            Self::Onboarding => "ONBOARDING",
            Self::SubmissionFailed => "SUBMISSION_FAILED",
            Self::Submitted => "SUBMITTED",
            Self::AccountUpdated => "ACCOUNT_UPDATED",
            Self::ApprovalPending => "APPROVAL_PENDING",
            Self::Approved => "APPROVED",
            Self::Active => "ACTIVE",
            Self::Rejected => "REJECTED",
            Self::ActionRequired => "ACTION_REQUIRED",
            Self::Limited => "LIMITED",
            Self::AccountClosedPending => "ACCOUNT_CLOSED_PENDING",
            Self::AccountClosed => "ACCOUNT_CLOSED",
        }
    }
}

impl fmt::Display for AccountStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_as_it_is_written() {
        for text in [
            "INACTIVE",
            "PAPER_ONLY",
            "ONBOARDING",
            "SUBMISSION_FAILED",
            "SUBMITTED",
            "ACCOUNT_UPDATED",
            "APPROVAL_PENDING",
            "APPROVED",
            "ACTIVE",
            "REJECTED",
            "ACTION_REQUIRED",
            "LIMITED",
            "ACCOUNT_CLOSED_PENDING",
            "ACCOUNT_CLOSED",
        ] {
            let json = format!("\"{text}\"");
            let status: AccountStatus = serde_json::from_str(&json).unwrap();
            assert_eq!(status.as_str(), text);
            assert_eq!(serde_json::to_string(&status).unwrap(), json);
            let state = AccountState {
                status,
                ..AccountState::default()
            };
            assert_eq!(state.may_trade(), text == "ACTIVE");
        }
        assert!(serde_json::from_str::<AccountStatus>("\"active\"").is_err());
    }
}
