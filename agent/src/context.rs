//! Which account this process can run an app as, and how (docs/runner.md, "With whose rights").

use waybill_installer_runner::AccountChoice;
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::{Classified, Code, runner};
use waybill_system::{Account, System, SystemKind};

/// How an app is run with the rights that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// In this process, with this account in its settings.
    Here(AccountChoice),
    /// By running this program once more as the system account: [`crate::as_system`].
    AsSystem,
}

/// What the caller wants to do with an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undertaking {
    /// Detect it, or make a dry run. Without the rights of the system account, those of the current user suffice.
    Look,
    /// Run its command, which needs the rights that the app names.
    Run,
}

/// The app installs for the system, and this process may not become the system account.
#[derive(Debug, thiserror::Error)]
#[error("the app installs for the system, and this process is not elevated")]
pub struct ElevationNeeded;

impl Classified for ElevationNeeded {
    fn code(&self) -> &'static Code {
        &runner::ELEVATION_NEEDED
    }
}

/// Decides how an app is run. On Unix it always runs in this process, as the current user. On Windows a process of the
/// system account goes on as it is, one of an elevated administrator is run again as the system account, and any other
/// process can only run apps in the user's context, as its own user.
///
/// # Errors
/// The command of an app for the system is to be run, and this process may not become the system account.
pub fn stand(
    app: &AppDocument,
    choice: AccountChoice,
    undertaking: Undertaking,
    system: &dyn System,
) -> Result<Stand, ElevationNeeded> {
    let device = system.device();
    if system.kind() == SystemKind::Unix
        || choice == AccountChoice::Current
        || device.own_account() == Account::System
    {
        return Ok(Stand::Here(choice));
    }
    match (device.is_elevated(), app.runs_as_user(), undertaking) {
        (true, ..) => Ok(Stand::AsSystem),
        (false, true, _) | (false, false, Undertaking::Look) => Ok(Stand::Here(AccountChoice::Current)),
        (false, false, Undertaking::Run) => Err(ElevationNeeded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Undertaking::{Look, Run};
    use waybill_system::fake::FakeSystem;

    fn app(account: &str) -> AppDocument {
        let text = format!(r#"{{ "installExperience": {{ "runAsAccount": "{account}" }} }}"#);
        AppDocument::from_slice(text.as_bytes()).unwrap()
    }

    #[test]
    fn who_may_becomes_the_system_and_who_may_not_is_told() {
        let machine = FakeSystem::windows();
        let documented = AccountChoice::AsDocumented;
        let from = |account: &str, undertaking| stand(&app(account), documented, undertaking, &machine).ok();
        assert_eq!(from("system", Run), Some(Stand::Here(documented)), "it is the system");
        machine.set_device(|device| device.account = Account::Current);
        assert_eq!([from("system", Run), from("user", Look)], [Some(Stand::AsSystem); 2]);
        machine.set_device(|device| device.elevated = false);
        assert_eq!(from("system", Run), None);
        assert_eq!(from("system", Look), Some(Stand::Here(AccountChoice::Current)));
        assert_eq!(from("user", Run), Some(Stand::Here(AccountChoice::Current)));
        let current = stand(&app("system"), AccountChoice::Current, Run, &machine);
        assert_eq!(current.unwrap(), Stand::Here(AccountChoice::Current));
    }

    #[test]
    fn elsewhere_it_is_always_the_current_user() {
        let machine = FakeSystem::unix();
        machine.set_device(|device| (device.account, device.elevated) = (Account::Current, false));
        let here = stand(&app("system"), AccountChoice::AsDocumented, Run, &machine).unwrap();
        assert_eq!(here, Stand::Here(AccountChoice::AsDocumented));
    }
}
