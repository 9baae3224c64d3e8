//! What a change is, before and after it is judged.

use std::collections::BTreeSet;

use serde_json::Value;

use super::collect::{Shows, Under};

/// What sort of change it is; the names are part of the documented output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An operation that is new.
    OperationAdded,
    /// An operation that is gone.
    OperationRemoved,
    /// Another `operationId` for the same method and path.
    OperationRenamed,
    /// A path that is now another.
    PathRenamed,
    /// A path that differs in its version only.
    PathVersionChanged,
    /// A parameter that is new.
    ParameterAdded,
    /// A parameter that is gone.
    ParameterRemoved,
    /// A parameter with another name.
    ParameterRenamed,
    /// A parameter that goes elsewhere, such as from the query into a header.
    ParameterMoved,
    /// A parameter, body or header that must now be there.
    NowRequired,
    /// A parameter, body or header that may now be left out.
    NowOptional,
    /// A parameter that is written in another way.
    StyleChanged,
    /// A request body where there was none.
    RequestBodyAdded,
    /// A request body that is gone.
    RequestBodyRemoved,
    /// A media type that is new.
    MediaTypeAdded,
    /// A media type that is gone.
    MediaTypeRemoved,
    /// A response code that is new.
    ResponseAdded,
    /// A response code that is gone.
    ResponseRemoved,
    /// A response header that is new.
    HeaderAdded,
    /// A response header that is gone.
    HeaderRemoved,
    /// A named schema that is new.
    SchemaAdded,
    /// A named schema that is gone.
    SchemaRemoved,
    /// A named schema with another name.
    SchemaRenamed,
    /// A property that is new.
    PropertyAdded,
    /// A property that is gone.
    PropertyRemoved,
    /// A property with another name.
    PropertyRenamed,
    /// A name that joined a `required` list.
    RequiredAdded,
    /// A name that left a `required` list.
    RequiredRemoved,
    /// Null is now possible.
    NullableAdded,
    /// Null is no longer possible.
    NullableRemoved,
    /// Another type.
    TypeChanged,
    /// A type with more possibilities.
    TypeWidened,
    /// A type with fewer possibilities.
    TypeNarrowed,
    /// Another named schema in the place of one.
    TypeReplaced,
    /// Another format.
    FormatChanged,
    /// An enum value that is new.
    EnumValueAdded,
    /// An enum value that is gone.
    EnumValueRemoved,
    /// Values are listed where none were.
    EnumIntroduced,
    /// Values are no longer listed.
    EnumLifted,
    /// A bound, pattern or closedness that admits less.
    BoundTightened,
    /// A bound, pattern or closedness that admits more.
    BoundLoosened,
    /// Another default.
    DefaultChanged,
    /// A default that came or went.
    DefaultStated,
    /// One more variant of a union.
    VariantAdded,
    /// One variant of a union less.
    VariantRemoved,
    /// Can no longer be sent.
    ReadOnlyAdded,
    /// Is no longer answered.
    WriteOnlyAdded,
    /// Can again be sent, or is again answered.
    AccessLoosened,
    /// Any other keyword that says something.
    KeywordChanged,
    /// What a caller must prove.
    SecurityChanged,
    /// An address that is new.
    ServerAdded,
    /// An address that is gone.
    ServerRemoved,
    /// Deprecated now.
    Deprecated,
    /// A description says that something is deprecated or will go; no keyword does.
    EndAnnounced,
    /// Deprecated no longer.
    DeprecationWithdrawn,
    /// Deprecated as before, with other dates.
    DeprecationDated,
    /// A text for people.
    TextChanged,
    /// An example.
    ExampleChanged,
    /// An extension (`x-…`).
    ExtensionChanged,
}

impl Kind {
    /// The name in the output: `operation-added`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }
}

/// What the policy makes of a change, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A caller that was right may be wrong now.
    Breaking,
    /// Somebody was told that something will go.
    Deprecation,
    /// Callers go on as before.
    Compatible,
    /// Only people see it.
    Documentation,
}

impl Class {
    /// All of them, the gravest first.
    pub const ALL: [Class; 4] = [
        Class::Breaking,
        Class::Deprecation,
        Class::Compatible,
        Class::Documentation,
    ];

    /// The name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Class::Breaking => "breaking",
            Class::Deprecation => "deprecation",
            Class::Compatible => "compatible",
            Class::Documentation => "documentation",
        }
    }
}

/// Which way what changed travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Direction {
    /// Callers send it.
    pub request: bool,
    /// The service answers it.
    pub response: bool,
}

impl Direction {
    /// Sent.
    pub const REQUEST: Self = Self {
        request: true,
        response: false,
    };
    /// Answered.
    pub const RESPONSE: Self = Self {
        request: false,
        response: true,
    };

