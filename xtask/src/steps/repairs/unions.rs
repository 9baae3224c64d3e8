//! Types that stand for one of several shapes, and how to tell the shapes apart.
//!
//! The document lists the shapes as `oneOf` or `anyOf` without a discriminator, in open objects
//! whose properties are all optional: every fill matches both branches, and decoding by first
//! match loses data without a word. What tells the shapes apart is a type field, written here as
//! `x-union`; the generated type reads that field first and decodes exactly one shape. A type that
//! nobody knows keeps its whole JSON.
//!
//! ```json
//! {"oneOf": [...], "x-union": {"tagged-by": ["activity_type"], "variants": [
//!     {"name": "Trade", "$ref": "#/components/schemas/TradingActivities", "when": [["FILL"]]}]}}
//! ```
//!
//! `tagged-by` names properties of the object itself, `tagged-by-parent` those of the object around
//! it, and `recognised-by` says that each variant names a key that only it has.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Repair;
use crate::steps::{names, walk};

/// The repairs that give unions their discriminators.
pub const REPAIRS: &[Repair] = &[
    Repair {
        name: "activity_union",
        reason: "every fill matches both branches of an activity",
        apply: activity_union,
        expires: true,
    },
    Repair {
        name: "event_details_union",
        reason: "43 shapes of event details without a discriminator",
        apply: event_details_union,
        expires: true,
    },
    Repair {
        name: "travel_rule_error_union",
        reason: "the errors of the travel rule are told apart by first match",
        apply: travel_rule_error_union,
        expires: true,
    },
];

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn has_component(document: &Value, name: &str) -> bool {
    walk::components(document).is_some_and(|schemas| schemas.contains_key(name))
}

/// Activities are told apart by `activity_type`: `FILL` is a trade, the other listed values are
/// not, and an unlisted value is kept whole. Both list operations return them, one as `anyOf`, one
/// as `oneOf`.
fn activity_union(document: &mut Value) -> usize {
    let (trade, other) = ("TradingActivities", "NonTradeActivities");
    // A document with a type of this name means something else by it.
    if !has_component(document, trade)
        || !has_component(document, other)
        || has_component(document, "AccountActivity")
    {
        return 0;
    }
    let mut count = 0;
    walk::operations_mut(document, |_, _, operation| {
        if let Some(items) =
            operation.pointer_mut("/responses/200/content/application~1json/schema/items")
        {
            let is_union = ["anyOf", "oneOf"].iter().any(|keyword| {
                items
                    .get(keyword)
                    .and_then(Value::as_array)
                    .is_some_and(|branches| {
                        branches.len() == 2
                            && branches.contains(&reference(trade))
                            && branches.contains(&reference(other))
                    })
            });
            if is_union {
                *items = reference("AccountActivity");
                count += 1;
            }
        }
    });
    if count > 0 {
        let listed: Vec<Value> = walk::components(document)
            .and_then(|schemas| schemas.get("ActivityType")?.get("enum")?.as_array())
            .into_iter()
            .flatten()
            .filter(|value| *value != "FILL")
            .map(|value| json!([value]))
            .collect();
        let union = json!({
            "title": "Account activity",
            "description": "One entry of the account's history: a fill, or an event that is not a trade.",
            "oneOf": [reference(trade), reference(other)],
            "x-union": {
                "tagged-by": ["activity_type"],
                "variants": [
                    {"name": "Trade", "$ref": format!("#/components/schemas/{trade}"), "when": [["FILL"]]},
                    {"name": "NonTrade", "$ref": format!("#/components/schemas/{other}"), "when": listed},
                ],
            },
        });
        if let Some(schemas) = walk::components_mut(document) {
            schemas.insert("AccountActivity".to_owned(), union);
        }
    }
    count
}

/// Types, each with its subtypes.
type Tags = &'static [(&'static str, &'static [&'static str])];

