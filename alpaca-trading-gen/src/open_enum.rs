//! String enums that stay open.
//!
//! Alpaca adds values without notice: an enum that refuses them sinks a whole list. Every
//! generated enum has a variant `Unknown(String)` that keeps the text and sends it back as it came.

/// Implements text, comparison and serde for an enum whose values are strings.
///
/// Two values are equal when their texts are: `Unknown("new")` is `New`.
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $text:literal,)* }) => {
        impl $name {
            /// The listed values, in the order of the document.
            pub const LISTED: &'static [&'static str] = &[$($text),*];

            /// The value as it travels.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }

            /// Whether the document does not list this value.
            #[must_use]
            pub fn is_unknown(&self) -> bool {
                !Self::LISTED.contains(&self.as_str())
            }
        }

        impl $crate::open_enum::Listed for $name {
            const LISTED: &'static [&'static str] = Self::LISTED;
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)*
                    _ => Self::Unknown(text),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::cmp::PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl ::std::cmp::Eq for $name {}

        impl ::std::cmp::PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> ::std::option::Option<::std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl ::std::cmp::Ord for $name {
            fn cmp(&self, other: &Self) -> ::std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl ::std::hash::Hash for $name {
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                deserializer.deserialize_any($crate::open_enum::Text(::std::marker::PhantomData))
            }
        }
    };
}
pub(crate) use open_enum;

/// What an open enum lists, for the reader of all of them.
pub(crate) trait Listed {
    /// The listed values.
    const LISTED: &'static [&'static str];
}

/// Reads a string into whatever is made from one, without a copy where that needs none.
pub(crate) struct Text<T>(pub(crate) std::marker::PhantomData<T>);

impl<T> serde::de::Visitor<'_> for Text<T>
where
    T: for<'a> From<&'a str> + From<String> + Listed,
{
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<T, E> {
        Ok(T::from(text))
    }

    /// Flags of dividends were booleans before they became the words `true` and `false`.
    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<T, E> {
        let text = if flag { "true" } else { "false" };
        if T::LISTED.contains(&text) {
            return Ok(T::from(text));
        }
        Err(E::invalid_type(serde::de::Unexpected::Bool(flag), &self))
    }
}
