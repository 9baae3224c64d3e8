//! Every operation against every failure: how many attempts, and what follows a success.

use std::time::{Duration, SystemTime};

use alpaca_trading::Idempotency;
use alpaca_trading::test_util::{Reply, Script};
use tests::instances::{Generator, Mode};

use super::classes::{Case, cases};
use super::timeline::{Timeline, always, build};

/// The attempts of the default policy.
const ALL: usize = 4;

/// When a failure is tried again.
#[derive(Clone, Copy, PartialEq)]
enum Repeated {
    /// The service surely did not take the request.
    Always,
    /// It may have.
    UnlessActing,
    /// It did, and said no.
    Never,
}

/// What the next attempt waits for.
#[derive(Clone, Copy)]
enum Wait {
    /// A random time that doubles.
    Own,
    /// At least this long.
    Mandated(Duration),
}

struct Failure {
    name: String,
    reply: Reply,
    repeated: Repeated,
    wait: Wait,
}

fn failure(name: &str, reply: Reply, repeated: Repeated, wait: Wait) -> Failure {
    let name = name.to_owned();
    Failure {
        name,
        reply,
        repeated,
        wait,
    }
}

/// A date of the answer far from any clock, and one some seconds later.
fn dates(later: u64) -> (String, String) {
    let answered = SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000);
    let until = answered + Duration::from_secs(later);
    (
        httpdate::fmt_http_date(answered),
        httpdate::fmt_http_date(until),
    )
}

fn failures() -> Vec<Failure> {
    use Repeated::{Always, Never, UnlessActing};
    let seconds = |count| Wait::Mandated(Duration::from_secs(count));
    let too_many = || Reply::json(429, r#"{"message":"too many requests."}"#);
    let (date, until) = dates(9);
    let reset = (1_500_000_000 + 11).to_string();
    let mut failures = vec![
        failure("refused", Reply::refused(), Always, Wait::Own),
        failure("reset", Reply::reset(), UnlessActing, Wait::Own),
        failure("no answer in time", Reply::hangs(), UnlessActing, Wait::Own),
        failure("429", too_many(), Always, Wait::Own),
        failure(
            "429 in seconds",
            too_many().header("retry-after", "7"),
            Always,
            seconds(7),
        ),
        failure(
            "429 until a date",
            too_many()
                .header("retry-after", &until)
                .header("date", &date),
            Always,
            seconds(9),
        ),
        failure(
            "429 until the reset",
            too_many()
                .header("x-ratelimit-reset", &reset)
                .header("x-ratelimit-remaining", "0")
                .header("date", &date),
            Always,
            seconds(11),
        ),
        failure(
            "503 in seconds",
            Reply::html(503).header("retry-after", "3"),
            UnlessActing,
            seconds(3),
        ),
    ];
    for status in [408, 500, 502, 503, 504] {
        let reply = Reply::html(status);
        failures.push(failure(&status.to_string(), reply, UnlessActing, Wait::Own));
    }
    let refusals = [
        300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411,
        413, 415, 418, 421, 422, 425, 426, 451, 501, 505, 507, 520, 522, 598,
    ];
    for status in refusals {
        // Nor does a wait that nobody asked for make a refusal one that passes.
        let reply = Reply::json(status, "{}").header("retry-after", "1");
        failures.push(failure(&status.to_string(), reply, Never, Wait::Own));
    }
    failures
}

fn expected(repeated: Repeated, class: Idempotency) -> usize {
    match repeated {
        Repeated::Always => ALL,
        Repeated::UnlessActing if class != Idempotency::Acting => ALL,
        Repeated::UnlessActing | Repeated::Never => 1,
    }
}

#[tokio::test(start_paused = true)]
async fn every_operation_is_tried_again_after_every_failure_as_its_class_allows() {
    let cases = cases();
    let mut faults = Vec::new();
    let mut calls = 0;
    for failure in failures() {
        let (client, script, timeline) = always(&failure.reply);
        let mut before = 0;
        for case in &cases {
            calls += 1;
            let outcome = case.run(&client).await;
            let all = script.requests().len();
            let sent = std::mem::replace(&mut before, all);
            let checked = check(&failure, case, &timeline, all - sent);
            if let Err(fault) = checked {
                faults.push(format!("{} after {}: {fault}", case.name, failure.name));
            }
            if outcome.is_ok() {
                faults.push(format!("{} after {} ended well", case.name, failure.name));
            }
        }
    }
    assert!(calls > 72 * 40, "only {calls} calls");
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

fn check(failure: &Failure, case: &Case, timeline: &Timeline, sent: usize) -> Result<(), String> {
    let attempts = timeline.take()?;
    let expected = expected(failure.repeated, case.class);
    if (attempts.len(), sent) != (expected, expected) {
        return Err(format!(
            "{} attempts and {sent} requests instead of {expected}",
            attempts.len()
        ));
    }
    for attempt in &attempts {
        let Some(wait) = attempt.retry_in else {
            continue;
        };
        let (least, most) = match failure.wait {
            Wait::Own => {
                let doubled = Duration::from_millis(250) * 2_u32.pow(attempt.number - 1);
                (Duration::ZERO, doubled.min(Duration::from_secs(8)))
            }
            Wait::Mandated(wait) => (wait, wait + (wait / 10).max(Duration::from_millis(250))),
        };
        if wait < least || wait > most {
            return Err(format!(
                "the wait after attempt {} is {wait:?}, not from {least:?} to {most:?}",
                attempt.number
            ));
        }
    }
    Ok(())
}

/// What is sent again is the same request to the last byte, its `Idempotency-Key` included; and the
/// first success ends it.
#[tokio::test(start_paused = true)]
async fn a_repeated_request_is_the_same_request() {
    let spec = tests::spec();
    let mut repeated = 0;
    for (seed, case) in (0..).zip(cases()) {
        for (failure, always) in [(Reply::html(503), false), (Reply::refused(), true)] {
            if case.class == Idempotency::Acting && !always {
                continue;
            }
            let mut generator = Generator::new(&spec, seed);
            let success = success(&case, &mut generator);
            let script = Script::new().on(
                &case.declared.method,
                &case.pattern(),
                [failure.clone(), failure, success],
            );
            let timeline = Timeline::default();
            let client = build(&script, &timeline, |builder| builder);
            case.run(&client)
                .await
                .unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
            let requests = script.requests();
            assert_eq!(requests.len(), 3, "{}", case.name);
            assert!(
                requests.iter().all(|sent| *sent == requests[0]),
                "{}",
                case.name
            );
            let key = requests[0]
                .headers
                .iter()
                .find(|(name, _)| name == "idempotency-key");
            assert_eq!(
                key.map(|(_, key)| key),
                case.values.parameters.get("Idempotency-Key")
            );
            assert_eq!(timeline.take().expect("a timeline").len(), 3);
            repeated += 1;
        }
    }
    assert!(repeated > 100, "{repeated}");
}

/// An answer of success by the document.
fn success(case: &Case, generator: &mut Generator<'_>) -> Reply {
    match case.declared.reply(generator, Mode::OptionalAbsent) {
        tests::loopback::Reply::Answer {
            status,
            headers,
            body,
        } => {
            let reply = Reply::json(status, String::from_utf8(body).expect("text"));
            let others = headers.iter().filter(|(name, _)| name != "Content-Type");
            others.fold(reply, |reply, (name, value)| reply.header(name, value))
        }
        other => panic!("no plain answer: {other:?}"),
    }
}
