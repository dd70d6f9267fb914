//! Drafts the document, field by field.

use super::{AppDraft, DraftNote};
use crate::msi::MsiFacts;
use crate::recognise::{Installer, InstallerKind, ProposedCommands};
use crate::setup_file::SetupFile;
use crate::walk::SourceList;
use waybill_intune::path::extension;
use waybill_intune::right_line::{removal_line, right_line};
use waybill_intune::{DEFAULT_RUN_LIMIT_MINUTES, OLDEST_RELEASE, View, is_guid};
use waybill_pe::{Machine, Program};
use waybill_schemas::app::{
    AppDocument, Architectures, DeviceRestartBehavior, InstallExperience, Operator, ProductCodeRule,
    RegistryOperation, RegistryRule, Rule, RuleType, RunAsAccount,
};

const BUNDLE_DOUBT: &str = "The detection rule expects the bundle's own key under Uninstall for all users; a \
    bundle that installs for one user has it under HKEY_CURRENT_USER.";

/// Drafts the document of a recognised setup file.
pub(super) fn draft(list: &SourceList, setup_file: &SetupFile, installer: &Installer) -> AppDraft {
    let mut drafter = Drafter { list, setup_file, installer, app: AppDocument::new(), notes: Vec::new() };
    drafter.common();
    match installer.kind {
        InstallerKind::Msi => drafter.msi(),
        _ => drafter.other(),
    }
    drafter.finish()
}

struct Drafter<'a> {
    list: &'a SourceList,
    setup_file: &'a SetupFile,
    installer: &'a Installer,
    app: AppDocument,
    notes: Vec<DraftNote>,
}

impl Drafter<'_> {
    fn common(&mut self) {
        let name = self.setup_file.name().to_owned();
        self.app.setup_file_path = Some(name.clone());
        // Intune requires a release; the oldest excludes no device.
        self.app.minimum_supported_windows_release = Some(OLDEST_RELEASE.to_owned());
        self.app.install_experience = Some(InstallExperience {
            run_as_account: Some(RunAsAccount::System),
            max_run_time_in_minutes: Some(DEFAULT_RUN_LIMIT_MINUTES),
            device_restart_behavior: Some(DeviceRestartBehavior::BasedOnReturnCode),
            ..InstallExperience::default()
        });
        if self.setup_file.spelled_otherwise() {
            self.notes.push(DraftNote::SpelledOtherwise { name: name.clone() });
        }
        if name.contains('%') {
            self.notes.push(DraftNote::PercentInName { name: name.clone() });
        }
        if is_misnamed(&name, self.installer.kind) {
            self.notes.push(DraftNote::AnotherKind { name, kind: self.installer.kind });
        }
    }

    fn msi(&mut self) {
        self.app.install_command_line = right_line("msi", self.setup_file.name(), View::Bits32);
        match MsiFacts::read(self.setup_file.path()) {
            Ok(facts) => self.msi_facts(&facts),
            Err(error) => self.notes.push(DraftNote::MsiUnreadable(with_causes(&error))),
        }
    }

    fn msi_facts(&mut self, facts: &MsiFacts) {
        self.app.display_name.clone_from(&facts.name);
        self.app.publisher.clone_from(&facts.publisher);
        self.app.display_version.clone_from(&facts.version);
        self.app.msi_information = Some(facts.msi_information());
        self.app.uninstall_command_line = Some(removal_line(&facts.product_code));
        self.app.rules.extend(product_rule(facts));
        self.architectures(match facts.platform.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("x64" | "amd64") => Some(Machine::X64),
            Some("arm64") => Some(Machine::Arm64),
            // Windows Installer treats a database without a platform as a 32-bit one.
            _ => Some(Machine::X86),
        });
        if facts.is_user_install() {
            self.run_as_user();
        }
        // An empty value and a missing one are the same to Windows Installer; any other is a mistake.
        let odd = facts.all_users.as_deref().filter(|value| !matches!(*value, "1" | "2"));
        self.notes.extend(odd.map(|value| DraftNote::OddAllUsers(value.to_owned())));
    }

    fn other(&mut self) {
        let program = self.installer.program.as_ref();
        self.take_version(program);
        self.architectures(program.map(|program| program.machine));
        let product = self.app.display_name.clone().unwrap_or_else(|| self.stem());
        let ProposedCommands { install, uninstall, doubts } =
            self.installer.propose(self.setup_file.name(), &product);
        self.app.install_command_line = install;
        self.app.uninstall_command_line = uninstall.or_else(|| self.uninstall_script());
        self.notes.extend(doubts.into_iter().map(DraftNote::Unverified));
        match self.installer.kind {
            // Squirrel installs into %LOCALAPPDATA% of the user who runs it. For SYSTEM that is a profile in which no
            // user finds the app.
            InstallerKind::Squirrel => self.run_as_user(),
            InstallerKind::Burn => {
                let rule = bundle_rule(self.installer);
                self.notes.extend(rule.as_ref().map(|_| DraftNote::Unverified(BUNDLE_DOUBT.to_owned())));
                self.app.rules.extend(rule);
            }
            _ => {}
        }
    }

    fn take_version(&mut self, program: Option<&Program>) {
        let Some(version) = program.and_then(|program| program.version.as_ref()) else { return };
        self.app.display_name = version.product_name.clone().or_else(|| version.file_description.clone());
        self.app.publisher.clone_from(&version.company_name);
        // Some texts are names or unfilled templates, and the numbers are more reliable then.
        let numeric = |text: &Option<String>| {
            text.clone().filter(|text| text.starts_with(|first: char| first.is_ascii_digit()))
        };
        let numbers = |numbers: [u16; 4]| numbers.map(|part| part.to_string()).join(".");
        self.app.display_version = numeric(&version.product_version_text)
            .or_else(|| numeric(&version.file_version_text))
            .or_else(|| version.file_version.filter(|version| *version != [0; 4]).map(numbers));
    }

    /// A 32-bit installer may be for any Windows on x86. A script has no architecture.
    fn architectures(&mut self, machine: Option<Machine>) {
        let list = match machine {
            Some(Machine::X64) => "x64",
            Some(Machine::Arm64) => "arm64",
            _ => "x86,x64",
        };
        self.app.applicable_architectures = Some(Architectures::new(list));
    }

    fn run_as_user(&mut self) {
        if let Some(experience) = &mut self.app.install_experience {
            experience.run_as_account = Some(RunAsAccount::User);
        }
    }

    /// The uninstall command for a script: a file `uninstall` with the same extension in the same folder.
    fn uninstall_script(&self) -> Option<String> {
        use InstallerKind::{Batch, PowerShell, WindowsScript};
        let name = self.setup_file.name();
        let folder = name.strip_suffix(self.setup_file.leaf())?;
        let is_script = matches!(self.installer.kind, PowerShell | Batch | WindowsScript);
        let (_, extension) = name.rsplit_once('.').filter(|_| is_script)?;
        // Compared in lower case, because the device finds the file in any case.
        let wanted = format!("{folder}uninstall.{extension}").to_lowercase();
        let mut files = self.list.iter().filter(|entry| !entry.is_folder());
        let found = files.find(|entry| entry.name().to_lowercase() == wanted)?.name();
        // The setup file may be the uninstaller itself, which does not undo itself.
        (found != name).then(|| self.installer.propose(&found, "").install)?
    }

    fn stem(&self) -> String {
        let leaf = self.setup_file.leaf();
        leaf.rsplit_once('.').map_or(leaf, |(stem, _)| stem).to_owned()
    }

    fn finish(mut self) -> AppDraft {
        let display_name = self.app.display_name.clone().unwrap_or_else(|| self.stem());
        // The portal refuses an app without a description, so the name is used.
        self.app.description.get_or_insert_with(|| display_name.clone());
        self.app.display_name = Some(display_name);
        if self.app.rules.is_empty() {
            self.notes.push(DraftNote::NoDetectionRule { kind: self.installer.kind });
        }
        let commands =
            [("install", &self.app.install_command_line), ("uninstall", &self.app.uninstall_command_line)];
        let missing = commands.into_iter().filter(|(_, line)| line.is_none());
        self.notes.extend(missing.map(|(which, _)| DraftNote::NoCommand { which }));
        if self.app.publisher.is_none() {
            self.notes.push(DraftNote::Unknown("publisher"));
        }
        self.app.notes = self.unverified();
        let Self { installer, app, notes, .. } = self;
        let (kind, confidence, evidence) = (installer.kind, installer.confidence, installer.evidence);
        AppDraft { app, kind, confidence, evidence, notes }
    }

    /// The document's notes: what was not tried, for the administrator who reads them in the portal.
    fn unverified(&self) -> Option<String> {
        let doubts = self.notes.iter().filter_map(|note| match note {
            DraftNote::Unverified(doubt) => Some(doubt.as_str()),
            _ => None,
        });
        let doubts: Vec<&str> = doubts.collect();
        (!doubts.is_empty()).then(|| format!("Unverified, drafted by waybill init. {}", doubts.join(" ")))
    }
}