    /// Every way that something can travel, or not.
    pub const ALL: [Self; 4] = [
        Self {
            request: false,
            response: false,
        },
        Self::REQUEST,
        Self::RESPONSE,
        Self {
            request: true,
            response: true,
        },
    ];

    /// Both ways, as far as one of the two says so.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            request: self.request || other.request,
            response: self.response || other.response,
        }
    }

    /// Both ways, as far as both say so; where they have nothing in common, either.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let common = Self {
            request: self.request && other.request,
            response: self.response && other.response,
        };
        if common == Self::default() {
            self.or(other)
        } else {
            common
        }
    }

    /// The name in the output.
    pub fn name(self) -> &'static str {
        match (self.request, self.response) {
            (true, true) => "both",
            (true, false) => "request",
            (false, true) => "response",
            (false, false) => "none",
        }
    }
}

/// A change as it was found, not yet judged.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) kind: Kind,
    /// Where in the old document; `None` for what is new.
    pub(super) old: Option<String>,
    /// Where in the new document; `None` for what is gone.
    pub(super) new: Option<String>,
    /// The keyword, the name or the value that the change is about.
    pub(super) name: Option<String>,
    pub(super) from: Option<Value>,
    pub(super) to: Option<Value>,
    /// For what came or went: whether it must be there.
    pub(super) required: bool,
    /// For a replaced type: which way the other one breaks callers.
    pub(super) breaks: Vec<Direction>,
    /// The listed values that came or went with it.
    pub(super) values: Vec<Value>,
    /// For one more variant, tag, server or way to prove who calls: whether callers go on as before.
    pub(super) appended: bool,
    /// Where it shows, if that is not where it is declared.
    pub(super) shows: Shows,
    /// The named schemas of one document alone through which it was found, the innermost first.
    pub(super) under: Vec<Under>,
}

impl Found {
    pub(super) fn new(kind: Kind, old: Option<&str>, new: Option<&str>) -> Self {
        Self {
            kind,
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
            name: None,
            from: None,
            to: None,
            required: false,
            breaks: Vec::new(),
            values: Vec::new(),
            appended: false,
            shows: Shows::default(),
            under: Vec::new(),
        }
    }

    pub(super) fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    pub(super) fn turned(mut self, from: Option<Value>, to: Option<Value>) -> Self {
        self.from = from;
        self.to = to;
        self
    }

    pub(super) fn required(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    pub(super) fn with(mut self, values: Vec<Value>) -> Self {
        self.values = values;
        self
    }

    /// Whether only people see it.
    pub(super) fn is_prose(&self) -> bool {
        use Kind::{
            Deprecated, DeprecationDated, DeprecationWithdrawn, EndAnnounced, ExampleChanged,
            ExtensionChanged, TextChanged,
        };
        matches!(
            self.kind,
            TextChanged
                | ExampleChanged
                | ExtensionChanged
                | Deprecated
                | EndAnnounced
                | DeprecationDated
                | DeprecationWithdrawn
        )
    }
}

/// What a change is about, taken from its pointer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// `GET /v2/orders`.
    pub operation: Option<String>,
    /// The named schema.
    pub schema: Option<String>,
    /// The way to a property: `legs[].qty`.
    pub property: Option<String>,
    /// The name of the parameter as the document spells it.
    pub parameter: Option<String>,
    /// Where the parameter goes: `query`.
    pub location: Option<String>,
    /// The response code.
    pub response: Option<String>,
    /// The response header.
    pub header: Option<String>,
    /// The media type.
    pub media_type: Option<String>,
    /// Another component: `responses/429`.
    pub component: Option<String>,
}

/// A change with everything that is told about it.
#[derive(Debug, Clone)]
pub struct Change {
    /// What sort of change.
    pub kind: Kind,
    /// What the policy makes of it.
    pub class: Class,
    /// Which way what changed travels.
    pub direction: Direction,
    /// Where in the old document.
    pub old: Option<String>,
    /// Where in the new document.
    pub new: Option<String>,
    /// What it is about.
    pub subject: Subject,
    /// The subject in few words: `Order.qty`.
    pub place: String,
    /// The keyword, the name or the value that came, went or changed.
    pub name: Option<String>,
    /// What it was.
    pub from: Option<Value>,
    /// What it is.
    pub to: Option<Value>,
    /// For what came or went: whether it must be there.
    pub required: bool,
    /// The listed values that came or went with it.
    pub values: Vec<Value>,
    /// One sentence.
    pub text: String,
    /// The rule of the policy.
    pub reason: String,
    /// The operations that it concerns.
    pub operations: BTreeSet<String>,
}
