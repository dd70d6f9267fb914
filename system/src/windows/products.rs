//! Products that Windows Installer has installed.

use super::account::{SYSTEM, Whose, whose};
use crate::{Account, InstalledProduct, Products, ThisMachine, Unanswered};
use std::io;
use waybill_win32::installer::{Context, Installer};
use waybill_win32::mutex;

/// The mutex that is held while an installation runs ("_MSIExecute Mutex", Windows Installer documentation).
const EXECUTING: &str = r"Global\_MSIExecute";
// INSTALLSTATE_UNKNOWN: neither installed nor advertised.
const UNKNOWN: i32 = -1;
/// INSTALLSTATE_INVALIDARG: the text is no product code.
const INVALID: i32 = -2;
/// The HRESULT E_INVALIDARG.
const INVALID_ARGUMENT: u32 = 0x8007_0057;

impl Products for ThisMachine {
    fn product(&self, code: &str, account: Account) -> Result<Option<InstalledProduct>, Unanswered> {
        let installer = Installer::load().map_err(Unanswered::about("Windows Installer"))?;
        match whose(account)? {
            Whose::Own => own_product(&installer, code),
            Whose::Other(sid) => others_product(&installer, code, &sid),
        }
    }

    fn is_installing(&self) -> Result<bool, Unanswered> {
        mutex::is_held(EXECUTING).map_err(Unanswered::about(EXECUTING))
    }
}

/// A product as Windows Installer shows it to the account of this process: those of the machine and the account's own.
fn own_product(installer: &Installer, code: &str) -> Result<Option<InstalledProduct>, Unanswered> {
    match installer.state(code).map_err(Unanswered::about(code))? {
        UNKNOWN => Ok(None),
        INVALID => Err(Unanswered::with_code(format!("{code:?} is no product code"), INVALID_ARGUMENT)),
        state if state < 0 => Err(Unanswered::new(format!("{code}: Windows Installer answers {state}"))),
        state => described(code, state, |name| installer.property(code, name)),
    }
}

fn others_product(
    installer: &Installer,
    code: &str,
    sid: &str,
) -> Result<Option<InstalledProduct>, Unanswered> {
    // The product as Windows Installer would show it to the account `sid`. The system account has no products of its
    // own that could be queried.
    let users: &[Context<'_>] =
        if sid == SYSTEM { &[] } else { &[Context::ManagedUser(sid), Context::UnmanagedUser(sid)] };
    for &context in users.iter().chain(&[Context::Machine]) {
        let property = |name: &str| installer.property_in(context, code, name);
        let Some(state) = property("State").map_err(Unanswered::about(code))? else { continue };
        let state = state.parse();
        let state = state.map_err(|_| Unanswered::new(format!("{code}: its state is no number")))?;
        return described(code, state, property);
    }
    Ok(None)
}

fn described(
    code: &str,
    state: i32,
    property: impl Fn(&str) -> io::Result<Option<String>>,
) -> Result<Option<InstalledProduct>, Unanswered> {
    let property = |name: &str| property(name).map_err(Unanswered::about(code));
    let (version, name) = (property("VersionString")?, property("InstalledProductName")?);
    Ok(Some(InstalledProduct { state, version, name }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_installed_is_not_known() {
        for account in [Account::Current, Account::User, Account::System] {
            let product = ThisMachine.product("{00000000-1111-2222-3333-444444444444}", account);
            assert_eq!(product, Ok(None), "{account:?}");
        }
    }

    #[test]
    fn what_is_no_code_has_no_answer() {
        for code in ["", "Contoso", "{6F0C3A52-2C5B-4B6E-9D2E}", "{00000000-1111-2222-3333-444444444444}\0"] {
            let product = ThisMachine.product(code, Account::Current);
            assert!(product.is_err(), "{code:?}: {product:?}");
        }
    }
}
