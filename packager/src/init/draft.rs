//! Drafts the document, field by field.

use super::beside::{self, DetectionScript};
use super::toolkit::Toolkit;
use super::version_text::{comparable_version, tidy_version};
use super::{AppDraft, Deferral, DraftNote};
use crate::msi::MsiFacts;
use crate::recognise::{Confidence, Installer, InstallerKind, ProposedCommands};
use crate::setup_file::SetupFile;
use crate::walk::SourceList;
use std::path::Path;
use waybill_intune::path::extension;
use waybill_intune::right_line::{advice, is_program, removal_line, right_line};
use waybill_intune::{DEFAULT_RUN_LIMIT_MINUTES, OLDEST_RELEASE, SCRIPT_LIMIT, View, is_guid};
use waybill_pe::{Machine, Program};
use waybill_schemas::app::{
    AppDocument, Architectures, DeviceRestartBehavior, InstallExperience, Operator, PowerShellScriptRule,
    ProductCodeRule, RegistryOperation, RegistryRule, ReturnCode, ReturnCodeType, Rule, RuleType,
    RunAsAccount, ScriptOperation,
};
use waybill_schemas::read_regular;

const BUNDLE_DOUBT: &str = "The detection rule expects the bundle's own key under Uninstall for all users; a \
    bundle that installs for one user has it under HKEY_CURRENT_USER.";

const TOOLKIT_DOUBT: &str = "The toolkit's script was read for names alone: whether it installs without asking shows \
    only when it runs.";

const MSI_IN_TOOLKIT: &str = "The detection rule expects the only MSI in Files; where the script installs anything \
    else, write another.";

const PACKAGE_DOUBT: &str = "The command provisions the package for all users. From a manifest of winget, `waybill init \
    --winget` writes the scripts that install, remove and detect such a package.";

/// Drafts the document of a recognised setup file.
pub(super) fn draft(
    list: &SourceList,
    setup_file: &SetupFile,
    installer: &Installer,
    deferral: Deferral,
) -> AppDraft {
    let toolkit = Toolkit::find(list, setup_file);
    let mut drafter =
        Drafter { list, setup_file, installer, deferral, app: AppDocument::new(), notes: Vec::new() };
    drafter.common(toolkit.is_some());
    match (&toolkit, installer.kind) {
        (Some(toolkit), _) => drafter.toolkit(toolkit),
        (None, InstallerKind::Msi) => drafter.msi(),
        (None, _) => drafter.other(),
    }
    if toolkit.is_none() && deferral == Deferral::Retry {
        drafter.notes.push(DraftNote::NoDeferralCode);
    }
    drafter.detection_script();
    let mut draft = drafter.finish(toolkit.is_some());
    if toolkit.is_some() {
        draft.kind = InstallerKind::AppDeployToolkit;
        (draft.confidence, draft.evidence) = (Confidence::Likely, "the names of its launcher and script");
    }
    draft
}

struct Drafter<'a> {
    list: &'a SourceList,
    setup_file: &'a SetupFile,
    installer: &'a Installer,
    deferral: Deferral,
    app: AppDocument,
    notes: Vec<DraftNote>,
}