/// Whether a name has the extension of an MSI or a program and the bytes are something else, or the reverse.
fn is_misnamed(name: &str, kind: InstallerKind) -> bool {
    use InstallerKind::{Msi, MsiPatch, MsiTransform, Program, Unknown};
    match extension(name).as_str() {
        "msi" => kind != Msi,
        "msp" => kind != MsiPatch,
        "exe" => matches!(kind, Msi | MsiPatch | MsiTransform | Unknown),
        "ps1" | "cmd" | "bat" | "vbs" => matches!(kind, Program | Unknown),
        _ => false,
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A rule for the product code, in this version or, for a product that updates itself, a later one.
fn product_rule(facts: &MsiFacts) -> Option<Rule> {
    is_guid(&facts.product_code).then(|| {
        let operator =
            facts.version.as_ref().map_or(Operator::NotConfigured, |_| Operator::GreaterThanOrEqual);
        Rule::ProductCode(ProductCodeRule {
            rule_type: Some(RuleType::Detection),
            product_code: Some(facts.product_code.clone()),
            product_version_operator: Some(operator),
            product_version: facts.version.clone(),
            ..ProductCodeRule::default()
        })
    })
}

/// A rule for the registry key of a Burn bundle, which its engine writes with its version.
fn bundle_rule(installer: &Installer) -> Option<Rule> {
    let id = installer.bundle_id.as_deref()?;
    let program = installer.program.as_ref()?;
    let version = program.version.as_ref().and_then(|version| version.file_version);
    let mut rule = RegistryRule {
        rule_type: Some(RuleType::Detection),
        key_path: Some(format!(
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{id}"
        )),
        // A 32-bit engine writes to WOW6432Node, where a rule for the 64-bit view would not find the key.
        check_32_bit_on_64_system: Some(program.machine == Machine::X86),
        operation_type: Some(RegistryOperation::Exists),
        operator: Some(Operator::NotConfigured),
        ..RegistryRule::default()
    };
    // Without a version the rule only checks that the key exists.
    if let Some(version) = version.filter(|version| *version != [0; 4]) {
        rule.value_name = Some("BundleVersion".to_owned());
        rule.operation_type = Some(RegistryOperation::Version);
        rule.operator = Some(Operator::GreaterThanOrEqual);
        rule.comparison_value = Some(version.map(|part| part.to_string()).join("."));
    }
    Some(Rule::Registry(rule))
}
