//! Proxies: used when named, found in the environment of the process, and left out when not wanted.

use std::process::{Command, Output};
use std::time::Duration;

use alpaca_trading::{Client, ClientBuilder, RetryPolicy};
use tests::service::{Answer, Service};

use super::{account, builder, client};

/// A host that no resolver knows: only a proxy could reach it.
const ELSEWHERE: &str = "simulator.invalid:8765";

/// Says to a process what kind of client to make, of those below.
const KIND: &str = "KIND_OF_CLIENT_OF_THE_TEST";

#[tokio::test]
async fn a_proxy_that_is_named_gets_the_whole_address() {
    let proxy = Service::start(|_| Answer::json(200, &account())).await;
    let client = builder(format!("http://{ELSEWHERE}"))
        .allow_plain_http()
        .proxy(proxy.url())
        .build()
        .expect("a client");
    client.account().get().await.expect("an account");
    let requests = proxy.take();
    let [request] = requests.as_slice() else {
        panic!("one request, not {requests:?}");
    };
    let target = format!("http://{ELSEWHERE}/v2/account");
    assert_eq!(request.target, target);
    assert_eq!(request.header("host"), [ELSEWHERE]);
}

#[tokio::test]
async fn a_service_on_this_machine_is_asked_itself() {
    let service = Service::start(|_| Answer::json(200, &account())).await;
    for client in [
        client(service.url()),
        builder(service.url()).no_proxy().build().expect("a client"),
    ] {
        client.account().get().await.expect("an account");
        assert_eq!(service.take()[0].target, "/v2/account");
    }
}

/// The kinds of clients, and whether a proxy that the process's environment names is used.
fn kinds() -> Vec<(&'static str, ClientBuilder, bool)> {
    let far = || builder(format!("https://{ELSEWHERE}"));
    let plain = builder(format!("http://{ELSEWHERE}")).allow_plain_http();
    vec![
        ("far", far(), true),
        ("far without a proxy", far().no_proxy(), false),
        ("over plain http", plain, false),
    ]
}

/// What another process does: one call, which cannot succeed.
async fn call(builder: ClientBuilder) {
    let client: Client = builder
        .retry(RetryPolicy::never())
        .attempt_timeout(Duration::from_secs(5))
        .build()
        .expect("a client");
    client.account().get().await.expect_err("nobody there");
}

/// A variable of the environment is set for another process, since this one shares its own with the
/// other tests.
#[tokio::test]
async fn a_proxy_of_the_environment_is_used_unless_it_is_not_wanted() {
    if let Ok(wanted) = std::env::var(KIND) {
        let mut kinds = kinds().into_iter();
        let kind = kinds.find(|(name, ..)| *name == wanted);
        return call(kind.expect("a kind").1).await;
    }
    let proxy = Service::start(|_| Answer::status(502)).await;
    let this = "proxies::a_proxy_of_the_environment_is_used_unless_it_is_not_wanted";
    for (name, _, used) in kinds() {
        let url = proxy.url();
        let run = move || -> std::io::Result<Output> {
            Command::new(std::env::current_exe()?)
                .args(["--exact", this])
                .env(KIND, name)
                .env("HTTP_PROXY", &url)
                .env("http_proxy", &url)
                .env("HTTPS_PROXY", &url)
                .env("https_proxy", &url)
                .env_remove("NO_PROXY")
                .env_remove("no_proxy")
                .env_remove("REQUEST_METHOD")
                .output()
        };
        let output = tokio::task::spawn_blocking(run).await.expect("no panic");
        let output = output.expect("a process");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {said}");
        assert!(said.contains("1 passed"), "{name}: {said}");
        let requests = proxy.take();
        let targets: Vec<_> = requests
            .iter()
            .map(|request| (&*request.method, &*request.target))
            .collect();
        match used {
            true => assert_eq!(targets, [("CONNECT", ELSEWHERE)], "{name}"),
            false => assert_eq!(targets, [], "{name}"),
        }
    }
}
