//! Silent switches as each maker documents them. Except for an MSI they are only proposals: the author of an installer
//! can remove them, and only trying shows whether they work.

use super::{Installer, InstallerKind};
use waybill_intune::View;
use waybill_intune::right_line::{quoted, right_line};
use waybill_intune::view::SYSNATIVE;

/// Commands for an installer, as proposals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProposedCommands {
    /// The command that installs without asking; `None` where none can be proposed.
    pub install: Option<String>,
    /// The command that uninstalls without asking; `None` where none can be proposed.
    pub uninstall: Option<String>,
    /// What to check before the commands are trusted, a sentence each. Empty where nothing has to be tried.
    pub doubts: Vec<String>,
}

impl InstallerKind {
    /// The switches that make the installer silent; `None` where it needs none or none are known.
    pub(crate) const fn silent_switches(self) -> Option<&'static str> {
        match self {
            Self::Nsis => Some("/S"),
            Self::InnoSetup => Some("/VERYSILENT /SUPPRESSMSGBOXES /NORESTART"),
            Self::Burn => Some("/quiet /norestart"),
            Self::InstallShield => Some("/s"),
            Self::Squirrel => Some("--silent"),
            _ => None,
        }
    }
}

impl Installer {
    /// Proposes silent commands for the setup file `name`, which is relative to the source folder.
    ///
    /// `product` is the product's name, for the folder that an uninstaller is probably in. An MSI gets no proposal
    /// here, because its uninstall command needs the product code.
    pub fn propose(&self, name: &str, product: &str) -> ProposedCommands {
        let file = quoted(name);
        let product: String = product.chars().filter(|one| fits_a_folder(*one)).collect();
        let product = product.trim().trim_end_matches('.');
        // Spelled out, because Microsoft's page says that variables of an uninstall command are not expanded.
        let folder = format!(r"C:\Program Files (x86)\{product}");
        let silent = self.kind.silent_switches().unwrap_or_default();
        let install = format!("{file} {silent}");
        // The folder of the uninstaller is a guess.
        let uninstaller = |program: &str| {
            format!(
                "The uninstaller is assumed to be {program} in {folder}; look where the installer puts it."
            )
        };
        match self.kind {
            InstallerKind::Nsis => {
                // `_?=` makes the uninstaller wait; it must be last and without quotes.
                let uninstall = format!(r#""{folder}\uninstall.exe" {silent} _?={folder}"#);
                both(install, uninstall, &[UNVERIFIED, &uninstaller("uninstall.exe")])
            }
            InstallerKind::InnoSetup => {
                let uninstall = format!(r#""{folder}\unins000.exe" {silent}"#);
                both(format!("{file} /SP- {silent}"), uninstall, &[UNVERIFIED, &uninstaller("unins000.exe")])
            }
            InstallerKind::Burn => both(install, format!("{file} /uninstall {silent}"), &[UNVERIFIED]),
            InstallerKind::InstallShield => {
                let line = |switches: &str| format!(r#"{file} {switches} /v"/qn /norestart""#);
                both(line("/s"), line("/s /x"), &[INSTALL_SHIELD])
            }
            InstallerKind::Squirrel => {
                let doubt = format!(
                    r"The app is assumed to be in %LocalAppData%\{product}; look where the installer puts it."
                );
                both(install, squirrel_uninstall(product, silent), &[SQUIRREL, &doubt])
            }
            InstallerKind::MsiPatch => install_only(right("msp", name), &[PATCH]),
            InstallerKind::PowerShell => install_only(right("ps1", name), &[]),
            InstallerKind::Batch => install_only(file, &[]),
            InstallerKind::WindowsScript => install_only(right("vbs", name), &[]),
            InstallerKind::RegistryFile => install_only(right("reg", name), &[REGISTRY]),
            InstallerKind::Program => install_only(file, &[UNKNOWN_PROGRAM]),
            // The commands of a toolkit depend on the files around the launcher.
            InstallerKind::Msi
            | InstallerKind::MsiTransform
            | InstallerKind::AppDeployToolkit
            | InstallerKind::Unknown => ProposedCommands::default(),
        }
    }
}

/// PowerShell looks up the user's folder, because a variable of the command itself may not be expanded.
fn squirrel_uninstall(product: &str, silent: &str) -> String {
    let product = product.replace('\'', "''");
    format!(
        r#"{SYSNATIVE}\WindowsPowerShell\v1.0\powershell.exe -NoProfile -ExecutionPolicy Bypass -Command "& (Join-Path $env:LOCALAPPDATA '{product}\Update.exe') --uninstall {silent}; exit $LASTEXITCODE""#
    )
}

/// Whether Windows allows a character in a folder's name; not a percent sign, which a command would expand.
fn fits_a_folder(one: char) -> bool {
    !one.is_control() && !matches!(one, '"' | '%' | '<' | '>' | '|' | '?' | '*' | ':' | '/' | '\\')
}

const UNVERIFIED: &str =
    "The silent switches are the toolkit's usual ones and have not been tried with this installer.";
const INSTALL_SHIELD: &str = "The silent switches are those of a Basic MSI project and have not been tried; an \
    InstallScript project needs a response file (record it with /r, play it with /s /f1).";
const SQUIRREL: &str = "Squirrel installs for one user, into %LocalAppData%: the app is set to run as the user. \
    Its switch --silent has not been tried with this installer.";
const PATCH: &str =
    "A patch is removed by its own code and its product's together; no uninstall command is proposed.";
const REGISTRY: &str = "The entries are imported into the 64-bit registry, where HKLM\\SOFTWARE is what 64-bit programs \
    see; what an import adds, nothing removes.";
const UNKNOWN_PROGRAM: &str = "The program is not of a known installer toolkit: its silent switches must be looked \
    up and added, or it will wait for somebody who is not there.";

/// The command line that starts a file of this kind under Intune's agent.
fn right(extension: &str, name: &str) -> String {
    right_line(extension, name, View::Bits32).unwrap_or_default()
}

fn both(install: String, uninstall: String, doubts: &[&str]) -> ProposedCommands {
    ProposedCommands { uninstall: Some(uninstall), ..install_only(install, doubts) }
}

fn install_only(install: String, doubts: &[&str]) -> ProposedCommands {
    let doubts = doubts.iter().map(|doubt| (*doubt).to_owned()).collect();
    ProposedCommands { install: Some(install), uninstall: None, doubts }
}
