//! Activity events: their details are told apart by the type and subtype of the event around them.

use std::collections::{BTreeMap, BTreeSet};

use alpaca_trading_gen::types::{
    ActivityEventDetails, ActivityEventV2, ActivityV2DetailTrdExecutionType,
    ActivityV2DetailTrdSide,
};
use serde_json::{Value, json};
use tests::instances::{Generator, Mode};

use crate::{decode, decode_text, digits, some, with, without};

fn event(kind: &str, subtype: Option<&str>, details: Value) -> Value {
    let event = json!({
        "at": "2026-03-04T15:02:03.004005006Z",
        "event_id": "01JNABCDEFGHJKMNPQRSTVWXYZ",
        "activity_type": kind,
        "status": "executed",
        "executed_at": "2026-03-04T15:02:03.004Z",
        "settle_date": "2026-03-05",
        "currency": "USD",
        "net_amount": "-82.60",
        "ref_id": "c0ffee00-1f2e-4d3c-8b4a-59687766f060",
        "details": details
    });
    match subtype {
        Some(subtype) => with(event, json!({"activity_subtype": subtype})),
        None => event,
    }
}

/// The name of the variant, and that of the type in it.
fn shape(details: &ActivityEventDetails) -> String {
    let text = format!("{details:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

fn trade() -> Value {
    json!({
        "asset_id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e10",
        "order_id": "b3f1c0de-52a7-4c11-9d3e-6a7f00c1e001",
        "client_order_id": "rebalance-2031",
        "symbol": "QRST",
        "side": "buy",
        "cum_qty": "2",
        "leaves_qty": "5",
        "order_status": "partially_filled",
        "execution_type": "fill",
        "commission": "0.010"
    })
}

fn cash_dividend() -> Value {
    json!({
        "symbol": "QRST", "cusip": "000000AA0", "cash_payout": "1.10", "entitled_qty": "11",
        "rate": "0.10", "position_date": "2026-03-03", "system_date": "2026-03-04",
        "foreign": "false", "special": "true", "ex_date": "2026-03-02"
    })
}

#[test]
fn a_trade_is_decoded_by_its_type() {
    let event: ActivityEventV2 = decode(&event("TRD", None, trade()));
    assert_eq!(event.at.to_rfc3339(), "2026-03-04T15:02:03.004005006+00:00");
    assert_eq!(digits(event.net_amount), some("-82.60"));
    let ActivityEventDetails::Trade(trade) = event.details else {
        panic!("{:?}", event.details)
    };
    assert_eq!(trade.execution_type, ActivityV2DetailTrdExecutionType::Fill);
    assert_eq!(trade.side, ActivityV2DetailTrdSide::Buy);
    assert_eq!(digits(trade.cum_qty), some("2"));
    assert_eq!(digits(trade.leaves_qty), some("5"));
    assert_eq!(digits(trade.commission), some("0.010"));
}

#[test]
fn a_short_sale_and_a_new_kind_of_execution_are_kept() {
    let body = with(
        trade(),
        json!({"side": "sell_short", "execution_type": "trade_split"}),
    );
    let event: ActivityEventV2 = decode(&event("TRD", None, body));
    let ActivityEventDetails::Trade(trade) = event.details else {
        panic!("{:?}", event.details)
    };
    assert_eq!(trade.side.as_str(), "sell_short");
    assert_eq!(trade.execution_type.as_str(), "trade_split");
}

#[test]
fn dividends_are_told_apart_by_their_subtype() {
    let cash: ActivityEventV2 = decode(&event("DIV", Some("CDIV"), cash_dividend()));
    let ActivityEventDetails::CashDividend(cash) = cash.details else {
        panic!("{:?}", cash.details)
    };
    assert_eq!(digits(cash.cash_payout), some("1.10"));
    assert_eq!(
        (cash.foreign.as_str(), cash.special.as_str()),
        ("false", "true")
    );
    assert_eq!(
        cash.ex_date.map(|date| date.to_string()),
        some("2026-03-02")
    );
    // All that a cash dividend has besides: the subtype decides, not the first shape that fits.
    let both = with(
        cash_dividend(),
        json!({"new_qty": "11.5", "paid_qty": "0.50"}),
    );
    let stock: ActivityEventV2 = decode(&event("DIV", Some("SDIV"), both));
    let ActivityEventDetails::StockDividend(stock) = stock.details else {
        panic!("{:?}", stock.details)
    };
    assert_eq!(digits(stock.paid_qty), some("0.50"));
}

/// Until August 2026 the flags of a dividend were booleans.
#[test]
fn the_flags_of_an_older_dividend_are_booleans() {
    for (kind, subtype) in [("DIV", "CDIV"), ("DIV", "SPD")] {
        let body = with(cash_dividend(), json!({"foreign": false, "special": true}));
        let event: ActivityEventV2 = decode(&event(kind, Some(subtype), body));
        let encoded = serde_json::to_value(&event.details).unwrap();
        assert_eq!(encoded["foreign"], "false", "{subtype}");
        assert_eq!(encoded["special"], "true", "{subtype}");
    }
}

#[test]
fn an_option_event_is_decoded_by_its_type() {
    let details = json!({
        "group_id": "c0ffee00-1f2e-4d3c-8b4a-59687766f061", "system_date": "2026-03-04",
        "contract_symbol": "QRST261218C00045000"
    });
    // Five types share this shape to the letter.
    for (kind, name) in [
        ("OPASN", "OptionAssignment"),
        ("OPCSH", "OptionCashSettlement"),
        ("OPEXC", "OptionExercise"),
        ("OPEXP", "OptionExpiry"),
        ("OPTRD", "OptionTrade"),
    ] {
        let event: ActivityEventV2 = decode(&event(kind, None, details.clone()));
        assert!(
            shape(&event.details).starts_with(&format!("{name}(")),
            "{:?}",
            event.details
        );
    }
}

/// What the types and subtypes mean, said a second time.
#[test]
fn types_and_subtypes_mean_what_they_are_known_to_mean() {
    let spec = tests::spec();
    let mut generator = Generator::new(&spec, 11);
    for (kind, subtype, expected) in [
        ("DIV", "CDIV", "CashDividend(CdivActivityV2"),
        ("DIV", "SDIV", "StockDividend(SdivActivityV2"),
        ("DIV", "SPD", "SubstituteDividend(DivspdActivityV2"),
        ("SPLIT", "FSPLIT", "ForwardSplit(ForwardSplitActivityV2"),
        ("SPLIT", "RSPLIT", "ReverseSplit(ReverseSplitActivityV2"),
        ("SPLIT", "USPLIT", "UnitSplit(UnitSplitActivityV2"),
        ("VOF", "VTND", "TenderOffer(TenderOfferActivityV2"),
        ("OPCA", "DIV.CDIV", "OptionCashDividend(OpcaCdivActivityV2"),
        (
            "OPCA",
            "SPLIT.RSPLIT",
            "OptionReverseSplit(OpcaRsplitActivityV2",
        ),
        ("OPCA", "MA.SCMA", "OptionMerger(OpcaMaActivityV2"),
        ("MA", "SMA", "Merger(MaActivityV2"),
        ("NC", "SNC", "NameChange(NcActivityV2"),
        ("FEE", "TAF", "Fee(FeeActivityV2"),
        ("WH", "", "Withholding(DivwhActivityV2"),
    ] {
        let schema = expected.split('(').nth(1).unwrap();
        let details = generator.instance(schema, Mode::OptionalAbsent);
        let decoded: ActivityEventV2 = decode(&event(kind, Some(subtype), details));
        assert_eq!(shape(&decoded.details), expected, "{kind}/{subtype}");
    }
}

#[test]
fn every_shape_of_details_is_decoded_by_its_tags() {
    let spec = tests::spec();
    let union = &spec["components"]["schemas"]["ActivityEventDetails"];
    let variants = union["x-union"]["variants"].as_array().unwrap();
    assert_eq!(variants.len(), union["oneOf"].as_array().unwrap().len());
    let mut schemas_of_tags: BTreeMap<Vec<&str>, &str> = BTreeMap::new();
    for seed in 0..4 {
        let mut generator = Generator::new(&spec, seed);
        for variant in variants {
            let name = variant["name"].as_str().unwrap();
            let schema = variant["$ref"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap();
            for tags in variant["when"].as_array().unwrap() {
                let tags: Vec<&str> = tags
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter_map(Value::as_str)
                    .collect();
                let taken = *schemas_of_tags.entry(tags.clone()).or_insert(schema);
                assert_eq!(taken, schema, "{tags:?} names two shapes");
                // A type without subtypes is known by itself, whatever the subtype.
                let subtypes = match tags.get(1) {
                    Some(subtype) => vec![Some(*subtype)],
                    None => vec![None, Some("ANY")],
                };
                for subtype in subtypes {
                    let details = generator.instance(schema, Mode::Full);
                    let body = event(tags[0], subtype, details.clone());
                    let decoded: ActivityEventV2 = decode(&body);
                    let expected = format!("{name}({schema}");
                    assert_eq!(shape(&decoded.details), expected, "seed {seed}: {body}");
                    let encoded = serde_json::to_value(&decoded.details).unwrap();
                    let keys = |value: &Value| -> BTreeSet<String> {
                        value.as_object().unwrap().keys().cloned().collect()
                    };
                    assert_eq!(keys(&encoded), keys(&details), "seed {seed}: {body}");
                }
            }
        }
    }
    assert!(
        schemas_of_tags.len() >= variants.len(),
        "{schemas_of_tags:?}"
    );
}

const STRANGE: &str = "{ \"rate\":0.10 ,\"big\": 123456789012345678901234567890.10,\n\"note\" : \"\\u00e9\" , \"rate\":null}";

#[test]
fn details_of_an_unknown_type_are_kept_byte_for_byte() {
    for (kind, subtype, known_as) in [
        ("ZZZ", None, "ZZZ"),
        ("ZZZ", Some("CDIV"), "ZZZ/CDIV"),
        ("DIV", Some("XDIV"), "DIV/XDIV"),
        ("DIV", None, "DIV"),
        ("OPCA", Some("DIV.NEW"), "OPCA/DIV.NEW"),
        ("trd", None, "trd"),
    ] {
        let text = event(kind, subtype, json!("@"))
            .to_string()
            .replace("\"@\"", STRANGE);
        let event: ActivityEventV2 = decode_text(&text);
        let ActivityEventDetails::Unknown(unknown) = &event.details else {
            panic!("{kind}: {:?}", event.details)
        };
        assert_eq!(unknown.json(), STRANGE);
        assert_eq!(unknown.kind(), known_as);
        let encoded = serde_json::to_string(&event).unwrap();
        assert!(encoded.contains(STRANGE), "{encoded}");
        assert_eq!(event.activity_type, kind);
    }
}

/// Rights distributions and redemptions have a shape, but no type is known to announce them.
#[test]
fn a_shape_without_a_type_arrives_as_unknown() {
    let spec = tests::spec();
    for schema in [
        "RightsDistributionActivityV2",
        "FixedIncomeRedemptionActivityV2",
    ] {
        let details = Generator::new(&spec, 5).instance(schema, Mode::Full);
        let event: ActivityEventV2 = decode(&event("RIGHTS", None, details.clone()));
        let ActivityEventDetails::Unknown(unknown) = event.details else {
            panic!("{:?}", event.details)
        };
        assert_eq!(unknown.json(), details.to_string());
        let decoded: Value = unknown.decode().unwrap();
        assert_eq!(decoded, details);
    }
}

#[test]
fn details_of_a_known_type_are_never_guessed() {
    // These details would fit other shapes; as a trade they lack nearly everything.
    let text = event("TRD", None, cash_dividend()).to_string();
    let error = serde_json::from_str::<ActivityEventV2>(&text)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("ActivityV2DetailTrd") && error.contains("missing field"),
        "{error}"
    );
}

#[test]
fn decimals_in_details_keep_every_digit() {
    let text = event(
        "DIV",
        Some("CDIV"),
        with(
            cash_dividend(),
            json!({"cash_payout": "@1", "rate": "@2", "entitled_qty": "@3"}),
        ),
    )
    .to_string()
    .replace("\"@1\"", "123456789012345.123456789")
    .replace("\"@2\"", "8.4177e-06")
    .replace("\"@3\"", "1.10");
    let event: ActivityEventV2 = decode_text(&text);
    let ActivityEventDetails::CashDividend(cash) = event.details else {
        panic!("{:?}", event.details)
    };
    assert_eq!(digits(cash.cash_payout), some("123456789012345.123456789"));
    assert_eq!(digits(cash.rate), some("0.0000084177"));
    assert_eq!(digits(cash.entitled_qty), some("1.10"));
}

#[test]
fn an_event_may_lack_what_is_optional() {
    let bare = without(
        event("JNLC", None, json!({"system_date": "2026-03-04"})),
        &["net_amount"],
    );
    let nulls = with(
        bare.clone(),
        json!({
            "activity_subtype": null, "net_amount": null, "price": null, "qty": null,
            "previous_id": null, "swap_rate": null, "swap_fee_bps": null
        }),
    );
    let blanks = with(bare.clone(), json!({"previous_id": "", "price": ""}));
    let bare: ActivityEventV2 = decode(&bare);
    assert!(
        matches!(bare.details, ActivityEventDetails::CashJournal(_)),
        "{:?}",
        bare.details
    );
    assert_eq!(bare.net_amount, None);
    assert_eq!(bare.previous_id, None);
    assert_eq!(decode::<ActivityEventV2>(&nulls), bare);
    assert_eq!(decode::<ActivityEventV2>(&blanks), bare);
}
