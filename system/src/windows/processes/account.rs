//! With whose rights a program starts.
//!
//! Other accounts than our own need a process of the system account, and so could not be tried out under wine: what is
//! here about tokens follows the documentation of WTSQueryUserToken, TOKEN_LINKED_TOKEN and CreateProcessAsUserW.

use crate::Account;
use std::io;
use waybill_win32::device::{active_session, own_session};
use waybill_win32::token::Token;

/// The system account (well-known SID LocalSystem).
const SYSTEM: &str = "S-1-5-18";
/// Win32: the caller lacks a right for it.
const ERROR_PRIVILEGE_NOT_HELD: i32 = 1314;
// Win32: nobody is signed in, so there is no token.
const ERROR_NO_TOKEN: i32 = 1008;

/// The token to start with, `None` for our own. The user is the one of the active session, elevated where that is an
/// administrator's (docs/runner.md, "With whose rights").
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
        // Where it was started there as somebody else ("run as administrator" with another's password), that one is taken
        // for the user: only the system account gets at the session's own token.
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
