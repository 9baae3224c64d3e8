//! What callers act on.

use super::{Cause, Error, ErrorKind};

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident: $($cause:ident)|+;)+) => {
        impl Error {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> bool {
                matches!(self.repr().cause, Some($(Cause::$cause)|+))
            })+
        }
    };
}

causes! {
    /// The order costs more than the account has buying power for, or, for coins, of the currency that
    /// pays; also for options and locates. The fields `buying_power` and `cost_basis` often say how much ([`Error::decimal`]).
    is_insufficient_buying_power: InsufficientBuyingPower | InsufficientBalance;
    /// More is to be sold than is held and free, of shares, contracts or coins: the field `held_for_orders` says what other open
    /// orders have reserved.
    is_insufficient_quantity: InsufficientQuantity;
    /// The order could trade with another open order of this account.
    is_wash_trade: WashTrade;
    /// The price is not on the grid that its size prescribes.
    is_sub_penny: SubPenny;
    /// An order with this client order id exists already, open or not.
    is_duplicate_client_order_id: DuplicateClientOrderId;
    /// The order can no longer be canceled: it is filled, canceled, expired or being replaced.
    is_not_cancelable: NotCancelable;
    /// The order cannot be replaced now, or nothing would change.
    is_not_replaceable: NotReplaceable | NothingToReplace;
    /// The asset cannot be traded in fractions.
    is_not_fractionable: NotFractionable;
    /// The account or the asset does not allow selling short.
    is_not_shortable: NotShortable;
    /// The account is restricted, suspended, or not permitted to trade this.
    is_account_restricted: AccountRestricted | PatternDayTrading;
    /// The order is not taken at this hour.
    is_outside_hours: OutsideHours;
}

impl Error {
    /// The service does not know what the request names: an order, a position, an asset.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
            || matches!(
                self.repr().cause,
                Some(
                    Cause::NotFound
                        | Cause::OrderNotFound
                        | Cause::PositionNotFound
                        | Cause::AssetNotFound
                )
            )
    }

    /// Too many requests in a short time. Nothing was done, and the client has already waited and
    /// tried again as its policy allows.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429)
    }

    /// The service does not take the keys: a 401, or the 403 that it sends for keys it does not know.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.repr().cause == Some(Cause::Unauthorized)
    }

    /// The service is at fault or not available: a status from 500 on.
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status >= 500)
    }

    /// A time limit has passed: of connecting, of one attempt, or of the whole call.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.repr().timed_out || self.kind() == ErrorKind::Timeout
    }

    /// No connection came about.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }

    /// The connection was lost while the request was under way.
    #[must_use]
    pub fn is_connection_lost(&self) -> bool {
        self.kind() == ErrorKind::Connection
    }

    /// The answer was a success and cannot be read.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// The request broke a rule and was not sent: [`violations`](Self::violations) lists them.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.kind() == ErrorKind::Invalid
    }

    /// Settings are wrong: [`problems`](Self::problems) lists them.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        self.kind() == ErrorKind::Configuration
    }

    /// Whether the order was carried out could not be found out:
    /// [`unresolved`](Self::unresolved) has what is needed to ask again.
    #[must_use]
    pub fn is_unresolved(&self) -> bool {
        self.kind() == ErrorKind::Unresolved
    }
}
