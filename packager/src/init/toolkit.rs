//! The PowerShell App Deployment Toolkit: its two launchers, and what its script says of the app.
//!
//! Version 3 has Deploy-Application.exe and .ps1 with variables such as `$appVersion`; version 4 has
//! Invoke-AppDeployToolkit.exe and .ps1 with a hashtable `$adtSession`. The launcher's own version says nothing about
//! the app (psappdeploytoolkit.com, "Deployment structure").

use crate::setup_file::SetupFile;
use crate::walk::SourceList;
use encoding_rs::{Encoding, WINDOWS_1252};
use waybill_intune::View;
use waybill_intune::path::leaf;
use waybill_intune::right_line::{quoted, right_line};
use waybill_schemas::read_regular;

/// The largest script that is read, in bytes.
const LARGEST: usize = 1 << 20;

/// A package of the toolkit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Toolkit {
    /// Which of its launchers starts it.
    pub(super) generation: Generation,
    /// What its script says; all empty where the script is missing or unreadable.
    pub(super) script: Script,
    /// The launcher or script that the commands start, as a name in the source folder.
    launcher: String,
    /// The version of the toolkit, two numbers, where it is known.
    version: Option<(u32, u32)>,
}

/// A generation of the toolkit, by its launcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// Version 3: Deploy-Application.
    Three,
    /// Version 4: Invoke-AppDeployToolkit.
    Four,
}

/// What the script says of the app; a value that is empty or computed is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) vendor: Option<String>,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) architecture: Option<String>,
    toolkit_version: Option<String>,
}

impl Toolkit {
    /// The toolkit, if the setup file is one of its launchers or scripts.
    pub(super) fn find(list: &SourceList, setup: &SetupFile) -> Option<Self> {
        let (stem, extension) = setup.leaf().rsplit_once('.')?;
        let generation = match stem.to_lowercase().as_str() {
            "deploy-application" => Generation::Three,
            "invoke-appdeploytoolkit" => Generation::Four,
            _ => return None,
        };
        if !["exe", "ps1"].iter().any(|one| extension.eq_ignore_ascii_case(one)) {
            return None;
        }
        let folder = setup.name().strip_suffix(setup.leaf()).unwrap_or_default();
        let beside = |name: &str| named(list, &format!("{folder}{name}"));
        // The script asks for the launcher's rights and bitness, so the launcher is used wherever there is one.
        let launcher =
            beside(&format!("{stem}.exe")).map_or_else(|| setup.name().to_owned(), |(name, _)| name);
        let script = beside(&format!("{stem}.ps1")).and_then(|(_, path)| read(&path));
        let script = script.map(|text| Script::read(&text)).unwrap_or_default();
        let module = beside("PSAppDeployToolkit/PSAppDeployToolkit.psd1").and_then(|(_, path)| read(&path));
        let module = module.and_then(|text| assigned(&text, "ModuleVersion"));
        let version = module.or_else(|| script.toolkit_version.clone()).as_deref().and_then(two_numbers);
        Some(Self { generation, script, launcher, version })
    }

    /// The command for `deployment`, `Install` or `Uninstall`.
    pub(super) fn command(&self, deployment: &str) -> String {
        let start = if leaf(&self.launcher).to_lowercase().ends_with(".ps1") {
            right_line("ps1", &self.launcher, View::Bits32).unwrap_or_default()
        } else {
            quoted(&self.launcher)
        };
        format!("{start} -DeploymentType {deployment} -DeployMode Silent")
    }

    /// The exit codes with which the toolkit reports that the user put the deployment off: 60012 in version 3 and 4.0,
    /// 1602 since 4.1. Both where the version is not known.
    pub(super) fn deferral_codes(&self) -> &'static [i32] {
        match (self.generation, self.version) {
            (_, Some(version)) if version >= (4, 1) => &[1602],
            (Generation::Four, None) => &[1602, 60012],
            _ => &[60012],
        }
    }
}

/// The file of this name, in any case: its name on the disk, and its path.
fn named(list: &SourceList, name: &str) -> Option<(String, std::path::PathBuf)> {
    let wanted = name.to_lowercase();
    let mut files = list.iter().filter(|entry| !entry.is_folder());
    files.find(|entry| entry.name().to_lowercase() == wanted).map(|entry| (entry.name(), entry.path()))
}

/// A script's text: UTF-8 or UTF-16 by its mark, else UTF-8, else the code page of western Windows.
fn read(path: &std::path::Path) -> Option<String> {
    let bytes = read_regular(path, LARGEST).ok()?;
    let (encoding, mark) = Encoding::for_bom(&bytes).unwrap_or((encoding_rs::UTF_8, 0));
    let (text, has_errors) = encoding.decode_without_bom_handling(bytes.get(mark..)?);
    Some(if has_errors { WINDOWS_1252.decode(&bytes).0.into_owned() } else { text.into_owned() })
}

fn two_numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(|part| part.trim().parse().ok());
    Some((parts.next()??, parts.next()??))
}

