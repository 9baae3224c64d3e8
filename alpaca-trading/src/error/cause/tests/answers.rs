//! Known answers: what Alpaca is documented, recorded or reported to send.

use super::super::Cause::{self, *};

/// No code, as opposed to a number or a word.
const NONE: &str = "";

/// Status, code, cause, and the messages that have it. Fields beside the message are left out.
pub(super) const ANSWERS: &[(u16, &str, Cause, &[&str])] = &[
    (
        400,
        "40010000",
        InvalidRequest,
        &["failed to decode request body"],
    ),
    // Keys.
    (
        401,
        "40110000",
        Unauthorized,
        &["request is not authorized", "unauthorized"],
    ),
    (
        401,
        NONE,
        Unauthorized,
        &["unauthorized.", "401 Authorization Required", ""],
    ),
    (403, NONE, Unauthorized, &["forbidden.", "Forbidden"]),
    (
        403,
        "40110000",
        Unauthorized,
        &["request is not authorized"],
    ),
    (403, NONE, Forbidden, &["403 Forbidden", ""]),
    (403, "40310000", Forbidden, &["forbidden."]),
    // Money and shares.
    (
        403,
        "40310000",
        InsufficientBuyingPower,
        &[
            "insufficient buying power",
            "Insufficient Buying Power.",
            "insufficient day trading buying power",
            "insufficient options buying power",
            "insufficient options buying power for cash-secured put (required: 15000, available: 200.5)",
            "insufficient cash",
        ],
    ),
    (
        403,
        "40310000",
        InsufficientQuantity,
        &[
            "insufficient qty available for order (requested: 5, available: 0)",
            "insufficient underlying qty available for covered call (required: 100, available: 0)",
            "insufficient balance for ETH (requested: 2, available: 0)",
            "insufficient balance for BTC (requested: 2, available: 0)",
        ],
    ),
    (
        403,
        "40310000",
        InsufficientBalance,
        &[
            "insufficient balance for USD (requested: 20, available: 1.5)",
            "insufficient balance for USDT (requested: 20, available: 1.5)",
            "insufficient balance for USDC (requested: 20, available: 1.5)",
            "insufficient balance",
        ],
    ),
    (
        403,
        "40310000",
        BelowMinimumCost,
        &[
            "cost basis must be >= minimal amount of order 1",
            "cost basis must be >= minimal amount of order 10",
        ],
    ),
    (
        422,
        "40010001",
        BelowMinimumCost,
        &["notional must be >= 1.00"],
    ),
    // Other orders.
    (
        403,
        "40310000",
        WashTrade,
        &["potential wash trade detected. use complex orders"],
    ),
    (
        422,
        "42210000",
        WashTrade,
        &["potential wash trade detected. use complex orders"],
    ),
    (
        403,
        "40310000",
        WashTrade,
        &[
            "opposite side market/stop order exists",
            "opposite side limit order exists",
        ],
    ),
    (
        403,
        "40310000",
        ConflictingOrder,
        &[
            "cannot open a long buy while a short sell order is open",
            "cannot open a short sell while a long buy order is open",
            "unable to open new notional orders while having open closing position orders",
        ],
    ),
    (
        422,
        "40010001",
        DuplicateClientOrderId,
        &["client_order_id must be unique"],
    ),
    (
        422,
        "42210000",
        DuplicateClientOrderId,
        &["client_order_id must be unique"],
    ),
    (
        409,
        NONE,
        DuplicateClientOrderId,
        &["client_order_id must be unique"],
    ),
    // What the account allows.
    (
        403,
        "40310000",
        NotShortable,
        &["account is not allowed to short"],
    ),
    (
        403,
        "40310000",
        AccountRestricted,
        &[
            "account is not authorized to trade",
            "account is restricted to liquidation only",
            "new orders are rejected by user request",
            "fractional trading is disabled for this account",
            "account not authorized to trade options",
            "account not eligible to trade long option contracts",
            "account not eligible to trade spreads or uncovered contracts",
            "account not eligible to trade uncovered option contracts",
            "account not eligible for level2 options trading",
        ],
    ),
    (
        403,
        "40310100",
        PatternDayTrading,
        &["trade denied due to pattern day trading protection", ""],
    ),
    (
        403,
        NONE,
        PatternDayTrading,
        &["trade denied due to pattern day trading protection"],
    ),
    // What the asset allows.
    (
        403,
        "40310000",
        NotFractionable,
        &[
            "asset \"BRK.A\" is not fractionable",
            "requested asset is not fractionable",
        ],
    ),
    (
        422,
        "42210000",
        NotShortable,
        &[
            "asset \"GME\" cannot be sold short",
            "fractional orders cannot be sold short",
        ],
    ),
    (
        422,
        "42210000",
        AssetNotTradable,
        &[
            "asset ABC is not active",
            "contract \"AAPL250620C00100000\" is expired",
            "contract \"AAPL250620C00100000\" is not active",
            "contract \"AAPL250620C00100000\" is not tradable",
            "contract \"AAPL250620C00100000\" expires soon, unable to open new positions",
        ],
    ),
    // Hours, quotes, prices.
    (
        403,
        "40310000",
        OutsideHours,
        &[
            "opg orders must be submitted after 7:00pm and before 9:28am",
            "cls orders must be submitted after 7:00pm and before 3:55pm",
        ],
    ),
    (
        422,
        "42210000",
        OutsideHours,
        &["options market orders are only allowed during market hours"],
    ),
    (
        403,
        "40310000",
        NoQuote,
        &[
            "order has been rejected due to no available quote for symbol. please reenter with a limit",
        ],
    ),
    (
        422,
        "42210000",
        SubPenny,
        &[
            "invalid limit_price 1.2345. sub-penny increment does not fulfill minimum pricing criteria",
            "invalid stop_price 1.2345. sub-penny increment does not fulfill minimum pricing criteria",
        ],
    ),
    // Unknown things.
    (
        404,
        "40410000",
        OrderNotFound,
        &[
            "order not found for 904837e3-3b76-47ec-b432-046db621571b",
            "order not found for my-own-id",
            "order not found",
        ],
    ),
    (
        404,
        "40410000",
        PositionNotFound,
        &[
            "position does not exist",
            "long position not found: AAPL250620C00100000",
        ],
    ),
    (
        404,
        "40410000",
        AssetNotFound,
        &[
            "asset not found for XYZ",
            "symbol not found: XYZ",
            "option contract AAPL250620C00100000 not found",
        ],
    ),
    (
        422,
        "42210000",
        AssetNotFound,
        &[
            "asset \"XYZ\" not found",
            "contract \"AAPL250620C00100000\" not found",
        ],
    ),
    (
        404,
        NONE,
        NotFound,
        &["endpoint not found.", "404 Not Found", ""],
    ),
    (404, "40410000", NotFound, &["watchlist not found"]),
    (410, NONE, NotFound, &["gone"]),
    // Cancel and replace.
    (
        422,
        "42210000",
        NotCancelable,
        &[
            "order is already in \"filled\" state",
            "leg order is already in canceled state",
            "original order pending replacement",
        ],
    ),
    (
        422,
        "40010001",
        NotReplaceable,
        &[
            "unable to replace order, order isn't sent to exchange yet",
            "unable to replace order, order is not open",
        ],
    ),
    (
        422,
        "42210000",
        NotReplaceable,
        &[
            "unable to replace order, order is not open",
            "cannot replace order in accepted status",
            "order already replaced",
            "order chain not fully replaced",
            "qty must be > filled_qty",
        ],
    ),
    (
        422,
        "42210000",
        NothingToReplace,
        &["order parameters are not changed"],
    ),
    (
        403,
        "40310000",
        NothingToReplace,
        &["order parameters are not changed"],
    ),
    // Locates.
    (
        422,
        "insufficient_buying_power",
        InsufficientBuyingPower,
        &["not enough"],
    ),
    (400, "symbol_not_found", AssetNotFound, &["no such symbol"]),
    (
        422,
        "security_not_found",
        AssetNotFound,
        &["no such security"],
    ),
    (
        422,
        "easy_to_borrow",
        LocateNotNeeded,
        &["no locate is needed"],
    ),
    (
        422,
        "threshold_security",
        NotShortable,
        &["on the threshold list"],
    ),
    (422, "corporate_action", NotShortable, &["corporate action"]),
    (422, "quote_unavailable", NoQuote, &["no quote"]),
    (
        422,
        "idempotency_key_conflict",
        IdempotencyKeyConflict,
        &["used before"],
    ),
    (400, "invalid_input", InvalidRequest, &["invalid input"]),
    (
        400,
        "invalid_request_body",
        InvalidRequest,
        &["invalid body"],
    ),
    (
        422,
        "invalid_limit_price",
        InvalidRequest,
        &["invalid limit price"],
    ),
    (400, "invalid_symbols", InvalidRequest, &["invalid symbols"]),
    // Refused without a cause of its own.
    (
        403,
        "40310001",
        Forbidden,
        &[
            "cannot exercise short position",
            "cannot submit DNE for short position",
        ],
    ),
    (
        403,
        "40310000",
        Forbidden,
        &[
            "submit mleg order is disabled",
            "cancel mleg order is disabled",
            "replace mleg order is disabled",
        ],
    ),
    (
        403,
        "40310000",
        InvalidRequest,
        &["oto orders do not support extended hours trading"],
    ),
    // The service.
    (429, "42910000", RateLimited, &["rate limit exceeded"]),
    (429, NONE, RateLimited, &["too many requests.", ""]),
    (
        500,
        "50010000",
        ServerError,
        &["internal server error occurred"],
    ),
    (500, "40310000", ServerError, &["insufficient buying power"]),
    (501, NONE, ServerError, &[""]),
    (502, NONE, Unavailable, &["502 Bad Gateway"]),
    (503, NONE, Unavailable, &[""]),
    (504, NONE, Unavailable, &["504 Gateway Time-out"]),
    (408, NONE, Unavailable, &["order not found"]),
];

