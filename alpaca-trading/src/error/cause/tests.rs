//! Every message that Alpaca is known to send, and what is made of it.

mod answers;

use std::collections::BTreeSet;

use super::Cause::*;
use super::*;
use answers::{ANSWERS, INVALID};

/// Status, code, message and cause of every known answer.
fn answers() -> impl Iterator<Item = (u16, &'static str, &'static str, Cause)> {
    let invalid = INVALID
        .iter()
        .map(|(code, messages)| (422, *code, InvalidRequest, *messages));
    ANSWERS
        .iter()
        .copied()
        .chain(invalid)
        .flat_map(|(status, code, cause, messages)| {
            messages
                .iter()
                .map(move |message| (status, code, *message, cause))
        })
}

fn cause(status: u16, code: &str, message: &str) -> Option<Cause> {
    Cause::of(status, ErrorCode::from_text(code).as_ref(), message)
}

#[test]
fn every_known_answer_has_its_cause() {
    for (status, code, message, expected) in answers() {
        let found = cause(status, code, message);
        assert_eq!(found, Some(expected), "{status} {code} {message}");
    }
}

#[test]
fn letters_blanks_and_full_stops_make_no_difference() {
    for (status, code, message, expected) in answers() {
        let loud = format!("  {}.\n", message.to_ascii_uppercase());
        assert_eq!(cause(status, code, &loud), Some(expected), "{loud}");
    }
}

#[test]
fn every_row_is_there_for_an_answer() {
    let used: BTreeSet<usize> = answers()
        .filter_map(|(status, code, message, _)| {
            row_of(status, ErrorCode::from_text(code).as_ref(), message)
        })
        .collect();
    for (index, row) in TABLE.iter().enumerate() {
        assert!(used.contains(&index), "no answer for {}", row.pattern);
    }
}

#[test]
fn a_message_in_the_middle_of_others_is_not_taken_for_them() {
    // Patterns without a star at an end are whole messages.
    for (message, expected) in [
        (
            "please note: order parameters are not changed",
            InvalidRequest,
        ),
        ("order parameters are not changed but one", InvalidRequest),
        (
            "error: client_order_id must be unique (a)",
            DuplicateClientOrderId,
        ),
        ("client_order_id must be set", InvalidRequest),
        ("sufficient buying power", InvalidRequest),
    ] {
        assert_eq!(cause(422, "", message), Some(expected), "{message}");
    }
}

#[test]
fn an_answer_of_unknown_words_gets_the_cause_of_its_status() {
    for (status, expected) in [
        (200, None),
        (207, None),
        (302, None),
        (400, Some(InvalidRequest)),
        (403, Some(Forbidden)),
        (404, Some(NotFound)),
        (405, Some(InvalidRequest)),
        (407, None),
        (409, Some(InvalidRequest)),
        (415, Some(InvalidRequest)),
        (422, Some(InvalidRequest)),
        (505, Some(ServerError)),
        (599, Some(ServerError)),
        (600, None),
        (0, None),
    ] {
        assert_eq!(
            cause(status, "99999999", "something new"),
            expected,
            "{status}"
        );
    }
}

#[test]
fn a_reason_belongs_to_its_statuses() {
    // A message about an order within a success, or under a 404, is something else.
    assert_eq!(cause(200, "", "insufficient buying power"), None);
    assert_eq!(cause(404, "", "insufficient buying power"), Some(NotFound));
    assert_eq!(cause(422, "", "order not found"), Some(InvalidRequest));
    assert_eq!(cause(404, "easy_to_borrow", ""), Some(LocateNotNeeded));
    assert_eq!(cause(405, "easy_to_borrow", ""), Some(InvalidRequest));
}

#[test]
fn only_alpacas_own_word_is_a_clear_order_not_found() {
    let clear = |status, code: &str, message| {
        is_clear_order_not_found(status, ErrorCode::from_text(code).as_ref(), message)
    };
    for (code, message) in [
        (
            "40410000",
            "order not found for 904837e3-3b76-47ec-b432-046db621571b",
        ),
        ("40410000", "order not found"),
        ("40410000", "Order not found."),
        ("", "order not found for my-id"),
        ("", "order not found: my-id"),
    ] {
        assert!(clear(404, code, message), "{code} {message}");
        for status in [200, 400, 401, 403, 410, 422, 429, 500, 503] {
            assert!(!clear(status, code, message), "{status} {code} {message}");
        }
    }
    for (code, message) in [
        ("", ""),
        ("40410000", ""),
        ("", "endpoint not found."),
        ("", "404 Not Found"),
        ("", "not found"),
        ("40410000", "position does not exist"),
        ("40410000", "asset not found for X"),
        ("40410000", "no order not found"),
        ("40410000", "order not foundation"),
        ("40310000", "order not found"),
        ("order_not_found", "order not found"),
        ("50010000", "order not found for x"),
    ] {
        assert!(!clear(404, code, message), "{code} {message}");
    }
}

#[test]
fn the_state_of_a_refused_cancellation_is_read() {
    for (message, state) in [
        ("order is already in \"filled\" state", Some("filled")),
        ("Order is already in \"Filled\" state.", Some("Filled")),
        ("leg order is already in canceled state", Some("canceled")),
        (
            "order is already in \"partially_filled\" state",
            Some("partially_filled"),
        ),
        ("é order is already in \"expired\" state", Some("expired")),
        ("order is already in \"\" state", None),
        ("order is already in  state", None),
        ("order is already in state", None),
        ("order is already in \"filled", None),
        ("order is already in a strange and unusual state", None),
        ("original order pending replacement", None),
        ("", None),
    ] {
        assert_eq!(cancel_state(message), state, "{message}");
    }
}
