//! Keys, in every form that the service takes.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::streams::Keys;
use crate::world::World;
use crate::world::account::AccountIx;

/// The keys of a request: the pair of headers, or `Authorization` with a pair or a token.
pub(crate) fn presented(headers: &HeaderMap) -> Option<Keys> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let (Some(key), Some(secret)) = (text("apca-api-key-id"), text("apca-api-secret-key")) {
        return Some(Keys::Pair {
            key: key.to_owned(),
            secret: secret.to_owned(),
        });
    }
    let (scheme, value) = text("authorization")?.split_once(' ')?;
    let value = value.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Keys::Token(value.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = base64(value)?;
    let (key, secret) = pair.split_once(':')?;
    Some(Keys::Pair {
        key: key.to_owned(),
        secret: secret.to_owned(),
    })
}

/// The account that keys open. The token of an account is its secret.
pub(crate) fn account_of(world: &World, keys: &Keys) -> Option<AccountIx> {
    let fits = |setup: &crate::world::account::AccountSetup| match keys {
        Keys::Pair { key, secret } => same(&setup.key_id, key) & same(&setup.secret, secret),
        Keys::Token(token) => same(&setup.secret, token),
    };
    let place = world
        .accounts()
        .iter()
        .position(|account| fits(&account.setup));
    place.map(AccountIx)
}

/// Compares without telling by its time where two texts differ.
fn same(one: &str, other: &str) -> bool {
    let differs = one
        .bytes()
        .zip(other.bytes())
        .fold(0, |differs, (one, other)| differs | (one ^ other));
    one.len() == other.len() && differs == 0
}

/// Reads a text in base 64, as basic authorisation has it.
fn base64(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        buffer = ((buffer << 6) | u32::from(value)) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((buffer >> bits) & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The page that the service's front server answers with where it checks keys itself.
const PAGE: &str = "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n\
<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// 401, as the service answers on this path: a page for clocks and calendars, JSON elsewhere.
pub(crate) fn unauthorized(path: &str) -> Response {
    let path = path.strip_suffix('/').unwrap_or(path);
    let by_front = ["/v2/clock", "/v2/calendar", "/v3/clock"].contains(&path);
    let (kind, body) = match by_front {
        true => ("text/html", PAGE.to_owned()),
        false => (
            "application/json; charset=UTF-8",
            r#"{"message": "unauthorized."}"#.to_owned(),
        ),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    headers.append(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Basic realm=\"alpaca.markets\""),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn keys_are_taken_in_every_form() {
        let pair = Some(Keys::Pair {
            key: "PKA".into(),
            secret: "s:e".into(),
        });
        for (given, expected) in [
            (
                headers(&[("apca-api-key-id", "PKA"), ("apca-api-secret-key", "s:e")]),
                pair.clone(),
            ),
            (
                headers(&[("authorization", "Basic UEtBOnM6ZQ==")]),
                pair.clone(),
            ),
            (headers(&[("authorization", "basic UEtBOnM6ZQ")]), pair),
            (
                headers(&[("authorization", "Bearer abc")]),
                Some(Keys::Token("abc".into())),
            ),
            (headers(&[("authorization", "Basic !")]), None),
            (headers(&[("authorization", "Digest abc")]), None),
            (headers(&[("apca-api-key-id", "PKA")]), None),
            (headers(&[]), None),
        ] {
            assert_eq!(presented(&given), expected, "{given:?}");
        }
    }

    #[test]
    fn only_the_right_pair_opens_an_account() {
        let world = crate::world::conservation::world(1, "2026-03-03T15:00:00Z");
        let open = |key: &str, secret: &str| {
            let keys = Keys::Pair {
                key: key.into(),
                secret: secret.into(),
            };
            account_of(&world, &keys)
        };
        assert_eq!(open("PKSIMULATOR", "simulator"), Some(AccountIx(0)));
        for (key, secret) in [
            ("PKSIMULATOR", "simulato"),
            ("PKSIMULATOR", "simulatorx"),
            ("PKSIMULATOR", ""),
            ("PK", "simulator"),
        ] {
            assert_eq!(open(key, secret), None);
        }
    }
}
