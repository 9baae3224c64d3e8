//! Reading the bodies of answers.
//!
//! The generated code hands every successful answer to this module instead of progenitor's own
//! reader, for three things: an error names the field that does not decode, a list may be null, and
//! a body may be missing where the service is known to leave it out.

use bytes::{Bytes, BytesMut};
use progenitor_client::{Error, ResponseValue};
use serde::de::{DeserializeOwned, Error as _};

use crate::WholeBody;
use crate::decimal::RAW;

/// At most this much of the body of a successful answer is read: 64 MiB. The largest known, the list
/// of all assets, has about ten.
pub const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Reads a JSON text; an error says which field it is about.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text).map_err(|plain| {
        // Following the path costs time, so it is done only now that there is something to tell.
        match serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_str(
            text,
        )) {
            Err(error) if error.path().iter().len() > 0 => {
                let path = error.path().to_string();
                // How a decimal is read is no part of its place.
                let path = path.strip_suffix(&format!(".{RAW}")).unwrap_or(&path);
                serde_json::Error::custom(format_args!("{path}: {}", error.inner()))
            }
            _ => plain,
        }
    })
}

fn read_bytes<T: DeserializeOwned>(body: &Bytes) -> Result<T, serde_json::Error> {
    // One check of the whole body, so that the parser need not check each string.
    match std::str::from_utf8(body) {
        Ok(text) => read(text),
        Err(error) => Err(serde_json::Error::custom(format_args!(
            "the body is not UTF-8: {error}"
        ))),
    }
}

/// What to make of a body that is empty.
#[derive(Clone, Copy)]
enum Empty {
    Refuse,
    /// The service leaves the body out when there is nothing to say.
    Nothing,
}

async fn finish<T: DeserializeOwned, E>(
    mut response: reqwest::Response,
    empty: Empty,
    decode: impl Fn(&Bytes) -> Result<T, serde_json::Error>,
) -> Result<ResponseValue<T>, Error<E>> {
    let status = response.status();
    // Nobody looks at the rest of the response any more.
    let headers = std::mem::take(response.headers_mut());
    let body = match response.extensions_mut().remove::<WholeBody>() {
        Some(WholeBody(body)) => body,
        None => whole_body(&mut response).await?,
    };
    let is_empty = matches!(body.trim_ascii(), b"" | b"null");
    let value = match empty {
        Empty::Nothing if is_empty => read("null").or_else(|_| read("{}")),
        _ => decode(&body),
    };
    match value {
        Ok(value) => Ok(ResponseValue::new(value, status, headers)),
        Err(error) => Err(Error::InvalidResponsePayload(body, error)),
    }
}

/// Reads the body; one that comes in a single piece is not copied.
async fn whole_body<E>(response: &mut reqwest::Response) -> Result<Bytes, Error<E>> {
    let mut body = Bytes::new();
    let mut grown = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Error::ResponseBodyError)? {
        let length = body.len().max(grown.len()) + chunk.len();
        if length > BODY_LIMIT {
            let status = response.status();
            return Err(Error::Custom(format!(
                "the body of the answer ({status}) is longer than {BODY_LIMIT} bytes"
            )));
        }
        if body.is_empty() {
            body = chunk;
            continue;
        }
        if grown.is_empty() {
            grown.extend_from_slice(&body);
        }
        grown.extend_from_slice(&chunk);
    }
    Ok(if grown.is_empty() {
        body
    } else {
        grown.freeze()
    })
}

/// Decodes an answer whose body is one value.
pub(crate) async fn decode<T: DeserializeOwned, E>(
    response: reqwest::Response,
) -> Result<ResponseValue<T>, Error<E>> {
    finish(response, Empty::Refuse, read_bytes).await
}

/// Decodes an answer whose body is a list, or null for an empty one.
pub(crate) async fn decode_list<T: DeserializeOwned, E>(
    response: reqwest::Response,
) -> Result<ResponseValue<Vec<T>>, Error<E>> {
    finish(response, Empty::Refuse, |body| {
        read_bytes::<Option<Vec<T>>>(body).map(Option::unwrap_or_default)
    })
    .await
}

/// Decodes an answer whose body may be left out.
pub(crate) async fn decode_or_empty<T: DeserializeOwned, E>(
    response: reqwest::Response,
) -> Result<ResponseValue<T>, Error<E>> {
    finish(response, Empty::Nothing, read_bytes).await
}