impl Drafter<'_> {
    fn common(&mut self, is_toolkit: bool) {
        let name = self.setup_file.name().to_owned();
        self.app.setup_file_path = Some(name.clone());
        // Intune requires a release; the oldest excludes no device.
        self.app.minimum_supported_windows_release = Some(OLDEST_RELEASE.to_owned());
        self.app.install_experience = Some(usual_experience());
        if self.setup_file.spelled_otherwise() {
            self.notes.push(DraftNote::SpelledOtherwise { name: name.clone() });
        }
        if name.contains('%') {
            self.notes.push(DraftNote::PercentInName { name: name.clone() });
        }
        if !is_toolkit && is_misnamed(&name, self.installer.kind) {
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
        self.product_rule(facts);
        self.architectures(match facts.platform.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("x64" | "amd64") => Some(Machine::X64),
            Some("arm64") => Some(Machine::Arm64),
            // Windows Installer treats a database without a platform as a 32-bit one.
            _ => Some(Machine::X86),
        });
        if facts.is_user_install() {
            let is_dual = facts.installs_per_user && facts.all_users.as_deref() == Some("2");
            self.run_as_user(if is_dual { DUAL_PURPOSE } else { PER_USER });
        }
        // An empty value and a missing one are the same to Windows Installer; any other is a mistake.
        let odd = facts.all_users.as_deref().filter(|value| !matches!(*value, "1" | "2"));
        self.notes.extend(odd.map(|value| DraftNote::OddAllUsers(value.to_owned())));
    }

    fn product_rule(&mut self, facts: &MsiFacts) {
        let rule = product_rule(facts);
        let compared = facts.version.as_deref().is_none_or(|version| comparable_version(version).is_some());
        if let Some(version) = facts.version.clone().filter(|_| !compared && rule.is_some()) {
            self.notes.push(DraftNote::VersionNotCompared { version });
        }
        self.app.rules.extend(rule);
    }

    fn other(&mut self) {
        let program = self.installer.program.as_ref();
        self.take_version(program);
        self.architectures(program.map(|program| program.machine));
        let product = self.app.display_name.clone().unwrap_or_else(|| self.plain_name());
        let ProposedCommands { install, uninstall, mut doubts } =
            self.installer.propose(self.setup_file.name(), &product);
        self.app.install_command_line = install.or_else(|| self.line_by_extension());
        let script = self.uninstall_script();
        if script.is_some() {
            doubts.retain(|doubt| !doubt.starts_with("The uninstaller is assumed"));
        }
        self.app.uninstall_command_line = script.or(uninstall);
        self.notes.extend(doubts.into_iter().map(DraftNote::Unverified));
        match self.installer.kind {
            // Squirrel installs into %LOCALAPPDATA% of the user who runs it. For SYSTEM that is a profile in which no
            // user finds the app.
            InstallerKind::Squirrel => self.run_as_user(SQUIRREL),
            InstallerKind::Burn => {
                let rule = bundle_rule(self.installer);
                self.notes.extend(rule.as_ref().map(|_| DraftNote::Unverified(BUNDLE_DOUBT.to_owned())));
                self.app.rules.extend(rule);
            }
            _ => {}
        }
    }

    /// The line for a file that is no installer of its own, such as an update (.msu) or a package of Windows (.msix): its
    /// extension says what starts it. A note, where nothing does.
    fn line_by_extension(&mut self) -> Option<String> {
        let name = self.setup_file.name().to_owned();
        let extension = extension(&name);
        if is_program(&extension) {
            return None;
        }
        let line = right_line(&extension, &name, View::Bits32);
        if line.is_none() {
            self.notes.push(DraftNote::NotStarted { name, advice: advice(&extension) });
        } else if matches!(&*extension, "msix" | "msixbundle" | "appx" | "appxbundle") {
            self.notes.push(DraftNote::Unverified(PACKAGE_DOUBT.to_owned()));
        }
        line
    }

    /// The facts are those of the script: the launcher's version is the toolkit's own.
    fn toolkit(&mut self, toolkit: &Toolkit) {
        let script = toolkit.script.clone();
        self.app.display_name = script.name;
        self.app.publisher = script.vendor;
        self.app.display_version = script.version.as_deref().and_then(tidy_version);
        self.app.install_command_line = Some(toolkit.command("Install"));
        self.app.uninstall_command_line = Some(toolkit.command("Uninstall"));
        let is_64_bit = script.architecture.is_some_and(|name| name.eq_ignore_ascii_case("x64"));
        self.architectures(is_64_bit.then_some(Machine::X64));
        self.notes.push(DraftNote::Unverified(TOOLKIT_DOUBT.to_owned()));
        // With AppName empty the toolkit installs the only MSI in Files by itself; otherwise it is likely the app.
        if let Some(facts) = self.only_msi_of_toolkit() {
            self.app.display_name = self.app.display_name.take().or_else(|| facts.name.clone());
            self.app.publisher = self.app.publisher.take().or_else(|| facts.publisher.clone());
            self.app.display_version = self.app.display_version.take().or_else(|| facts.version.clone());
            self.product_rule(&facts);
            self.notes.push(DraftNote::Unverified(MSI_IN_TOOLKIT.to_owned()));
        }
        self.app.return_codes = ReturnCode::defaults();
        let kind = match self.deferral {
            Deferral::Failed => ReturnCodeType::Failed,
            Deferral::Retry => ReturnCodeType::Retry,
        };
        let codes = toolkit.deferral_codes();
        self.app.return_codes.extend(codes.iter().map(|code| ReturnCode::new(*code, kind.clone())));
        self.notes.push(DraftNote::Deferral { codes, choice: self.deferral });
    }

    fn only_msi_of_toolkit(&self) -> Option<MsiFacts> {
        let folder = self.setup_file.name().strip_suffix(self.setup_file.leaf())?;
        let folder = format!("{folder}files/").to_lowercase();
        let is_msi = |name: &str| {
            let name = name.to_lowercase();
            name.strip_prefix(&folder).is_some_and(|leaf| leaf.ends_with(".msi") && !leaf.contains('/'))
        };
        let mut found = self.list.iter().filter(|entry| !entry.is_folder() && is_msi(&entry.name()));
        let only = found.next().filter(|_| found.next().is_none())?;
        MsiFacts::read(&only.path()).ok()
    }

    /// A detection script that the packager laid beside the setup file is the rule, whatever the installer tells.
    fn detection_script(&mut self) {
        match beside::detection_script(self.list, self.setup_file) {
            None => {}
            Some(DetectionScript::Several(names)) => self.notes.push(DraftNote::SeveralScripts { names }),
            Some(DetectionScript::One(name, path)) => match script_rule(&path) {
                Ok(rule) => {
                    let is_replacing = !self.app.rules.is_empty();
                    self.app.rules = vec![rule];
                    self.notes.retain(|note| !is_about_rules(note));
                    self.notes.push(DraftNote::DetectionScript { name, is_replacing });
                }
                Err(why) => self.notes.push(DraftNote::ScriptNotTaken { name, why }),
            },
        }
    }

    fn take_version(&mut self, program: Option<&Program>) {
        let Some(version) = program.and_then(|program| program.version.as_ref()) else { return };
        self.app.display_name = version.product_name.clone().or_else(|| version.file_description.clone());
        self.app.publisher.clone_from(&version.company_name);
        // Some texts are names or unfilled templates, and the numbers are more reliable then.
        let text = |text: &Option<String>| text.as_deref().and_then(tidy_version);
        let numbers = |numbers: [u16; 4]| numbers.map(|part| part.to_string()).join(".");
        self.app.display_version = text(&version.product_version_text)
            .or_else(|| text(&version.file_version_text))
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

    fn run_as_user(&mut self, why: &'static str) {
        if let Some(experience) = &mut self.app.install_experience {
            experience.run_as_account = Some(RunAsAccount::User);
        }
        self.notes.push(DraftNote::RunsAsUser { why });
    }

    /// The line for a script beside the setup file that uninstalls.
    fn uninstall_script(&self) -> Option<String> {
        let name = beside::uninstall_script(self.list, self.setup_file)?;
        right_line(&extension(&name), &name, View::Bits32)
    }

    /// The name of an app whose installer tells none. Scripts, and setup files whose name says nothing, are named after
    /// their folder.
    fn plain_name(&self) -> String {
        use InstallerKind::{Batch, PowerShell, RegistryFile, WindowsScript};
        let is_script = matches!(self.installer.kind, PowerShell | Batch | WindowsScript | RegistryFile);
        let stem = self.stem();
        let says_nothing = GENERIC_NAMES.iter().any(|name| stem.eq_ignore_ascii_case(name));
        let folder = || beside::folder_name(self.list.root());
        if is_script || says_nothing { folder().unwrap_or(stem) } else { stem }
    }

    fn stem(&self) -> String {
        let leaf = self.setup_file.leaf();
        leaf.rsplit_once('.').map_or(leaf, |(stem, _)| stem).to_owned()
    }

    fn finish(mut self, is_toolkit: bool) -> AppDraft {
        let folder = || beside::folder_name(self.list.root()).filter(|_| is_toolkit);
        let display_name = self.app.display_name.clone().or_else(folder);
        let display_name = display_name.unwrap_or_else(|| self.plain_name());
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

const PER_USER: &str = "the MSI is made for one user (ALLUSERS is not set)";
const DUAL_PURPOSE: &str = "the MSI installs for one user unless ALLUSERS=1 MSIINSTALLPERUSER=\"\" is passed";
const SQUIRREL: &str = "Squirrel installs for one user";

/// Names of setup files that say nothing about the app.
const GENERIC_NAMES: [&str; 8] =
    ["setup", "install", "installer", "setup64", "setup32", "setup-x64", "setup_x64", "deploy"];

/// As the portal proposes it: as the system, with the default time limit, and restarts by the return code.
pub(crate) fn usual_experience() -> InstallExperience {
    InstallExperience {
        run_as_account: Some(RunAsAccount::System),
        max_run_time_in_minutes: Some(DEFAULT_RUN_LIMIT_MINUTES),
        device_restart_behavior: Some(DeviceRestartBehavior::BasedOnReturnCode),
        ..InstallExperience::default()
    }
}

/// A detection rule that runs the script at `path`, in the 64-bit PowerShell; or why it cannot be one.
fn script_rule(path: &Path) -> Result<Rule, String> {
    // Measured as it is passed on: UTF-16 has two bytes or more for each letter.
    let bytes = read_regular(path, 2 * SCRIPT_LIMIT + 2).map_err(|error| error.to_string())?;
    if bytes.is_empty() {
        return Err("it is empty".to_owned());
    }
    let bytes = readable_by_powershell(bytes.to_vec());
    if bytes.len() > SCRIPT_LIMIT {
        return Err(format!("it has more than {SCRIPT_LIMIT} bytes, the most that Intune takes"));
    }
    Ok(script_rule_of(&bytes))
}

/// The script as Windows PowerShell 5.1 reads it right, however it is passed on: UTF-16 becomes UTF-8, and letters beyond
/// ASCII get the mark without which they would be read in the device's code page. A signed script stays as it is.
fn readable_by_powershell(bytes: Vec<u8>) -> Vec<u8> {
    const MARK: &[u8] = "\u{FEFF}".as_bytes();
    let (text, is_other) = match encoding_rs::Encoding::for_bom(&bytes) {
        Some((encoding, mark)) if encoding != encoding_rs::UTF_8 => {
            let (text, has_errors) = encoding.decode_without_bom_handling(&bytes[mark..]);
            (text.into_owned(), !has_errors)
        }
        Some(_) => return bytes,
        None => match std::str::from_utf8(&bytes) {
            Ok(text) => (text.to_owned(), !text.is_ascii()),
            Err(_) => return bytes,
        },
    };
    if !is_other || text.contains("# SIG # Begin signature block") {
        return bytes;
    }
    let mark = if text.is_ascii() { &[][..] } else { MARK };
    [mark, text.as_bytes()].concat()
}

/// A detection rule that runs this script, in the 64-bit PowerShell.
pub(crate) fn script_rule_of(script: &[u8]) -> Rule {
    let mut rule = PowerShellScriptRule {
        rule_type: Some(RuleType::Detection),
        enforce_signature_check: Some(false),
        run_as_32_bit: Some(false),
        operation_type: Some(ScriptOperation::NotConfigured),
        operator: Some(Operator::NotConfigured),
        ..PowerShellScriptRule::default()
    };
    rule.set_script(script);
    Rule::PowerShellScript(rule)
}

/// Whether a note is about a rule that a detection script takes the place of.
fn is_about_rules(note: &DraftNote) -> bool {
    match note {
        DraftNote::VersionNotCompared { .. } => true,
        DraftNote::Unverified(doubt) => doubt == BUNDLE_DOUBT || doubt == MSI_IN_TOOLKIT,
        _ => false,
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

/// A rule for the product code, in this version or, for a product that updates itself, a later one. A version that no
/// rule can compare is left out.
pub(crate) fn product_rule(facts: &MsiFacts) -> Option<Rule> {
    let version = facts.version.as_deref().and_then(comparable_version);
    is_guid(&facts.product_code).then(|| {
        let compared = version.as_ref().map_or(Operator::NotConfigured, |_| Operator::GreaterThanOrEqual);
        Rule::ProductCode(ProductCodeRule {
            rule_type: Some(RuleType::Detection),
            product_code: Some(facts.product_code.clone()),
            product_version_operator: Some(compared),
            product_version: version,
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
