//! Every operation on the wire: what the generated client sends is what the document declares.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use alpaca_trading_gen::{
    BoxFuture, Client, Error, Inner, Middleware, OPERATIONS, Operation, SendError, reqwest,
};
use tests::expectation::{Declared, HOSTILE, operations};
use tests::generated::{CALLS, Call, Outcome, Values};
use tests::instances::{Generator, Mode};
use tests::loopback::{Loopback, Recorded, Reply};

/// The seeds of the values that every operation is called with.
const SEEDS: std::ops::Range<u64> = 0..16;

/// Notes the operations that it is handed.
#[derive(Clone, Default)]
struct Witness(Arc<Mutex<Vec<&'static Operation>>>);

impl Middleware for Witness {
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        request: reqwest::Request,
        operation: &'static Operation,
    ) -> BoxFuture<'a, Result<reqwest::Response, SendError>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(operation);
        Box::pin(async move { Ok(http.execute(request).await?) })
    }
}

/// A server that answers with what was queued, and a client of it.
struct Stage {
    server: Loopback,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    client: Client,
    witness: Witness,
    prefix: String,
}

impl Stage {
    /// `suffix` stands after the address in the base URL.
    async fn new(suffix: &str) -> Self {
        let replies = Arc::new(Mutex::new(VecDeque::new()));
        let queue = Arc::clone(&replies);
        let server = Loopback::start(move |_| {
            queue
                .lock()
                .unwrap()
                .pop_front()
                .unwrap_or_else(|| Reply::status(500))
        })
        .await;
        let witness = Witness::default();
        let base = server.url() + suffix;
        let client = Client::with_middleware(&base, tests::http(), witness.clone());
        Self {
            server,
            replies,
            client,
            witness,
            prefix: suffix.trim_end_matches('/').to_owned(),
        }
    }

    /// Makes one call and returns it with all that arrived.
    async fn call(
        &self,
        call: fn(Client, Values) -> BoxFuture<'static, Outcome>,
        values: &Values,
        reply: Reply,
    ) -> (Outcome, Vec<Recorded>) {
        *self.replies.lock().unwrap() = VecDeque::from([reply]);
        self.witness.0.lock().unwrap().clear();
        let outcome = call(self.client.clone(), values.clone()).await;
        (outcome, self.server.take())
    }

    /// Makes one call that must arrive as declared and come to a good end.
    async fn expect(
        &self,
        declared: &Declared,
        call: fn(Client, Values) -> BoxFuture<'static, Outcome>,
        values: &Values,
        reply: Reply,
    ) -> Result<(), String> {
        let sent = format!("{reply:?}");
        let (outcome, requests) = self.call(call, values, reply).await;
        let [request] = &requests[..] else {
            return Err(format!(
                "{} requests instead of one: {outcome:?}",
                requests.len()
            ));
        };
        declared.check(&self.prefix, request, values)?;
        outcome.map_err(|error| format!("{error:?} for {sent}"))?;
        let seen = std::mem::take(&mut *self.witness.0.lock().unwrap());
        let [operation] = &seen[..] else {
            return Err(format!("the middleware was asked {} times", seen.len()));
        };
        let named = (operation.id, operation.method, operation.path);
        if named
            != (
                declared.id.as_str(),
                declared.method.as_str(),
                declared.path.as_str(),
            )
        {
            return Err(format!("the middleware was handed {named:?}"));
        }
        Ok(())
    }
}

/// Every operation with the generated call of the same name.
fn all(operations: &[Declared]) -> impl Iterator<Item = (&Declared, &'static Call)> {
    operations
        .iter()
        .map(|declared| (declared, Call::of(&declared.id)))
}

/// A seed of its own for each operation.
fn seed(seed: u64, place: usize) -> u64 {
    seed * 1_000 + place as u64
}

#[test]
fn the_document_has_72_operations_and_so_has_the_client() {
    let declared = operations(&tests::spec());
    assert_eq!(declared.len(), 72);
    assert_eq!(CALLS.len(), 72);
    assert_eq!(OPERATIONS.len(), 72);
}

