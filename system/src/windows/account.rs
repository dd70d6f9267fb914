//! The account that a question is about (this process's, or another by its security identifier), and the token that a
//! program starts with.
//!
//! Starting as another account needs a process of the system account, so this could not be tried under wine. The use of
//! tokens follows the documentation of WTSQueryUserToken, TOKEN_LINKED_TOKEN and CreateProcessAsUserW.

use crate::{Account, SignedInUser, Unanswered};
use std::io;
use waybill_win32::device::{active_session, own_session};
use waybill_win32::token::Token;

/// The system account (winnt.h, SECURITY_LOCAL_SYSTEM_RID).
pub(super) const SYSTEM: &str = "S-1-5-18";
/// Win32 error: the caller lacks a privilege.
const ERROR_PRIVILEGE_NOT_HELD: i32 = 1314;
// Win32 error: nobody is signed in, so there is no token.
const ERROR_NO_TOKEN: i32 = 1008;
// ERROR_NO_TOKEN and ERROR_CTX_WINSTATION_NOT_FOUND: nobody is signed in in the session, or it has just ended.
const NOBODY: [i32; 2] = [ERROR_NO_TOKEN, 7022];

/// The account that an [`Account`] means on this machine, seen from this process.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// This process's own account.
    Own,
    /// Another account, by its security identifier.
    Other(String),
}

pub(super) fn whose(account: Account) -> Result<Whose, Unanswered> {
    match account {
        Account::Current => Ok(Whose::Own),
        Account::System if own_sid()? == SYSTEM => Ok(Whose::Own),
        Account::System => Ok(Whose::Other(SYSTEM.to_owned())),
        Account::User if own_sid()? == SYSTEM => {
            signed_in()?.map(|user| Whose::Other(user.id)).ok_or_else(nobody)
        }
        Account::User => Ok(Whose::Own),
    }
}

pub(super) fn own_sid() -> Result<String, Unanswered> {
    let sid = Token::own().and_then(|token| token.account());
    sid.map_err(Unanswered::about("the account of this process"))
}

/// Whether this process runs as the system account.
pub(super) fn is_system() -> io::Result<bool> {
    Ok(Token::own()?.account()? == SYSTEM)
}

/// The user of the active session. Only the system account can read another user's token; for every other account this
/// is the account of this process.
pub(super) fn signed_in() -> Result<Option<SignedInUser>, Unanswered> {
    let sid = own_sid()?;
    if sid != SYSTEM {
        return Ok(Some(named(sid)));
    }
    let Some(token) = session_token()? else { return Ok(None) };
    let sid = token.account().map_err(Unanswered::about("the user of the session"))?;
    Ok(Some(named(sid)))
}

/// The token of the user of the active session; `None` where nobody is signed in.
pub(super) fn session_token() -> Result<Option<Token>, Unanswered> {
    let session = active_session().map_err(Unanswered::about("the sessions"))?;
    let Some(session) = session else { return Ok(None) };
    match Token::of_session(session) {
        Ok(token) => Ok(Some(token)),
        Err(error) if error.raw_os_error().is_some_and(|code| NOBODY.contains(&code)) => Ok(None),
        Err(error) => Err(Unanswered::about(&format!("the user of session {session}"))(error)),
    }
}

pub(super) fn nobody() -> Unanswered {
    Unanswered::new("nobody is signed in")
}

fn named(id: String) -> SignedInUser {
    SignedInUser { name: waybill_win32::account_name(&id).unwrap_or_else(|_| id.clone()), id }
}

/// The token to start a program with; `None` for the account of this process. For [`Account::User`] it is the token of
/// the active session's user, the elevated one where the user is an administrator (docs/runner.md, "With whose
/// rights").
pub(super) fn start_token(account: Account) -> io::Result<Option<Token>> {
    match account {
        Account::Current => Ok(None),
        Account::System if is_system()? => Ok(None),
        Account::System => Err(io::Error::from_raw_os_error(ERROR_PRIVILEGE_NOT_HELD)),
        Account::User => {
            token_of_user(active_session()?.ok_or(io::Error::from_raw_os_error(ERROR_NO_TOKEN))?)
        }
    }
}

fn token_of_user(session: u32) -> io::Result<Option<Token>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_runs_this_is_the_user_unless_it_is_the_system() {
        let user = signed_in().unwrap().unwrap();
        assert_eq!(user.id, own_sid().unwrap());
        assert!(!user.name.is_empty());
        assert_eq!(whose(Account::Current), Ok(Whose::Own));
        assert_eq!(whose(Account::User), Ok(Whose::Own));
        assert_eq!(whose(Account::System), Ok(Whose::Other(SYSTEM.to_owned())));
    }
}
