//! Products that Windows Installer has installed.

use super::account::{SYSTEM, Whose, whose};
use crate::{Account, InstalledProduct, Products, Unanswered};
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

/// Windows Installer of this machine.
pub(super) struct WindowsProducts;

impl Products for WindowsProducts {
    fn product(&self, code: &str, account: Account) -> Result<Option<InstalledProduct>, Unanswered> {
        let installer = Installer::load().map_err(|error| unanswered("Windows Installer", &error))?;
        match whose(account)? {
            Whose::Own => own_product(&installer, code),
            Whose::Other(sid) => others_product(&installer, code, &sid),
        }
    }

    fn is_installing(&self) -> Result<bool, Unanswered> {
        mutex::is_held(EXECUTING).map_err(|error| unanswered(EXECUTING, &error))
    }
}

/// A product as Windows Installer shows it to the account of this process: those of the machine and the account's own.
fn own_product(installer: &Installer, code: &str) -> Result<Option<InstalledProduct>, Unanswered> {
    let property = |name: &str| installer.property(code, name).map_err(|error| unanswered(code, &error));
    match installer.state(code).map_err(|error| unanswered(code, &error))? {
        UNKNOWN => Ok(None),
        INVALID => Err(Unanswered::with_code(format!("{code:?} is no product code"), INVALID_ARGUMENT)),
        state if state < 0 => Err(Unanswered::new(format!("{code}: Windows Installer answers {state}"))),
        state => Ok(Some(InstalledProduct {
            state,
            version: property("VersionString")?,
            name: property("InstalledProductName")?,
        })),
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
        let property =
            |name: &str| installer.property_in(context, code, name).map_err(|error| unanswered(code, &error));
        let Some(state) = property("State")? else { continue };
        let state = state.parse();
        let state = state.map_err(|_| Unanswered::new(format!("{code}: its state is no number")))?;
        return Ok(Some(InstalledProduct {
            state,
            version: property("VersionString")?,
            name: property("InstalledProductName")?,
        }));
    }
    Ok(None)
}

fn unanswered(what: &str, error: &io::Error) -> Unanswered {
    Unanswered::from_io(what, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_installed_is_not_known() {
        for account in [Account::Current, Account::User, Account::System] {
            let product = WindowsProducts.product("{00000000-1111-2222-3333-444444444444}", account);
            assert_eq!(product, Ok(None), "{account:?}");
        }
    }

    #[test]
    fn what_is_no_code_has_no_answer() {
        for code in ["", "Contoso", "{6F0C3A52-2C5B-4B6E-9D2E}", "{00000000-1111-2222-3333-444444444444}\0"] {
            let product = WindowsProducts.product(code, Account::Current);
            assert!(product.is_err(), "{code:?}: {product:?}");
        }
    }
}