#[test]
fn the_table_of_operations_is_that_of_the_document() {
    let mut declared = operations(&tests::spec());
    declared.sort_by(|one, other| one.id.cmp(&other.id));
    for (declared, operation) in declared.iter().zip(OPERATIONS) {
        assert_eq!(operation.id, declared.id);
        assert_eq!(
            operation.document_id, declared.document_id,
            "{}",
            declared.id
        );
        assert_eq!(operation.method, declared.method, "{}", declared.id);
        assert_eq!(operation.path, declared.path, "{}", declared.id);
        assert_eq!(operation.tag, declared.tag, "{}", declared.id);
        assert_eq!(operation.deprecated, declared.deprecated, "{}", declared.id);
        assert_eq!(Operation::find(&declared.id), Some(operation));
    }
    assert!(OPERATIONS.is_sorted_by(|one, other| one.id < other.id));
    assert_eq!(Operation::find("no_such_operation"), None);
}

#[tokio::test]
async fn every_operation_sends_what_is_declared_and_reads_what_is_answered() {
    let spec = tests::spec();
    let stage = Stage::new("").await;
    let mut faults = Vec::new();
    for (place, (declared, call)) in all(&operations(&spec)).enumerate() {
        for seed in SEEDS.map(|part| seed(part, place)) {
            for (set, is_all, function, mode) in [
                ("all", true, call.all, Mode::Full),
                ("all", true, call.all, Mode::Random),
                ("required", false, call.required, Mode::OptionalAbsent),
                ("required", false, call.required, Mode::OptionalNull),
            ] {
                let mut generator = Generator::new(&spec, seed);
                let values = declared.sample(&mut generator, is_all, mode);
                let reply = declared.reply(&mut generator, mode);
                if let Err(fault) = stage.expect(declared, function, &values, reply).await {
                    faults.push(format!(
                        "{}, {set}, {mode:?}, seed {seed}: {fault}",
                        declared.id
                    ));
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[tokio::test]
async fn a_path_parameter_of_any_text_stays_one_segment() {
    let spec = tests::spec();
    let stage = Stage::new("").await;
    let mut parameters = 0;
    let mut faults = Vec::new();
    for (place, (declared, call)) in all(&operations(&spec)).enumerate() {
        for parameter in declared.free_path_parameters() {
            parameters += 1;
            for text in HOSTILE {
                let seed = seed(0, place);
                let mut generator = Generator::new(&spec, seed);
                let mut values = declared.sample(&mut generator, false, Mode::OptionalAbsent);
                values
                    .parameters
                    .insert(parameter.name.clone(), (*text).to_owned());
                let reply = declared.reply(&mut generator, Mode::OptionalAbsent);
                if let Err(fault) = stage.expect(declared, call.required, &values, reply).await {
                    faults.push(format!("{}, `{text}`, seed {seed}: {fault}", declared.id));
                }
            }
        }
    }
    assert!(
        parameters > 10,
        "only {parameters} path parameters take any text"
    );
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[tokio::test]
async fn a_path_parameter_that_would_change_the_path_is_not_sent() {
    let spec = tests::spec();
    for suffix in ["", "/proxy/"] {
        let stage = Stage::new(suffix).await;
        for (declared, call) in all(&operations(&spec)) {
            for parameter in declared.free_path_parameters() {
                for text in ["", ".", ".."] {
                    let mut generator = Generator::new(&spec, 0);
                    let mut values = declared.sample(&mut generator, false, Mode::OptionalAbsent);
                    values
                        .parameters
                        .insert(parameter.name.clone(), text.to_owned());
                    let (outcome, requests) =
                        stage.call(call.required, &values, Reply::status(500)).await;
                    let named = format!("{} with {} `{text}`", declared.id, parameter.name);
                    assert!(requests.is_empty(), "{named} was sent as {requests:?}");
                    assert!(
                        matches!(&outcome, Err(Error::InvalidRequest(why)) if why.contains(&declared.id)),
                        "{named}: {outcome:?}",
                    );
                }
            }
        }
    }
}

/// A URL takes a backslash for a slash. Whether it is escaped or refused, it must not become one.
#[tokio::test]
async fn a_backslash_does_not_become_a_slash() {
    let spec = tests::spec();
    let stage = Stage::new("").await;
    let mut faults = Vec::new();
    for (declared, call) in all(&operations(&spec)) {
        for parameter in declared.free_path_parameters() {
            for text in ["\\", "BTC\\USD", "..\\orders", "\\..\\account"] {
                let mut generator = Generator::new(&spec, 0);
                let mut values = declared.sample(&mut generator, false, Mode::OptionalAbsent);
                values
                    .parameters
                    .insert(parameter.name.clone(), text.to_owned());
                let reply = declared.reply(&mut generator, Mode::OptionalAbsent);
                let (outcome, requests) = stage.call(call.required, &values, reply).await;
                let named = format!("{} with {} `{text}`", declared.id, parameter.name);
                match (&requests[..], &outcome) {
                    ([], Err(Error::InvalidRequest(_))) => {}
                    ([request], Ok(())) => {
                        let fault = declared.check("", request, &values).err();
                        faults.extend(fault.map(|fault| format!("{named}: {fault}")));
                    }
                    _ => faults.push(format!("{named}: {outcome:?} after {requests:?}")),
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[tokio::test]
async fn the_path_of_the_base_url_stands_before_that_of_every_operation() {
    let spec = tests::spec();
    for suffix in ["/", "/proxy", "/proxy/", "/proxy/v2", "/a%20b/~c/"] {
        let stage = Stage::new(suffix).await;
        for (place, (declared, call)) in all(&operations(&spec)).enumerate() {
            let seed = seed(1, place);
            let mut generator = Generator::new(&spec, seed);
            let values = declared.sample(&mut generator, true, Mode::Full);
            let reply = declared.reply(&mut generator, Mode::Full);
            if let Err(fault) = stage.expect(declared, call.all, &values, reply).await {
                panic!("{} below {suffix}, seed {seed}: {fault}", declared.id);
            }
        }
    }
}

#[tokio::test]
async fn the_colon_of_a_path_is_sent_as_it_is() {
    let stage = Stage::new("").await;
    stage.replies.lock().unwrap().push_back(Reply::status(404));
    let client = Client::with_inner(&stage.server.url(), tests::http(), Inner::default());
    let call = client
        .get_order_by_client_order_id()
        .client_order_id("a:b/c d")
        .send();
    assert!(matches!(call.await, Err(Error::UnexpectedResponse(_))));
    let requests = stage.server.take();
    assert_eq!(requests[0].path(), "/v2/orders:by_client_order_id");
    assert_eq!(requests[0].query(), Some("client_order_id=a%3Ab%2Fc+d"));
}

#[tokio::test]
async fn a_comma_list_is_one_parameter_and_an_empty_one_is_none() {
    let stage = Stage::new("").await;
    for (kinds, query) in [("FILL,DIV", Some("activity_types=FILL%2CDIV")), ("", None)] {
        stage
            .replies
            .lock()
            .unwrap()
            .push_back(Reply::json(200, "[]"));
        stage
            .client
            .list_account_activities()
            .activity_types(kinds)
            .send()
            .await
            .unwrap();
        assert_eq!(stage.server.take()[0].query(), query);
    }
}

#[tokio::test]
async fn a_body_that_nobody_fills_is_an_empty_object() {
    let stage = Stage::new("").await;
    stage
        .replies
        .lock()
        .unwrap()
        .push_back(Reply::json(200, "{}"));
    stage
        .client
        .update_account_configurations()
        .send()
        .await
        .unwrap();
    assert_eq!(stage.server.take()[0].body, b"{}");
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_refused() {
    let stage = Stage::new("").await;
    let call = Call::of("create_locate");
    let body = Generator::new(&tests::spec(), 0).instance("CreateLocateRequest", Mode::Full);
    for text in ["line\nbreak", "nul\0", "k\r\nX-Injected: 1"] {
        let parameters = [("Idempotency-Key".to_owned(), text.to_owned())].into();
        let values = Values {
            parameters,
            body: body.to_string(),
        };
        let (outcome, requests) = stage.call(call.all, &values, Reply::status(500)).await;
        assert!(
            matches!(outcome, Err(Error::InvalidRequest(_))),
            "{text:?}: {outcome:?}"
        );
        assert_eq!(requests, []);
    }
}

/// What a URL writes differently from how it was given is the same base.
#[tokio::test]
async fn a_base_url_need_not_be_in_its_normal_form() {
    for (suffix, prefix) in [
        ("/my proxy", "/my%20proxy"),
        ("/zür", "/z%C3%BCr"),
        ("/a/../b/", "/b"),
        ("//", ""),
    ] {
        let stage = Stage::new(suffix).await;
        let (outcome, requests) = stage
            .call(
                Call::of("get_clock").all,
                &Values::default(),
                Reply::json(200, "{}"),
            )
            .await;
        assert_eq!(requests.len(), 1, "{suffix}: {outcome:?}");
        assert_eq!(requests[0].path(), format!("{prefix}/v2/clock"));
    }
}