/// Which details an event of a type and subtype carries. No subtypes: any subtype.
///
/// Types and subtypes as Alpaca's change log and published clients name them. The details of a
/// rights distribution and of a bond redemption are declared without a type that announces them
/// being known: they have a variant, and arrive as unknown, whole.
const DETAILS: &[(&str, &str, Tags)] = &[
    ("Trade", "ActivityV2DetailTRD", &[("TRD", &[])]),
    ("CashTransferAcats", "AcatcActivityV2", &[("ACATC", &[])]),
    (
        "SecurityTransferAcats",
        "AcatsActivityV2",
        &[("ACATS", &[])],
    ),
    ("CapitalGainDistribution", "CGDActivityV2", &[("CGD", &[])]),
    (
        "CashTransfer",
        "CSWActivityV2",
        &[("CSD", &[]), ("CSW", &[])],
    ),
    (
        "CashDividend",
        "CDIVActivityV2",
        &[("DIV", &["CDIV", "ROC"]), ("DIVROC", &[])],
    ),
    ("StockDividend", "SDIVActivityV2", &[("DIV", &["SDIV"])]),
    (
        "SubstituteDividend",
        "DIVSPDActivityV2",
        &[("DIV", &["SPD"])],
    ),
    ("NonResidentTax", "DIVNRAActivityV2", &[("DIVNRA", &[])]),
    (
        "Withholding",
        "DIVWHActivityV2",
        &[("WH", &[]), ("DIVWH", &[])],
    ),
    ("Fee", "FEEActivityV2", &[("FEE", &[])]),
    ("FreeOfPaymentTransfer", "FOPTActivityV2", &[("FOPT", &[])]),
    (
        "FixedIncomeInterest",
        "FixedIncomeInterestActivityV2",
        &[("INT", &["FI"])],
    ),
    ("CashJournal", "JNLCActivityV2", &[("JNLC", &[])]),
    ("SecurityJournal", "JNLSActivityV2", &[("JNLS", &[])]),
    ("Merger", "MAActivityV2", &[("MA", &[])]),
    ("Memo", "MEMActivityV2", &[("MEM", &[])]),
    ("NameChange", "NCActivityV2", &[("NC", &[])]),
    ("OnChainTransfer", "OCTActivityV2", &[("OCT", &[])]),
    ("OptionAssignment", "OPASNActivityV2", &[("OPASN", &[])]),
    ("OptionCashSettlement", "OPCSHActivityV2", &[("OPCSH", &[])]),
    ("OptionExercise", "OPEXCActivityV2", &[("OPEXC", &[])]),
    ("OptionExpiry", "OPEXPActivityV2", &[("OPEXP", &[])]),
    ("OptionTrade", "OPTRDActivityV2", &[("OPTRD", &[])]),
    ("Reorganization", "REOActivityV2", &[("REO", &[])]),
    ("WorthlessRemoval", "WRMActivityV2", &[("REORG", &["WRM"])]),
    ("Spinoff", "SpinoffActivityV2", &[("SPIN", &[])]),
    (
        "ForwardSplit",
        "ForwardSplitActivityV2",
        &[("SPLIT", &["FSPLIT"])],
    ),
    (
        "ReverseSplit",
        "ReverseSplitActivityV2",
        &[("SPLIT", &["RSPLIT"])],
    ),
    (
        "UnitSplit",
        "UnitSplitActivityV2",
        &[("SPLIT", &["USPLIT"])],
    ),
    (
        "TenderOffer",
        "TenderOfferActivityV2",
        &[("VOF", &["VTND"])],
    ),
    (
        "WarrantExercise",
        "WarrantExerciseElectionActivityV2",
        &[("VOF", &["VWRT"])],
    ),
    (
        "RightsSubscription",
        "RightsSubscriptionElectionActivityV2",
        &[("VOF", &["VRGT"])],
    ),
    (
        "ExchangeOffer",
        "ExchangeOfferActivityV2",
        &[("VOF", &["VEXH"])],
    ),
    (
        "OptionCashDividend",
        "OpcaCDIVActivityV2",
        &[("OPCA", &["DIV.CDIV", "DIV.ROC"])],
    ),
    (
        "OptionStockDividend",
        "OpcaSDIVActivityV2",
        &[("OPCA", &["DIV.SDIV"])],
    ),
    (
        "OptionMerger",
        "OpcaMAActivityV2",
        &[("OPCA", &["MA.CMA", "MA.SMA", "MA.SCMA"])],
    ),
    (
        "OptionNameChange",
        "OpcaNCActivityV2",
        &[("OPCA", &["NC.CNC", "NC.SNC", "NC.SCNC"])],
    ),
    (
        "OptionSpinoff",
        "OpcaSPINActivityV2",
        &[("OPCA", &["SPIN"])],
    ),
    (
        "OptionForwardSplit",
        "OpcaFSPLITActivityV2",
        &[("OPCA", &["SPLIT.FSPLIT"])],
    ),
    (
        "OptionReverseSplit",
        "OpcaRSPLITActivityV2",
        &[("OPCA", &["SPLIT.RSPLIT"])],
    ),
    (
        "OptionUnitSplit",
        "OpcaUSPLITActivityV2",
        &[("OPCA", &["SPLIT.USPLIT"])],
    ),
    ("RightsDistribution", "RightsDistributionActivityV2", &[]),
    (
        "FixedIncomeRedemption",
        "FixedIncomeRedemptionActivityV2",
        &[],
    ),
];

