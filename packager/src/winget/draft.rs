//! The document and the scripts for a chosen installer, field by field.

use super::command::{install_line, return_codes};
use super::installer::{Installer, Kind, Scope};
use super::manifest::Manifest;
use super::powershell::{self, Entry, PortableProgram};
use super::recognition::{build_of, expanded, file_rule, wanted_version};
use super::yaml::Node;
use super::{WingetChoice, WingetError};
use crate::init::{comparable_version, product_rule, script_rule_of, usual_experience};
use crate::msi::MsiFacts;
use std::path::Path;
use waybill_intune::path::users_variable;
use waybill_intune::right_line::{removal_line, right_line};
use waybill_intune::{OLDEST_RELEASE, VersionNumber, View, is_guid, known_releases, oldest_release_from};
use waybill_schemas::Quoted;
use waybill_schemas::app::{
    AppDocument, Architectures, Operator, ProductCodeRule, Rule, RuleType, RunAsAccount,
};

/// The longest description that Intune takes, in characters.
const LONGEST_DESCRIPTION: usize = 10_000;

const SCOPE_OPEN: &str = "The manifest does not say for whom the installer installs, so the app runs as the system: try \
    whether every user finds it.";

/// What is written for an installer.
pub(super) struct WingetDraft {
    pub(super) app: AppDocument,
    /// Names and bytes of the scripts for the sources.
    pub(super) scripts: Vec<(String, Vec<u8>)>,
    /// What to know and to check, a sentence each, most important first.
    pub(super) notes: Vec<String>,
}

/// The installer's file, where it lies.
pub(super) struct SetupInSources<'a> {
    /// Its name in the sources, with `/`.
    pub(super) name: &'a str,
    /// The folder of the sources, as it is staged.
    pub(super) sources: &'a Path,
}

/// Drafts document and scripts.
pub(super) fn draft(
    manifest: &Manifest,
    installer: &Installer,
    choice: &WingetChoice,
    setup: &SetupInSources<'_>,
) -> Result<WingetDraft, WingetError> {
    let mut drafter = Drafter {
        manifest,
        installer,
        choice,
        setup,
        scope: scope_of(installer, choice),
        app: AppDocument::new(),
        scripts: Vec::new(),
        notes: Vec::new(),
    };
    drafter.account()?;
    drafter.texts();
    drafter.requirements();
    match installer.kind {
        Kind::Msi | Kind::Wix => drafter.msi()?,
        Kind::Msix | Kind::Appx => drafter.msix(),
        Kind::Portable => drafter.portable()?,
        _ => drafter.program()?,
    }
    drafter.place_rule();
    drafter.codes();
    drafter.remarks();
    let Drafter { app, scripts, notes, .. } = drafter;
    Ok(WingetDraft { app, scripts, notes })
}

/// For whom the app installs: an installer that does not say follows the wish, else it is for the machine.
fn scope_of(installer: &Installer, choice: &WingetChoice) -> Scope {
    let wished = || choice.scope.as_deref().is_some_and(|scope| scope.eq_ignore_ascii_case("user"));
    installer.scope.unwrap_or(if wished() { Scope::User } else { Scope::Machine })
}

struct Drafter<'a> {
    manifest: &'a Manifest,
    installer: &'a Installer,
    choice: &'a WingetChoice,
    setup: &'a SetupInSources<'a>,
    scope: Scope,
    app: AppDocument,
    scripts: Vec<(String, Vec<u8>)>,
    notes: Vec<String>,
}

