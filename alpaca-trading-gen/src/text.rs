//! Values that travel as text, where an empty text means that there is none.
//!
//! Multi-leg orders have `""` for `asset_id`, `asset_class` and `side`; a portfolio without a base
//! has `"0000-00-00"` for its date. Both are `None`.

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserializer, Serializer};
use serde_with::{DeserializeAs, SerializeAs};

/// The serde adapter of optional fields that hold a uuid, a date, a timestamp or an enum: null,
/// absent, `""` and a date of zeros are `None`.
#[derive(Debug)]
pub struct Blank;

struct Reader<T>(PhantomData<T>);

impl<'de, T> Visitor<'de> for Reader<T>
where
    T: FromStr,
    T::Err: Display,
{
    type Value = Option<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string or null")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        match text {
            "" | "0000-00-00" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|error| E::custom(format_args!("`{text}`: {error}"))),
        }
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T> DeserializeAs<'de, Option<T>> for Blank
where
    T: FromStr,
    T::Err: Display,
{
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(Reader(PhantomData))
    }
}

impl<T: serde::Serialize> SerializeAs<Option<T>> for Blank {
    fn serialize_as<S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_none(),
        }
    }
}

/// The serde adapter of enums of which one value stands for blanks: null, absent and `""` are the
/// default.
///
/// An order class is `""`, null or `simple` for one and the same kind of order.
#[derive(Debug)]
pub struct BlankAsDefault;

impl<'de, T> DeserializeAs<'de, T> for BlankAsDefault
where
    T: FromStr + Default,
    T::Err: Display,
{
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        deserializer
            .deserialize_option(Reader(PhantomData))
            .map(Option::unwrap_or_default)
    }
}

impl<T: serde::Serialize> SerializeAs<T> for BlankAsDefault {
    fn serialize_as<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
}

/// The serde adapter of arrays and maps: null is an empty one.
#[derive(Debug)]
pub struct NullAsEmpty<A>(PhantomData<A>);

impl<'de, T, A> DeserializeAs<'de, T> for NullAsEmpty<A>
where
    T: Default,
    A: DeserializeAs<'de, T>,
{
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        struct Maybe<T, A>(PhantomData<(T, A)>);

        impl<'de, T, A> Visitor<'de> for Maybe<T, A>
        where
            T: Default,
            A: DeserializeAs<'de, T>,
        {
            type Value = T;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an array, an object or null")
            }

            fn visit_none<E>(self) -> Result<T, E> {
                Ok(T::default())
            }

            fn visit_unit<E>(self) -> Result<T, E> {
                Ok(T::default())
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
                A::deserialize_as(deserializer)
            }
        }

        deserializer.deserialize_option(Maybe::<T, A>(PhantomData))
    }
}

impl<T, A: SerializeAs<T>> SerializeAs<T> for NullAsEmpty<A> {
    fn serialize_as<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        A::serialize_as(value, serializer)
    }
}