/// Event details are told apart by `activity_type` and `activity_subtype` of the event around
/// them. Branches that this table does not know become variants without tags, so that a document
/// with a new one still generates; the count of branches is what the report shows.
fn event_details_union(document: &mut Value) -> usize {
    const UNION: &str = "ActivityEventDetails";
    if has_component(document, UNION) {
        return 0;
    }
    let mut branches = BTreeSet::new();
    for nested in ["ActivityV2DetailNTA", "ActivityV2DetailTRD"] {
        let Some(schema) = walk::components(document).and_then(|schemas| schemas.get(nested))
        else {
            return 0;
        };
        match schema.get("oneOf").and_then(Value::as_array) {
            Some(list) => branches.extend(
                list.iter()
                    .filter_map(|branch| branch.get("$ref")?.as_str())
                    .filter_map(|reference| Some(walk::component_of(reference)?.1)),
            ),
            None => {
                branches.insert(nested.to_owned());
            }
        }
    }
    let Some(details) = event_details(document) else {
        return 0;
    };
    *details = reference(UNION);
    let variants: Vec<Value> = branches
        .iter()
        .map(|branch| {
            let known = DETAILS.iter().find(|(_, schema, _)| schema == branch);
            let name =
                known.map_or_else(|| names::pascal(branch), |(name, _, _)| (*name).to_owned());
            let when: Vec<Value> = known
                .into_iter()
                .flat_map(|(_, _, tags)| tags.iter())
                .flat_map(|(kind, subtypes)| match subtypes {
                    [] => vec![json!([kind])],
                    list => list.iter().map(|subtype| json!([kind, subtype])).collect(),
                })
                .collect();
            json!({"name": name, "$ref": format!("#/components/schemas/{branch}"), "when": when})
        })
        .collect();
    let union = json!({
        "title": "Event details",
        "description": "What is particular to one type of activity event.",
        "oneOf": branches.iter().map(|branch| reference(branch)).collect::<Vec<_>>(),
        "x-union": {
            "tagged-by-parent": ["activity_type", "activity_subtype"],
            "variants": variants,
        },
    });
    if let Some(schemas) = walk::components_mut(document) {
        schemas.insert(UNION.to_owned(), union);
    }
    branches.len()
}

/// The `details` property of the event, wherever the parts of its `allOf` put it.
fn event_details(document: &mut Value) -> Option<&mut Value> {
    document
        .pointer_mut("/components/schemas/ActivityEventV2/allOf")?
        .as_array_mut()?
        .iter_mut()
        .find_map(|branch| branch.get_mut("properties")?.get_mut("details"))
        .filter(|details| details.get("oneOf").is_some())
}

/// A travel rule error either explains what information is missing, with an `error_code`, or is a
/// plain message.
fn travel_rule_error_union(document: &mut Value) -> usize {
    let (validation, plain) = ("TravelRuleValidationError", "WalletError");
    let Some(union) = walk::components_mut(document)
        .and_then(|schemas| schemas.get_mut("TravelRuleErrorResponse"))
        .filter(|union| {
            union.get("oneOf") == Some(&json!([reference(validation), reference(plain)]))
                && union.get("x-union").is_none()
        })
        .and_then(Value::as_object_mut)
    else {
        return 0;
    };
    union.insert("x-union".to_owned(), json!({
        "recognised-by": "key",
        "variants": [
            {"name": "Validation", "$ref": format!("#/components/schemas/{validation}"), "key": "error_code"},
            {"name": "Other", "$ref": format!("#/components/schemas/{plain}"), "key": "message"},
        ],
    }));
    1
}

/// The body of one item of a bulk answer: an order has an `id`, an error a `message`.
pub fn add_order_or_error(document: &mut Value) {
    let error_exists = has_component(document, "Error");
    let Some(schemas) = walk::components_mut(document) else {
        return;
    };
    if !error_exists {
        schemas.insert("Error".to_owned(), json!({
            "type": "object",
            "description": "Why a request was refused.",
            "required": ["message"],
            "properties": {
                "code": {"type": "integer", "format": "int64", "description": "Alpaca's code: the HTTP status times 100000 plus a number."},
                "message": {"type": "string", "description": "The reason in words."},
            },
        }));
    }
    schemas.entry("OrderOrError").or_insert_with(|| json!({
        "title": "Order or error",
        "description": "Outcome of one item of a bulk request: the order that was placed or cancelled, or the error that prevented it.",
        "oneOf": [reference("Order"), reference("Error")],
        "x-union": {
            "recognised-by": "key",
            "variants": [
                {"name": "Order", "$ref": "#/components/schemas/Order", "key": "id"},
                {"name": "Error", "$ref": "#/components/schemas/Error", "key": "message"},
            ],
        },
    }));
}