impl Drafter<'_> {
    fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    fn account(&mut self) -> Result<(), WingetError> {
        let elevation = self.installer.text("ElevationRequirement").unwrap_or_default().to_lowercase();
        let mut experience = usual_experience();
        if self.scope == Scope::User {
            experience.run_as_account = Some(RunAsAccount::User);
            self.note(
                "The app runs as the user (`runAsAccount` is `user`). Assign it to users, not to devices.",
            );
        }
        match (elevation.as_str(), self.scope) {
            ("elevationprohibited", Scope::Machine) => return Err(WingetError::Elevation),
            ("elevationprohibited", Scope::User) => self.note(
                "The installer must not run elevated (elevationProhibited), and Intune uses the elevated token of \
                 users who are administrators: it fails for them.",
            ),
            ("elevatesself", Scope::User) => self.note(
                "The installer asks for an administrator's rights itself (elevatesSelf): standard users see a prompt \
                 that they cannot answer.",
            ),
            _ => {}
        }
        // An MSI says it itself.
        if self.is_scope_open() && !self.installer.kind.is_msi() {
            self.note(SCOPE_OPEN);
        }
        self.app.install_experience = Some(experience);
        Ok(())
    }

    fn is_scope_open(&self) -> bool {
        self.installer.scope.is_none() && self.choice.scope.is_none()
    }

    fn texts(&mut self) {
        let manifest = self.manifest;
        let text = |name: &str| manifest.localized(name);
        let description = manifest
            .localized_lines("Description")
            .or_else(|| text("ShortDescription"))
            .or_else(|| text("PackageName"));
        self.app.display_name = text("PackageName");
        self.app.publisher = text("Publisher");
        self.app.description = description.map(|text| text.chars().take(LONGEST_DESCRIPTION).collect());
        self.app.developer = text("Author");
        self.app.information_url = text("PackageUrl").filter(|url| is_web(url));
        self.app.privacy_information_url = text("PrivacyUrl").filter(|url| is_web(url));
        self.app.display_version = Some(manifest.version.clone());
        self.app.setup_file_path = Some(self.setup.name.to_owned());
    }

    fn requirements(&mut self) {
        let names: &[&str] = match self.installer.architecture.as_str() {
            "x64" => &["x64"],
            "arm64" => &["arm64"],
            "arm" => &["arm"],
            "neutral" => &["x86", "x64", "arm64"],
            _ => &["x86", "x64"],
        };
        let not_for = self.installer.fields.texts("UnsupportedOSArchitectures");
        let is_for = |name: &&&str| !not_for.iter().any(|other| other.eq_ignore_ascii_case(name));
        let names: Vec<&str> = names.iter().filter(is_for).copied().collect();
        if names.is_empty() {
            self.note(
                "The manifest leaves no architecture (UnsupportedOSArchitectures): choose some yourself.",
            );
        } else {
            self.app.allowed_architectures = Some(Architectures::new(names.join(",")));
        }
        let oldest = self.installer.text("MinimumOSVersion");
        let build = oldest.as_deref().and_then(build_of);
        let release = build.map_or(Some(OLDEST_RELEASE), oldest_release_from);
        if let (Some(version), None) = (&oldest, build) {
            self.note(format!(
                "MinimumOSVersion {version} is no version of Windows, and is left out.",
                version = Quoted(version)
            ));
        }
        if let (Some(version), None) = (&oldest, release) {
            self.note(format!(
                "MinimumOSVersion {version} is newer than every release that is known here: the newest one is asked for.", version = Quoted(version)
            ));
        }
        let newest = || known_releases().last().copied().unwrap_or(OLDEST_RELEASE);
        self.app.minimum_supported_windows_release = Some(release.unwrap_or_else(newest).to_owned());
    }

    fn path_of_setup(&self) -> std::path::PathBuf {
        self.setup.name.split('/').fold(self.setup.sources.to_path_buf(), |path, name| path.join(name))
    }

    /// Product code and version are read from the MSI: the manifest may be wrong about them.
    fn msi(&mut self) -> Result<(), WingetError> {
        self.app.install_command_line = Some(install_line(self.installer, self.setup.name, self.choice)?);
        let facts = match MsiFacts::read(&self.path_of_setup()) {
            Ok(facts) => facts,
            Err(error) => {
                self.note(format!("The MSI's facts are not known ({error}): its entry detects it instead."));
                if self.is_scope_open() {
                    self.note(SCOPE_OPEN);
                }
                self.entry_rule();
                return Ok(());
            }
        };
        let stated =
            self.installer.text("ProductCode").filter(|code| !code.eq_ignore_ascii_case(&facts.product_code));
        if let Some(code) = stated {
            self.note(format!(
                "The manifest has the product code {code}, the MSI {}: the MSI's is taken.",
                facts.product_code
            ));
        }
        let is_own = |entry: &&Node| {
            entry.text("ProductCode").is_none_or(|code| code.eq_ignore_ascii_case(&facts.product_code))
        };
        let shown = self.arp_entries().iter().filter(is_own).find_map(|entry| entry.text("DisplayVersion"));
        if let (Some(stated), Some(read)) = (&shown, &facts.version)
            && wanted_version(stated) != wanted_version(read)
        {
            self.note(format!("The manifest has the version {stated}, the MSI {read}: the MSI's is taken."));
        }
        if facts.is_user_install() && self.scope == Scope::Machine {
            self.note(
                "The MSI installs for one user unless ALLUSERS=1 is passed, and the app runs as the system: set \
                 `runAsAccount` to `user`, or pass it where the MSI supports that.",
            );
        }
        if let Some(version) =
            facts.version.as_deref().filter(|version| comparable_version(version).is_none())
        {
            self.note(format!(
                "The version {version} is not two to four numbers: the rule does not compare it.",
                version = Quoted(version)
            ));
        }
        self.app.msi_information = Some(facts.msi_information());
        self.app.uninstall_command_line = Some(removal_line(&facts.product_code));
        self.app.rules.extend(product_rule(&facts));
        Ok(())
    }

    fn program(&mut self) -> Result<(), WingetError> {
        self.app.install_command_line = Some(install_line(self.installer, self.setup.name, self.choice)?);
        if self.installer.kind == Kind::Burn
            && let Some(rule) = self.rule_of_packed_msi()
        {
            self.app.rules.push(rule);
            self.uninstall_by_entry();
            return Ok(());
        }
        self.entry_rule();
        Ok(())
    }

    /// The MSI that a bundle installs, where the manifest names a single one.
    fn rule_of_packed_msi(&self) -> Option<Rule> {
        let is_msi = |entry: &&Node| {
            let kind = entry.text("InstallerType").unwrap_or_default().to_lowercase();
            matches!(kind.as_str(), "msi" | "wix")
                && entry.text("ProductCode").is_some_and(|code| is_guid(&code))
        };
        let mut found = self.arp_entries().iter().filter(is_msi);
        // Rules are ANDed, and of several MSIs a device may have one.
        let entry = found.next().filter(|_| found.next().is_none())?;
        let version = entry.text("DisplayVersion").unwrap_or_else(|| self.manifest.version.clone());
        let version = wanted_version(&version);
        let operator = version.as_ref().map_or(Operator::NotConfigured, |_| Operator::GreaterThanOrEqual);
        Some(Rule::ProductCode(ProductCodeRule {
            rule_type: Some(RuleType::Detection),
            product_code: entry.text("ProductCode"),
            product_version_operator: Some(operator),
            product_version: version,
            ..ProductCodeRule::default()
        }))
    }

    fn arp_entries(&self) -> &[Node] {
        self.installer.fields.list("AppsAndFeaturesEntries")
    }

    /// The version that the app has to have: what its entry shows, else the package's.
    fn version_wanted(&mut self) -> Option<String> {
        let shown = self.arp_entries().iter().find_map(|entry| entry.text("DisplayVersion"));
        let version = shown.unwrap_or_else(|| self.manifest.version.clone());
        let wanted = wanted_version(&version);
        if wanted.is_none() {
            self.note_not_compared(&version);
        }
        wanted
    }

    fn note_not_compared(&mut self, version: &str) {
        self.note(format!(
            "The version {} is not two to four numbers: detection only looks whether the app is there, so an update of \
             it is not seen.",
            Quoted(version)
        ));
    }

    /// Detects and uninstalls by the app's entry among the installed programs. Its view of the registry does not follow
    /// from the architecture, so a script looks into both.
    fn entry_rule(&mut self) {
        let entries = self.entries();
        if entries.iter().any(|entry| entry.wanted.is_empty()) {
            let versions = self.arp_entries().iter().map(|node| self.version_of(Some(node)));
            let all: Vec<String> = versions.chain([self.manifest.version.clone()]).collect();
            let version = all.iter().find(|version| wanted_version(version).is_none());
            self.note_not_compared(version.unwrap_or(&self.manifest.version));
        }
        let script = powershell::detect_entry(&entries, self.scope);
        self.app.rules.push(script_rule_of(&powershell::bytes(&script)));
        if entries.iter().any(|entry| entry.key.is_empty()) {
            self.note(
                "The manifest has no ProductCode: detection looks for an entry of exactly this name and publisher. \
                 `waybill try` on Windows proposes the rule that it sees.",
            );
        }
        self.uninstall_by_entry();
    }

    fn uninstall_by_entry(&mut self) {
        let script = powershell::uninstall_entry(&self.entries(), self.scope, self.installer.kind);
        let name = self.add_script("uninstall.ps1", &script);
        self.app.uninstall_command_line = right_line("ps1", &name, View::Bits32);
        if self.installer.kind == Kind::Exe {
            self.note(format!(
                "{name} runs the QuietUninstallString of the app's entry; where it has none, it ends with 1: add the \
                 uninstaller's switches to it."
            ));
        }
    }

    /// How the app's entries are found: by the keys that the manifest names, else by name and publisher; and the
    /// version of each. An installer may leave several, and one of them is enough.
    fn entries(&self) -> Vec<Entry> {
        let nodes = self.arp_entries();
        let code_of = |node: &Node| node.text("ProductCode");
        let mut entries: Vec<Entry> = Vec::new();
        let root = self.installer.text("ProductCode");
        if let Some(code) = &root {
            let same = |node: &&Node| code_of(node).is_some_and(|other| other.eq_ignore_ascii_case(code));
            // What has no code of its own describes the installer's.
            let node = nodes.iter().find(same).or_else(|| nodes.iter().find(|node| code_of(node).is_none()));
            entries.extend(self.entries_by_code(code, node));
        }
        for node in nodes {
            match code_of(node) {
                Some(code) => entries.extend(self.entries_by_code(&code, Some(node))),
                None if root.is_none() && node.text("DisplayName").is_some() => {
                    entries.push(self.entry_by_name(Some(node)));
                }
                None => {}
            }
        }
        if entries.is_empty() {
            entries.push(self.entry_by_name(nodes.first()));
        }
        let mut seen = std::collections::BTreeSet::new();
        entries.retain(|entry| {
            seen.insert((entry.key.to_lowercase(), entry.name.clone(), entry.publisher.clone()))
        });
        entries
    }

    fn version_of(&self, node: Option<&Node>) -> String {
        node.and_then(|node| node.text("DisplayVersion")).unwrap_or_else(|| self.manifest.version.clone())
    }

    /// The entry of a key. Inno Setup's key is the AppId with `_is1`, which some manifests leave out.
    fn entries_by_code(&self, code: &str, node: Option<&Node>) -> Vec<Entry> {
        let wanted = wanted_version(&self.version_of(node)).unwrap_or_default();
        let by_key = |key: String| Entry {
            key,
            name: String::new(),
            publisher: String::new(),
            wanted: wanted.clone(),
        };
        let is_cut = self.installer.kind == Kind::Inno && !code.to_lowercase().ends_with("_is1");
        let with_suffix = is_cut.then(|| by_key(format!("{code}_is1")));
        std::iter::once(by_key(code.to_owned())).chain(with_suffix).collect()
    }

    fn entry_by_name(&self, node: Option<&Node>) -> Entry {
        let of_entry = |name: &str| node.and_then(|node| node.text(name));
        let text = |name: &str| self.manifest.localized(name).unwrap_or_default();
        Entry {
            key: String::new(),
            name: of_entry("DisplayName").unwrap_or_else(|| text("PackageName")),
            publisher: of_entry("Publisher").unwrap_or_else(|| text("Publisher")),
            wanted: wanted_version(&self.version_of(node)).unwrap_or_default(),
        }
    }

    fn msix(&mut self) {
        let wanted = self.version_wanted();
        let family = self.installer.text("PackageFamilyName").unwrap_or_default();
        let scripts = powershell::msix(self.setup.name, &family, self.scope, wanted.as_deref());
        let install = self.add_script("install.ps1", &scripts.install);
        let uninstall = self.add_script("uninstall.ps1", &scripts.uninstall);
        self.app.install_command_line = right_line("ps1", &install, View::Bits32);
        self.app.uninstall_command_line = right_line("ps1", &uninstall, View::Bits32);
        if family.is_empty() {
            self.note("The manifest has no PackageFamilyName: write a detection rule, and put it into uninstall.ps1.");
        } else {
            self.app.rules.push(script_rule_of(&powershell::bytes(&scripts.detect)));
        }
    }

    fn portable(&mut self) -> Result<(), WingetError> {
        let folder = super::file_names::folder(&self.manifest.identifier);
        let programs = self.portable_programs()?;
        let own = ["install.ps1", "uninstall.ps1"].map(|name| self.free_name(name));
        let list = super::file_names::portable_list(&self.manifest.version);
        let (install, uninstall) =
            powershell::portable(&folder, &programs, self.scope, &[&own[0], &own[1]], &list);
        let (install, uninstall) =
            (self.add_script("install.ps1", &install), self.add_script("uninstall.ps1", &uninstall));
        self.app.install_command_line = right_line("ps1", &install, View::Bits32);
        self.app.uninstall_command_line = right_line("ps1", &uninstall, View::Bits32);
        let parent = match self.scope {
            Scope::Machine => "%ProgramW6432%",
            Scope::User => r"%LOCALAPPDATA%\Programs",
        };
        let file = programs.first().map(|program| program.file.replace('/', "\\")).unwrap_or_default();
        let program = waybill_pe::Program::read(&self.path_of_setup()).ok();
        let version =
            program.and_then(|program| program.version?.file_version).filter(|version| *version != [0; 4]);
        let version = version.map(|version| VersionNumber::from(version).to_string());
        if version.is_none() {
            self.note(
                "The program has no version of its own: detection also looks for the list of files that install.ps1 \
                 writes for this version. A device with a later version counts as without this one: let the later app \
                 supersede this one.",
            );
            self.app.rules.push(file_rule(&format!(r"{parent}\{folder}\{list}"), None, false));
        }
        self.app.rules.push(file_rule(&format!(r"{parent}\{folder}\{file}"), version, false));
        Ok(())
    }

    fn portable_programs(&self) -> Result<Vec<PortableProgram>, WingetError> {
        let first_command = self.installer.fields.texts("Commands").into_iter().next();
        if !self.installer.is_zip {
            return Ok(vec![PortableProgram { file: self.setup.name.to_owned(), alias: first_command }]);
        }
        let files = self.installer.fields.list("NestedInstallerFiles");
        let program = |node: &Node| {
            let file = super::place::nested_name(node, self.setup.sources)?;
            Ok(PortableProgram { file, alias: node.text("PortableCommandAlias") })
        };
        let mut programs = files.iter().map(program).collect::<Result<Vec<_>, WingetError>>()?;
        if let [only] = &mut programs[..] {
            only.alias = only.alias.take().or(first_command);
        }
        Ok(programs)
    }

    /// A rule for a file that the manifest says the app has.
    fn place_rule(&mut self) {
        let kind = self.installer.kind;
        if kind.is_msi() || kind.is_msix() || kind == Kind::Portable {
            return;
        }
        let Some(metadata) = self.installer.fields.get("InstallationMetadata") else { return };
        let folder = self.choice.install_location.clone().or_else(|| metadata.text("DefaultInstallLocation"));
        let files = metadata.list("Files");
        let is_launched = |file: &&Node| {
            file.text("FileType").is_none_or(|kind| kind.eq_ignore_ascii_case("launch"))
                && file.text("RelativeFilePath").is_some()
        };
        let file = files.iter().find(is_launched).or_else(|| files.first());
        let Some((folder, file)) = folder.zip(file.and_then(|file| file.text("RelativeFilePath"))) else {
            return;
        };
        let is_32_bit = self.installer.architecture == "x86";
        let path = format!(r"{}\{}", folder.trim_end_matches('\\'), file.trim_start_matches(['\\', '/']));
        let path = expanded(&path.replace('/', "\\"), is_32_bit);
        if path.split('\\').any(|name| name == "..") {
            return self
                .note("The manifest's InstallationMetadata leads out of its folder, and is left out.");
        }
        if let Some(variable) = users_variable(&path).filter(|_| self.scope == Scope::Machine) {
            return self.note(format!(
                "The manifest's InstallationMetadata names {variable}, a folder of one user, and the app is the system's: it is \
                 left out. Give --scope user where the app installs for the user."
            ));
        }
        self.note(format!(
            "Detection also looks for {path}, as the manifest says; take the rule out where it differs."
        ));
        self.app.rules.push(file_rule(&path, None, is_32_bit));
    }

    fn codes(&mut self) {
        let (codes, notes) = return_codes(self.installer);
        self.app.return_codes = codes;
        self.notes.extend(notes);
    }

    /// Writes a script for the sources, under a name that no file of a zip has, and returns that name.
    fn add_script(&mut self, name: &str, text: &str) -> String {
        let name = self.free_name(name);
        self.scripts.push((name.clone(), powershell::bytes(text)));
        name
    }

    fn free_name(&self, name: &str) -> String {
        let is_free = |name: &String| !super::place::has_file(self.setup.sources, name);
        let mut others = (1..).map(|count| format!("waybill-{count}-{name}"));
        let first = [name.to_owned(), format!("waybill-{name}")].into_iter().find(is_free);
        first.or_else(|| others.find(is_free)).unwrap_or_else(|| name.to_owned())
    }

    /// What of the manifest an app.json cannot hold.
    fn remarks(&mut self) {
        let fields = &self.installer.fields;
        match fields.text("UpgradeBehavior").unwrap_or_default().to_lowercase().as_str() {
            "uninstallprevious" => self.note(
                "Versions are to be uninstalled before the next is installed (UpgradeBehavior): give the new app a \
                 supersedence of type replace.",
            ),
            "deny" => self.note(
                "The installer refuses to update in place (UpgradeBehavior is deny): give the new app a supersedence \
                 of type replace.",
            ),
            _ => {}
        }
        if fields.is_true("RequireExplicitUpgrade") {
            self.note(
                "The app updates itself (RequireExplicitUpgrade): detection takes later versions as well.",
            );
        }
        for text in dependencies(fields.get("Dependencies")) {
            self.note(format!("It depends on {text}: add the app to `relationships` or assign it yourself."));
        }
        if fields.is_true("DisplayInstallWarnings") {
            self.note("The installer shows warnings (DisplayInstallWarnings): try it before it is assigned.");
        }
        if let Some(markets) = fields.get("Markets") {
            let list =
                [markets.texts("AllowedMarkets"), markets.texts("ExcludedMarkets")].concat().join(", ");
            self.note(format!("The manifest limits its markets ({list})."));
        }
        if let Some(notes) = self.manifest.localized("InstallationNotes") {
            self.note(format!("The vendor says about installing: {notes}"));
        }
        for agreement in self.manifest.localized_list("Agreements") {
            let texts = ["AgreementLabel", "Agreement", "AgreementUrl"].map(|name| agreement.text(name));
            let text = texts.into_iter().flatten().collect::<Vec<_>>().join(": ");
            self.note(format!("By installing you agree to: {}", cut(&text, 500)));
        }
        for unknown in self.manifest.unknown.clone() {
            self.note(format!("Not known here and left out: {unknown}."));
        }
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn cut(text: &str, longest: usize) -> String {
    let cut: String = text.chars().take(longest).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

/// Each dependency in words.
fn dependencies(dependencies: Option<&Node>) -> Vec<String> {
    let Some(dependencies) = dependencies else { return Vec::new() };
    let mut found: Vec<String> = dependencies
        .list("PackageDependencies")
        .iter()
        .filter_map(|one| {
            let version =
                one.text("MinimumVersion").map(|version| format!(" {version} or later")).unwrap_or_default();
            Some(format!("the package {}{version}", one.text("PackageIdentifier")?))
        })
        .collect();
    for (key, what) in [
        ("WindowsFeatures", "the Windows feature"),
        ("WindowsLibraries", "the Windows library"),
        ("ExternalDependencies", "the external component"),
    ] {
        found.extend(dependencies.texts(key).into_iter().map(|name| format!("{what} {name}")));
    }
    found
}