/// Messages about the form of a request, by code, all with status 422.
pub(super) const INVALID: &[(&str, &[&str])] = &[
    (
        "40010001",
        &[
            "qty must be > 0",
            "qty or notional is required",
            "only one of qty or notional is accepted",
            "limit price must be > 0",
            "limit orders require a limit price",
            "stop orders require a stop price",
            "stop limit orders require both stop and limit price",
            "market orders require no stop or limit price",
            "limit orders must not have stop_price",
            "trailing stop orders must specify one of trail_price or trail_percent",
            "trail_percent must be greater than or equal to 0.1",
            "invalid time_in_force",
            "invalid order type",
            "invalid order type for crypto order",
            "bracket orders require stop_loss.stop_price",
            "oto orders require stop_loss.stop_price",
            "oco orders require take_profit.limit_price",
            "oto orders support only \"day\" or \"gtc\" time_in_force",
            "client_order_id must be no more than 128 characters",
            "order_id is missing",
            "failed to parse after",
        ],
    ),
    (
        "42210000",
        &[
            "only day orders are allowed for hard-to-borrow asset GME",
            "invalid symbol",
            "fractional orders must be DAY orders",
            "fractional orders must be simple orders",
            "notional value must be limited to 2 decimal places",
            "extended hours order must be DAY or GTC limit orders",
            "extended hours order must be DAY limit orders",
            "stop orders are not eligible for extended hours trading",
            "invalid crypto time_in_force",
            "crypto orders not allowed for advanced order_class: otoco",
            "crypto orders not allowed for advanced order_class: oco",
            "bracket orders must be entry orders",
            "oco orders must be exit orders",
            "stop_loss.stop_price must be <= base_price - 0.01",
            "take_profit.limit_price must be >= base_price + 0.01",
            "qty cannot be changed for advanced orders",
            "position intent mismatch, inferred: buy_to_open, specified: buy_to_close",
            "advanced instructions only support DAY time_in_force",
            "FOK orders are not supported for algo destinations",
            "watchlist name must be unique",
            "complex orders not supported for options trading",
            "qty must be integer for options trading",
            "options order qty must be <= 1000",
            "invalid limit price",
            "leg.0 position intent is required",
            "invalid time in force",
            "invalid option order_type",
            "invalid option time_in_force",
            "notional orders are not supported for options trading",
            "extended hours is not supported for options trading",
        ],
    ),
    (NONE, &[""]),
];
