//! The account and its settings.

use super::{Answer, Call, account_of, account_of_mut};
use crate::ApiError;
use crate::world::World;
use crate::world::account::{AccountIx, AccountJson};

pub(super) fn get(world: &World, account: AccountIx, _: &Call) -> Result<Answer, ApiError> {
    Answer::ok(AccountJson::new(world, account_of(world, account)?))
}

pub(super) fn configurations(
    world: &World,
    account: AccountIx,
    _: &Call,
) -> Result<Answer, ApiError> {
    Answer::ok(&account_of(world, account)?.config)
}

pub(super) fn update_configurations(
    world: &mut World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let account = account_of_mut(world, account)?;
    account.config = account.config.patched(&call.body)?;
    Answer::ok(&account.config)
}
