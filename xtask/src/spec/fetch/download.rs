//! One answer, bounded in size, time and redirects.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{ACCEPT, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, LOCATION};
use reqwest::{Client, StatusCode, Url};

use crate::document::{MAX_BYTES, shown};

/// What a download may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Most bytes of a body.
    pub(super) bytes: u64,
    /// Longest time from the first connection to the last byte.
    pub(super) time: Duration,
    /// Most redirects.
    pub(super) redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: MAX_BYTES,
            time: Duration::from_secs(120),
            redirects: 5,
        }
    }
}

/// A tag that is longer is not sent back.
const LONGEST_TAG: usize = 1_000;

/// What came of it.
#[derive(Debug)]
pub(super) enum Download {
    /// A whole body.
    Body(Body),
    /// The content is that of the tag.
    NotModified,
}

/// A body that came to its end.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    /// The address that answered, after redirects, as it is shown.
    pub(super) address: String,
    pub(super) etag: Option<String>,
}

/// Downloads what is at `url`, unless it still has the tag `etag`.
///
/// # Errors
///
/// Names the address that failed, and why.
pub(super) fn download(url: &str, etag: Option<&str>, limits: &Limits) -> Result<Download, String> {
    let start = parse(url)?;
    may_ask(&start, None)?;
    let name = masked(&start);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime to download with: {error}"))?;
    runtime.block_on(async {
        tokio::time::timeout(limits.time, follow(start, etag, limits))
            .await
            .unwrap_or_else(|_| {
                Err(format!(
                    "{name}: the answer had not come to its end after {} seconds",
                    limits.time.as_secs_f32()
                ))
            })
    })
}

/// The address that `url` writes.
///
/// # Errors
///
/// What it is instead, without its query.
pub(super) fn parse(url: &str) -> Result<Url, String> {
    let plain = || shown(url.split(['?', '#']).next().unwrap_or_default());
    Url::parse(url).map_err(|error| format!("{}: {error}", plain()))
}

/// The address as it may be shown and recorded. The query of a signed address is a key to what it names,
/// so the names in it stay and their values go.
pub(super) fn masked(url: &Url) -> String {
    let plain = url.as_str().split(['?', '#']).next().unwrap_or_default();
    let Some(query) = url.query() else {
        return plain.to_owned();
    };
    let names: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) => format!("{name}=…"),
            None => "…".to_owned(),
        })
        .collect();
    format!("{plain}?{}", names.join("&"))
}

/// Whether `url` may be asked: keys and code follow from what it answers, so nobody on the way may
/// change it.
fn may_ask(url: &Url, from: Option<&Url>) -> Result<(), String> {
    if !url.username().is_empty() || url.password().is_some() {
        // Not shown: it holds a password.
        return Err(
            "an address with a user or a password is not asked, for it would be recorded"
                .to_owned(),
        );
    }
    let downgraded = from.is_some_and(|from| from.scheme() == "https");
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) && !downgraded => Ok(()),
        _ => Err(format!(
            "{}: is asked by https alone, or by http on this machine",
            masked(url)
        )),
    }
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    })
}

async fn follow(start: Url, etag: Option<&str>, limits: &Limits) -> Result<Download, String> {
    let mut url = start;
    for _ in 0..=limits.redirects {
        let mut answer = ask(&url, etag).await?;
        let name = masked(&url);
        let status = answer.status();
        if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            let target = answer
                .headers()
                .get(LOCATION)
                .and_then(|location| location.to_str().ok())
                .and_then(|location| url.join(location).ok())
                .ok_or_else(|| format!("{name}: {status} without an address to go to"))?;
            may_ask(&target, Some(&url)).map_err(|why| format!("{name}: {status}: {why}"))?;
            url = target;
            continue;
        }
        if status == StatusCode::NOT_MODIFIED && etag.is_some() {
            return Ok(Download::NotModified);
        }
        if status != StatusCode::OK {
            return Err(format!("{name}: the answer is {status}"));
        }
        let etag = answer
            .headers()
            .get(ETAG)
            .and_then(|tag| tag.to_str().ok())
            .filter(|tag| tag.len() <= LONGEST_TAG)
            .map(str::to_owned);
        let bytes = whole(&url, &mut answer, limits).await?;
        return Ok(Download::Body(Body {
            bytes,
            address: name,
            etag,
        }));
    }
    Err(format!(
        "{}: more than {} redirects lead here",
        masked(&url),
        limits.redirects
    ))
}

async fn ask(url: &Url, etag: Option<&str>) -> Result<reqwest::Response, String> {
    let failed = |error: &dyn std::error::Error| format!("{}: {}", masked(url), causes(error));
    // The HTTP client takes the process's cryptography. A second attempt to install finds the first.
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let mut headers = HeaderMap::new();
    headers.insert(
        ACCEPT,
        HeaderValue::from_static("application/json, application/yaml, */*;q=0.5"),
    );
    if let Some(tag) = etag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
        headers.insert(IF_NONE_MATCH, tag);
    }
    let mut client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("alpaca-trading-xtask")
        .connect_timeout(Duration::from_secs(20))
        .default_headers(headers);
    if is_loopback(url) {
        // A proxy would look for it on its own machine.
        client = client.no_proxy();
    }
    let client = client.build().map_err(|error| failed(&error))?;
    client
        .get(url.clone())
        .send()
        .await
        .map_err(|error| failed(&error.without_url()))
}

/// The body to its end.
async fn whole(
    url: &Url,
    answer: &mut reqwest::Response,
    limits: &Limits,
) -> Result<Vec<u8>, String> {
    let name = masked(url);
    let too_large = || {
        format!(
            "{name}: the body is larger than {} bytes, which is more than is read",
            limits.bytes
        )
    };
    if answer
        .content_length()
        .is_some_and(|length| length > limits.bytes)
    {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) => {
                return Err(format!(
                    "{name}: the body broke off after {} bytes: {}",
                    bytes.len(),
                    causes(&error.without_url())
                ));
            }
        }
        if bytes.len() as u64 > limits.bytes {
            return Err(too_large());
        }
    }
}

/// An error with what caused it, on one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
