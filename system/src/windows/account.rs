//! Which account a question is about: the one of this process, or another by its security identifier.

use crate::{Account, SignedInUser, Unanswered};
use waybill_win32::device::active_session;
use waybill_win32::token::Token;

/// The system account (winnt.h, SECURITY_LOCAL_SYSTEM_RID).
pub(super) const SYSTEM: &str = "S-1-5-18";
// ERROR_NO_TOKEN and ERROR_CTX_WINSTATION_NOT_FOUND: nobody is signed in in the session, or it has just ended.
const NOBODY: [i32; 2] = [1008, 7022];

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
        Account::System if is_system()? => Ok(Whose::Own),
        Account::System => Ok(Whose::Other(SYSTEM.to_owned())),
        Account::User if is_system()? => signed_in()?.map(|user| Whose::Other(user.id)).ok_or_else(nobody),
        Account::User => Ok(Whose::Own),
    }
}

pub(super) fn own_sid() -> Result<String, Unanswered> {
    let sid = Token::own().and_then(|token| token.account());
    sid.map_err(|error| Unanswered::from_io("the account of this process", &error))
}

pub(super) fn is_system() -> Result<bool, Unanswered> {
    Ok(own_sid()? == SYSTEM)
}

/// The user of the active session. Only the system account can read another user's token; for every other account this
/// is the account of this process.
pub(super) fn signed_in() -> Result<Option<SignedInUser>, Unanswered> {
    let sid = own_sid()?;
    if sid != SYSTEM {
        return Ok(Some(named(sid)));
    }
    let Some(token) = session_token()? else { return Ok(None) };
    let sid = token.account().map_err(|error| Unanswered::from_io("the user of the session", &error))?;
    Ok(Some(named(sid)))
}

/// The token of the user of the active session; `None` where nobody is signed in.
pub(super) fn session_token() -> Result<Option<Token>, Unanswered> {
    let session = active_session().map_err(|error| Unanswered::from_io("the sessions", &error))?;
    let Some(session) = session else { return Ok(None) };
    match Token::of_session(session) {
        Ok(token) => Ok(Some(token)),
        Err(error) if error.raw_os_error().is_some_and(|code| NOBODY.contains(&code)) => Ok(None),
        Err(error) => Err(Unanswered::from_io(&format!("the user of session {session}"), &error)),
    }
}

pub(super) fn nobody() -> Unanswered {
    Unanswered::new("nobody is signed in")
}

fn named(id: String) -> SignedInUser {
    SignedInUser { name: waybill_win32::account_name(&id).unwrap_or_else(|_| id.clone()), id }
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
