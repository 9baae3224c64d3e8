//! Announcements of corporate actions: types in lower case, and fields without a value.

use alpaca_trading_gen::types::{CorporateActionCaType, CorporateAnnouncement};
use serde_json::{Value, json};

use crate::wire::exchange;
use crate::{decode, digits, some, with, without};

fn announcement() -> Value {
    json!({
        "id": "c0ffee00-1f2e-4d3c-8b4a-59687766f010",
        "corporate_action_id": "000000AA0_AD26",
        "ca_type": "Dividend",
        "ca_sub_type": "cash",
        "initiating_symbol": "QRST",
        "initiating_original_cusip": "000000AA0",
        "target_symbol": "QRST",
        "target_original_cusip": "000000AA0",
        "declaration_date": "2026-02-10",
        "effective_date": "2026-03-20",
        "ex_date": "2026-03-05",
        "record_date": "2026-03-06",
        "payable_date": "2026-03-20",
        "cash": "0.2150",
        "old_rate": "1",
        "new_rate": "1"
    })
}

#[test]
fn the_type_of_an_announcement_comes_in_lower_case() {
    let lower: CorporateAnnouncement =
        decode(&with(announcement(), json!({"ca_type": "dividend"})));
    let kind = lower.ca_type.expect("a type");
    assert_eq!(kind.as_str(), "dividend");
    assert_eq!(serde_json::to_string(&kind).unwrap(), "\"dividend\"");
    let declared: CorporateAnnouncement = decode(&announcement());
    assert_eq!(declared.ca_type, Some(CorporateActionCaType::Dividend));
}

#[test]
fn an_announcement_may_have_neither_target_nor_dates() {
    let open = [
        "target_symbol",
        "target_original_cusip",
        "declaration_date",
        "ex_date",
        "record_date",
    ];
    let nulls: Value = open
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    for body in [with(announcement(), nulls), without(announcement(), &open)] {
        let open: CorporateAnnouncement = decode(&body);
        assert_eq!(open.target_symbol, None);
        assert_eq!(open.target_original_cusip, None);
        assert_eq!(open.declaration_date, None);
        assert_eq!(open.ex_date, None);
        assert_eq!(open.record_date, None);
        assert_eq!(
            open.payable_date.map(|date| date.to_string()),
            some("2026-03-20")
        );
        assert_eq!(digits(open.cash), some("0.2150"));
    }
    let complete: CorporateAnnouncement = decode(&announcement());
    assert_eq!(complete.target_symbol.as_deref(), Some("QRST"));
    assert_eq!(
        complete.ex_date.map(|date| date.to_string()),
        some("2026-03-05")
    );
}

#[tokio::test]
#[allow(
    deprecated,
    reason = "deprecated operations keep working for those who use them"
)]
async fn one_announcement_and_a_list_of_them_read_alike() {
    let body = with(
        announcement(),
        json!({"ca_type": "dividend", "ex_date": null}),
    );
    let (list, _) = exchange(200, &json!([body]).to_string(), async |client| {
        client
            .list_corporate_action_announcements()
            .ca_types("Dividend")
            .since("2026-02-01")
            .until("2026-03-01")
            .send()
            .await
    })
    .await;
    let list = list.expect("a list").into_inner();
    let (one, request) = exchange(200, &body.to_string(), async |client| {
        let id = "c0ffee00-1f2e-4d3c-8b4a-59687766f010";
        client
            .get_corporate_action_announcement()
            .id(id)
            .send()
            .await
    })
    .await;
    assert_eq!(
        request.line,
        "GET /v2/corporate_actions/announcements/c0ffee00-1f2e-4d3c-8b4a-59687766f010"
    );
    let one = one.expect("an announcement").into_inner();
    assert_eq!(list, [one]);
    assert_eq!(list[0].ca_type, Some("dividend".into()));
}
