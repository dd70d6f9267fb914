//! The account and token that a program starts with.
//!
//! Starting as another account needs a process of the system account, so this could not be tried under wine. The use of
//! tokens follows the documentation of WTSQueryUserToken, TOKEN_LINKED_TOKEN and CreateProcessAsUserW.

use crate::Account;
use std::io;
use waybill_win32::device::{active_session, own_session};
use waybill_win32::token::Token;

/// The system account (well-known SID LocalSystem).
const SYSTEM: &str = "S-1-5-18";
/// Win32 error: the caller lacks a privilege.
const ERROR_PRIVILEGE_NOT_HELD: i32 = 1314;
// Win32 error: nobody is signed in, so there is no token.
const ERROR_NO_TOKEN: i32 = 1008;

/// The token to start a program with; `None` for the account of this process. For [`Account::User`] it is the token of
/// the active session's user, the elevated one where the user is an administrator (docs/runner.md, "With whose
/// rights").
pub(super) fn token(account: Account) -> io::Result<Option<Token>> {
    match account {
        Account::Current => Ok(None),
        Account::System if is_system()? => Ok(None),
        Account::System => Err(io::Error::from_raw_os_error(ERROR_PRIVILEGE_NOT_HELD)),
        Account::User => {
            let session = active_session()?.ok_or(io::Error::from_raw_os_error(ERROR_NO_TOKEN))?;
            user_of(session)
        }
    }
}

fn is_system() -> io::Result<bool> {
    Ok(Token::own()?.account()? == SYSTEM)
}

fn user_of(session: u32) -> io::Result<Option<Token>> {
    if !is_system()? {
        // A process in the active session is taken for the user's, even if it was started as another account ("run as
        // administrator" with another password): only the system account can open the session's own token.
        let ours = own_session()? == session;
        return if ours { Ok(None) } else { Err(io::Error::from_raw_os_error(ERROR_PRIVILEGE_NOT_HELD)) };
    }
    let token = Token::of_session(session)?;
    if token.is_elevated()? {
        return Ok(Some(token));
    }
    let linked = token.linked().ok().filter(|linked| linked.is_elevated().unwrap_or(false));
    Ok(Some(linked.unwrap_or(token)))
}