impl Script {
    fn read(text: &str) -> Self {
        let value = |name: &str| assigned(text, name);
        Self {
            vendor: value("AppVendor"),
            name: value("AppName"),
            version: value("AppVersion"),
            architecture: value("AppArch"),
            toolkit_version: value("DeployAppScriptVersion"),
        }
    }
}

/// The first literal that is assigned to a variable or key of this name, comments left out: `[String]$appName = 'x'`,
/// `AppName = "x"`. `None` where it is empty or computed.
fn assigned(text: &str, name: &str) -> Option<String> {
    let mut is_comment = false;
    for line in text.lines() {
        let line = code_of(line, &mut is_comment);
        // A cast goes before the variable: [String]$appName, [Version]$appVersion.
        let left_and_right = line.split_once('=');
        let Some((left, right)) = left_and_right else { continue };
        let variable = left.rsplit(']').next().unwrap_or(left).trim().trim_start_matches('$');
        let bare = variable.rsplit(':').next().unwrap_or(variable);
        if bare.eq_ignore_ascii_case(name)
            && let Some(value) = literal(right)
        {
            return Some(value);
        }
    }
    None
}

/// The part of a line that is not in a block comment; line comments are whole lines here.
fn code_of<'a>(line: &'a str, is_comment: &mut bool) -> &'a str {
    let line = line.trim();
    if *is_comment {
        let Some((_, rest)) = line.split_once("#>") else { return "" };
        *is_comment = false;
        return rest;
    }
    if let Some((before, rest)) = line.split_once("<#") {
        *is_comment = !rest.contains("#>");
        return before;
    }
    if line.starts_with('#') { "" } else { line }
}

/// A quoted literal or a bare version, after an optional cast.
fn literal(text: &str) -> Option<String> {
    let text = text.trim();
    let text = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, rest)) => rest.trim(),
        None => text,
    };
    let quote = text.chars().next()?;
    let value = if quote == '\'' || quote == '"' {
        quoted_literal(&text[1..], quote)?
    } else {
        let end = text.find(|one: char| !one.is_ascii_digit() && one != '.').unwrap_or(text.len());
        text[..end].to_owned()
    };
    // A double-quoted text may hold variables, whose values only the device knows.
    let is_computed = quote == '"' && value.contains('$');
    let value: String = value.chars().filter(|one| !one.is_control()).take(256).collect();
    (!is_computed && !value.trim().is_empty()).then(|| value.trim().to_owned())
}

/// The text up to the closing quote; a doubled quote stands for one.
fn quoted_literal(text: &str, quote: char) -> Option<String> {
    let mut value = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != quote {
            value.push(letter);
        } else if letters.next_if_eq(&quote).is_some() {
            value.push(quote);
        } else {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generations_scripts_are_read() {
        let three = "<#\n$appName = 'in a comment'\n#>\n[String]$appVendor = 'Igor''s'\n## $appName = 'no'\n\
            [String]$appName = \"7-Zip\"\n[string]$appVersion = '25.01'\n[string]$appArch = 'x64'\n";
        let script = Script::read(three);
        assert_eq!(script.vendor.as_deref(), Some("Igor's"));
        assert_eq!((script.name.as_deref(), script.version.as_deref()), (Some("7-Zip"), Some("25.01")));
        assert_eq!(script.architecture.as_deref(), Some("x64"));
        let four = "$adtSession = @{\n    # AppName = 'no'\n    AppVendor = ''\n    AppName = 'Café'\n\
            AppVersion = [version]'1.2.3'\n DeployAppScriptVersion = '4.1.5'\n}\n";
        let script = Script::read(four);
        assert_eq!((script.vendor, script.name.as_deref()), (None, Some("Café")));
        assert_eq!(
            (script.version.as_deref(), script.toolkit_version.as_deref()),
            (Some("1.2.3"), Some("4.1.5"))
        );
    }

    #[test]
    fn what_is_computed_or_open_is_not_taken() {
        for line in [
            "$appName = \"$vendor x\"",
            "$appName = 'open",
            "$appName = Get-Name",
            "$appName = ''",
            "appName",
        ] {
            assert_eq!(assigned(line, "AppName"), None, "{line}");
        }
        assert_eq!(assigned("$appVersion = 1.2 # now", "AppVersion").as_deref(), Some("1.2"));
        assert_eq!(assigned("$script:appName = 'x'", "AppName").as_deref(), Some("x"));
    }

    #[test]
    fn the_code_of_a_deferral_follows_the_version() {
        let toolkit = |generation, version| Toolkit {
            generation,
            version,
            script: Script::default(),
            launcher: "Deploy-Application.exe".into(),
        };
        for (generation, version, codes) in [
            (Generation::Three, Some((3, 10)), &[60012][..]),
            (Generation::Three, None, &[60012]),
            (Generation::Four, Some((4, 0)), &[60012]),
            (Generation::Four, Some((4, 1)), &[1602]),
            (Generation::Four, None, &[1602, 60012]),
            // A script of version 3 on the module of version 4.1.
            (Generation::Three, Some((4, 1)), &[1602]),
        ] {
            assert_eq!(toolkit(generation, version).deferral_codes(), codes);
        }
    }
}
