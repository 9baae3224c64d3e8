//! Alpaca's published policy: which change breaks callers, and by which rule.
//!
//! | compatible | breaking |
//! | --- | --- |
//! | a new operation, method, optional parameter, property, enum value, variant, header, response code | an operation, parameter, property, enum value or variant that is gone or renamed |
//! | a looser bound | a changed type, format or meaning |
//! | another order in a list | a parameter or request property that became required |
//! | | a tighter bound on what is sent |
//! | | a response property no longer required, or newly nullable |
//! | | a path whose version changed |
//!
//! What travels both ways is judged by the graver of the two. What no operation reaches is judged
//! as if it travelled both ways.

use super::change::{Class, Direction, Found, Kind};

const BREAKING: Class = Class::Breaking;
const COMPATIBLE: Class = Class::Compatible;

const GONE: &str =
    "an operation, parameter, property, enum value or variant that is gone or renamed";
const CHANGED: &str = "a changed type, format or meaning";
const NEEDED: &str = "a parameter or request property that became required";
const TIGHTER: &str = "a tighter bound on what is sent";
const PROMISE: &str = "a response property no longer required or newly nullable";
const VERSION: &str = "a path whose version changed";
const NEW: &str = "a new operation, method, optional parameter, property, enum value, variant, \
                   header or response code";
const LOOSER: &str = "a looser bound";

/// The class of a change, and the rule that decides it.
pub(super) fn judge(found: &Found, direction: Direction) -> (Class, String) {
    let (class, rule) = rule(found, direction);
    (class, rule.to_owned())
}

fn rule(found: &Found, direction: Direction) -> (Class, &'static str) {
    let unreached = !direction.request && !direction.response;
    let sent = direction.request || unreached;
    let answered = direction.response || unreached;
    // Breaks who sends, or who reads.
    let if_sent = |why: &'static str, otherwise: &'static str| {
        if sent {
            (BREAKING, why)
        } else {
            (COMPATIBLE, otherwise)
        }
    };
    let if_answered = |why: &'static str, otherwise: &'static str| {
        if answered {
            (BREAKING, why)
        } else {
            (COMPATIBLE, otherwise)
        }
    };
    const MORE: &str = "what is answered keeps a tighter promise";
    const LESS: &str = "what is sent may be left out or null";
    match found.kind {
        Kind::OperationAdded
        | Kind::ResponseAdded
        | Kind::HeaderAdded
        | Kind::MediaTypeAdded
        | Kind::EnumValueAdded => (COMPATIBLE, NEW),
        Kind::ParameterAdded | Kind::RequestBodyAdded if found.required => (BREAKING, NEEDED),
        Kind::ParameterAdded | Kind::RequestBodyAdded => (COMPATIBLE, NEW),
        Kind::PropertyAdded if found.required => if_sent(NEEDED, NEW),
        Kind::PropertyAdded => (COMPATIBLE, NEW),
        Kind::OperationRemoved
        | Kind::OperationRenamed
        | Kind::PathRenamed
        | Kind::ParameterRemoved
        | Kind::ParameterRenamed
        | Kind::ParameterMoved
        | Kind::PropertyRemoved
        | Kind::PropertyRenamed
        | Kind::EnumValueRemoved
        | Kind::VariantRemoved => (BREAKING, GONE),
        Kind::PathVersionChanged => (BREAKING, VERSION),
        Kind::NowRequired => if_sent(NEEDED, MORE),
        Kind::NowOptional => {
            if direction.request {
                (COMPATIBLE, LOOSER)
            } else {
                (BREAKING, PROMISE)
            }
        }
        Kind::RequiredAdded => if_sent(NEEDED, MORE),
        Kind::RequiredRemoved | Kind::NullableAdded => if_answered(PROMISE, LESS),
        Kind::NullableRemoved => if_sent(TIGHTER, MORE),
        Kind::KeywordChanged if found.appended => (COMPATIBLE, NEW),
        Kind::TypeChanged | Kind::FormatChanged | Kind::StyleChanged | Kind::KeywordChanged => {
            (BREAKING, CHANGED)
        }
        Kind::TypeWidened => if_answered(CHANGED, LOOSER),
        Kind::TypeNarrowed => if_sent(CHANGED, MORE),
        Kind::TypeReplaced => {
            if found.breaks.contains(&direction) {
                (BREAKING, CHANGED)
            } else {
                (COMPATIBLE, "the new type admits all that the old one did")
            }
        }
        Kind::EnumIntroduced | Kind::BoundTightened => if_sent(TIGHTER, MORE),
        Kind::EnumLifted | Kind::BoundLoosened => (COMPATIBLE, LOOSER),
        Kind::DefaultChanged => if_sent(CHANGED, "nobody leaves it to the default"),
        Kind::VariantAdded if found.appended => (COMPATIBLE, NEW),
        Kind::VariantAdded => if_answered(CHANGED, LOOSER),
        Kind::ReadOnlyAdded => if_sent(GONE, MORE),
        Kind::WriteOnlyAdded => if_answered(GONE, LESS),
        Kind::AccessLoosened => (COMPATIBLE, LOOSER),
        Kind::RequestBodyRemoved | Kind::MediaTypeRemoved | Kind::HeaderRemoved => {
            (BREAKING, CHANGED)
        }
        Kind::ResponseRemoved => {
            let code = found.name.as_deref().unwrap_or_default();
            if code.starts_with('2') || code.starts_with('1') {
                (BREAKING, CHANGED)
            } else {
                (COMPATIBLE, "an error code less to be ready for")
            }
        }
        Kind::SecurityChanged if found.appended => {
            (COMPATIBLE, "callers may prove what they did before")
        }
        Kind::SecurityChanged => (BREAKING, CHANGED),
        Kind::ServerRemoved => (BREAKING, GONE),
        Kind::ServerAdded => (COMPATIBLE, NEW),
        Kind::SchemaAdded | Kind::SchemaRemoved | Kind::SchemaRenamed => (
            COMPATIBLE,
            "names of schemas do not travel; what changed for its users is told where they are",
        ),
        Kind::Deprecated
        | Kind::EndAnnounced
        | Kind::DeprecationDated
        | Kind::DeprecationWithdrawn => (Class::Deprecation, "announced; nothing has changed yet"),
        Kind::DefaultStated | Kind::TextChanged | Kind::ExampleChanged | Kind::ExtensionChanged => {
            (Class::Documentation, "only people read it")
        }
    }
}
