//! Reading the body of a request.

use axum::body::{Body, Bytes};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;

use super::patience::TooSlow;
use crate::ApiError;

/// The longest body that is taken, in bytes.
const LONGEST: usize = 2 * 1024 * 1024;

/// How much of a body that is too long is read and forgotten before it is refused, in bytes. A client that is
/// cut off while it sends finds its connection reset and never sees why.
const PATIENCE: usize = 64 * 1024 * 1024;

/// The whole body.
///
/// # Errors
///
/// 413 for one that is too long, 408 for one that takes too long, 400 for one that breaks off or is no body.
pub(crate) async fn read(headers: &HeaderMap, mut body: Body) -> Result<Bytes, ApiError> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let too_long = announced.is_some_and(|length| length > LONGEST as u64);
    if too_long && headers.contains_key(header::EXPECT) {
        // It asks first, and so sends nothing.
        return Err(refused());
    }
    let (mut taken, mut seen) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match TooSlow::is_why(&error) {
            // Nobody knows what the service says here.
            true => ApiError::plain(StatusCode::REQUEST_TIMEOUT, "request timeout"),
            false => ApiError::bad_body(),
        })?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        seen = seen.saturating_add(data.len());
        if seen <= LONGEST {
            taken.extend_from_slice(data);
        } else {
            taken = Vec::new();
        }
        if seen > PATIENCE {
            break;
        }
    }
    if seen > LONGEST {
        return Err(refused());
    }
    Ok(taken.into())
}

fn refused() -> ApiError {
    ApiError::plain(StatusCode::PAYLOAD_TOO_LARGE, "request entity too large")
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, stream};

    use super::*;

    fn read_of(length: usize) -> Result<usize, u16> {
        let chunk = Bytes::from(vec![b'x'; 1024]);
        let pieces = (0..length / 1024).map(move |_| Ok::<_, std::io::Error>(chunk.clone()));
        let body = Body::from_stream(stream::iter(pieces));
        let read = read(&HeaderMap::new(), body).now_or_never().unwrap();
        read.map(|body| body.len())
            .map_err(|error| error.status.as_u16())
    }

    #[test]
    fn a_body_has_a_limit_and_what_is_beyond_is_not_read_for_ever() {
        assert_eq!(read_of(0), Ok(0));
        assert_eq!(read_of(LONGEST), Ok(LONGEST));
        assert_eq!(read_of(LONGEST + 1024), Err(413));
        assert_eq!(read_of(usize::MAX), Err(413));
    }

    #[test]
    fn a_body_that_breaks_off_is_no_body() {
        let pieces = [Ok(Bytes::from("{")), Err(std::io::ErrorKind::Other.into())];
        let body = Body::from_stream(stream::iter(pieces.map(|piece: std::io::Result<_>| piece)));
        let read = read(&HeaderMap::new(), body).now_or_never().unwrap();
        assert_eq!(read.unwrap_err().status, StatusCode::BAD_REQUEST);
    }
}
