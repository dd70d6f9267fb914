//! Which account this process can run an app as, and how (docs/runner.md, "With whose rights").

use waybill_installer_runner::AccountChoice;
use waybill_intune::refused_words;
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::{Classified, Code, runner};
use waybill_system::{Account, System, SystemKind};

/// The process that runs an app with the rights that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunningProcess {
    /// This process, with this account in its settings.
    This(AccountChoice),
    /// This program, run once more as the system account: [`crate::as_system`].
    AsSystem,
}

/// What the caller wants to do with an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunPurpose {
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

/// Chooses the process that runs the app. On Unix it is always this one, as the current user. On Windows a process of
/// the system account goes on as it is, one of an elevated administrator is run again as the system account, and any
/// other process can only run apps in the user's context, as its own user. To look, where the caller chose the current
/// account, or where the app is refused for its words, it is always this process.
///
/// # Errors
/// The command of an app for the system is to be run, and this process may not become the system account.
pub fn choose_process(
    app: &AppDocument,
    choice: AccountChoice,
    purpose: RunPurpose,
    system: &dyn System,
) -> Result<RunningProcess, ElevationNeeded> {
    let device = system.device();
    // An app whose words are refused starts nothing, so it needs nobody's rights to be told.
    if system.kind() == SystemKind::Windows && !refused_words(app).is_empty() {
        return Ok(RunningProcess::This(AccountChoice::Current));
    }
    if system.kind() == SystemKind::Unix
        || choice == AccountChoice::Current
        || device.own_account() == Account::System
    {
        return Ok(RunningProcess::This(choice));
    }
    match (device.is_elevated(), app.runs_as_user(), purpose) {
        (true, ..) => Ok(RunningProcess::AsSystem),
        (false, true, _) | (false, false, RunPurpose::Look) => {
            Ok(RunningProcess::This(AccountChoice::Current))
        }
        (false, false, RunPurpose::Run) => Err(ElevationNeeded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RunPurpose::{Look, Run};
    use waybill_system::fake::FakeSystem;

    fn app(account: &str) -> AppDocument {
        let text = format!(r#"{{ "installExperience": {{ "runAsAccount": "{account}" }} }}"#);
        AppDocument::from_slice(text.as_bytes()).unwrap()
    }

    #[test]
    fn who_may_becomes_the_system_and_who_may_not_is_told() {
        let machine = FakeSystem::windows();
        let documented = AccountChoice::AsDocumented;
        let from = |account: &str, undertaking| {
            choose_process(&app(account), documented, undertaking, &machine).ok()
        };
        assert_eq!(from("system", Run), Some(RunningProcess::This(documented)), "it is the system");
        machine.set_device(|device| device.account = Account::Current);
        assert_eq!([from("system", Run), from("user", Look)], [Some(RunningProcess::AsSystem); 2]);
        machine.set_device(|device| device.elevated = false);
        assert_eq!(from("system", Run), None);
        assert_eq!(from("system", Look), Some(RunningProcess::This(AccountChoice::Current)));
        assert_eq!(from("user", Run), Some(RunningProcess::This(AccountChoice::Current)));
        assert_eq!(from("Usr", Run), Some(RunningProcess::This(AccountChoice::Current)), "it is refused");
        let current = choose_process(&app("system"), AccountChoice::Current, Run, &machine);
        assert_eq!(current.unwrap(), RunningProcess::This(AccountChoice::Current));
    }

    #[test]
    fn elsewhere_it_is_always_the_current_user() {
        let machine = FakeSystem::unix();
        machine.set_device(|device| (device.account, device.elevated) = (Account::Current, false));
        let here = choose_process(&app("system"), AccountChoice::AsDocumented, Run, &machine).unwrap();
        assert_eq!(here, RunningProcess::This(AccountChoice::AsDocumented));
    }
}
