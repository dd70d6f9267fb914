use crate::{AccountChoice, Settings};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{ContextReport, Host};
use waybill_system::{Account, Perspective, System, SystemKind, View};

/// As whom, and in which view of files and registry, an app is looked for and run: derived once from the app, the settings and the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunAs {
    /// The account and the view of commands.
    pub perspective: Perspective,
    /// The account that app.json asks for.
    pub wanted: Account,
    /// The agent that is followed.
    pub host: Host,
    /// The kind of system.
    pub kind: SystemKind,
}

impl RunAs {
    /// As app and settings ask, on this machine.
    pub fn new(app: &AppDocument, settings: &Settings, system: &dyn System) -> Self {
        let wanted = if app.runs_as_user() { Account::User } else { Account::System };
        let kind = system.kind();
        let account = match (kind, settings.account) {
            (SystemKind::Unix, _) | (_, AccountChoice::Current) => Account::Current,
            (SystemKind::Windows, AccountChoice::AsDocumented) => wanted,
        };
        let view = match (kind, settings.host) {
            (SystemKind::Windows, Host::X86) => View::Bits32,
            _ => View::Bits64,
        };
        Self { perspective: Perspective { view, account }, wanted, host: settings.host, kind }
    }

    /// The same account in the view of a rule or script: `check32BitOn64System`, `runAs32Bit`.
    pub fn in_view(&self, is_32_bit: bool) -> Perspective {
        let view = if is_32_bit && self.kind == SystemKind::Windows { View::Bits32 } else { View::Bits64 };
        Perspective { view, ..self.perspective }
    }

    /// What the report says of it. `own` is whom this program runs as.
    pub fn report(&self, own: Account) -> ContextReport {
        let used = if self.perspective.account == own { own } else { self.perspective.account };
        ContextReport {
            wanted: account_name(self.wanted).to_owned(),
            used: account_name(used).to_owned(),
            substituted: used != self.wanted,
            view: view_name(self.perspective.view).to_owned(),
            host: self.host,
            system: match self.kind {
                SystemKind::Windows => "windows".to_owned(),
                SystemKind::Unix => "unix".to_owned(),
            },
        }
    }
}

/// As reports name it.
pub(crate) fn view_name(view: View) -> &'static str {
    match view {
        View::Bits32 => "32-bit",
        View::Bits64 => "64-bit",
    }
}

fn account_name(account: Account) -> &'static str {
    match account {
        Account::System => "system",
        Account::User => "user",
        Account::Current => "current",
    }
}
