//! Tables of the whole generated surface, written by `build.rs` from `spec.json`: a test that walks
//! them leaves no type and no operation out.

use std::collections::BTreeMap;

use alpaca_trading_gen::{BoxFuture, ByteStream, Client, Error, ResponseValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Decodes a JSON text as `T` and encodes the value again.
fn roundtrip<T: DeserializeOwned + Serialize>(text: &str) -> Result<String, serde_json::Error> {
    serde_json::to_string(&serde_json::from_str::<T>(text)?)
}

/// Decodes a JSON text as one type and encodes the value again.
pub type RoundTrip = fn(&str) -> Result<String, serde_json::Error>;

include!(concat!(env!("OUT_DIR"), "/types.rs"));

/// What a call is made with.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The values of the parameters as they travel, by the name in the document.
    pub parameters: BTreeMap<String, String>,
    /// The JSON text of the body; empty for an operation without one.
    pub body: String,
}

impl Values {
    fn text(&self, name: &str) -> &str {
        self.parameters
            .get(name)
            .unwrap_or_else(|| panic!("no value for `{name}`"))
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str) -> T {
        let text = self.text(name);
        let name_of_type = std::any::type_name::<T>();
        text.parse()
            .unwrap_or_else(|_| panic!("`{name}`: `{text}` is no {name_of_type}"))
    }

    fn decoded<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in the body {}", self.body))
    }
}

/// What became of a call; the decoded value is dropped.
pub type Outcome = Result<(), Error<()>>;

/// One operation, called through its generated builder.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The name of the method: `create_order`.
    pub id: &'static str,
    /// Calls it with every parameter.
    pub all: fn(Client, Values) -> BoxFuture<'static, Outcome>,
    /// Calls it with the required parameters only.
    pub required: fn(Client, Values) -> BoxFuture<'static, Outcome>,
}

impl Call {
    /// The call of the operation of this name.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn of(id: &str) -> &'static Self {
        CALLS
            .iter()
            .find(|call| call.id == id)
            .unwrap_or_else(|| panic!("no call for {id}"))
    }
}

#[allow(clippy::result_large_err, reason = "the error is the client's own")]
fn done<T>(answer: Result<ResponseValue<T>, Error<()>>) -> Outcome {
    answer.map(|_| ())
}

/// Reads a stream to its end.
async fn drained(answer: Result<ResponseValue<ByteStream>, Error<()>>) -> Outcome {
    let mut stream = answer?.into_inner().into_inner();
    while let Some(chunk) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await
    {
        chunk.map_err(Error::ResponseBodyError)?;
    }
    Ok(())
}

include!(concat!(env!("OUT_DIR"), "/calls.rs"));
