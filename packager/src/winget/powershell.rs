//! The scripts that an app from winget brings along, for Windows PowerShell 5.1. Names of a manifest are somebody
//! else's text: they go into a script as literals alone.

use super::file_names;
use super::installer::{Kind, Scope};

const FIND: &str = include_str!("scripts/find-entry.ps1");

/// A text as a literal of PowerShell. Its single quotes are five characters, and each is doubled.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        if matches!(letter, '\'' | '\u{2018}'..='\u{201B}') {
            out.push(letter);
        }
        out.push(letter);
    }
    out.push('\'');
    out
}

/// A script's bytes: with a byte order mark where Windows PowerShell would read letters beyond ASCII as others.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let mark = if text.is_ascii() { "" } else { "\u{FEFF}" };
    format!("{mark}{text}").into_bytes()
}

/// Puts values in for `{{NAME}}`, each once: what a value holds is not looked at again.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, behind) = after.split_once("}}").unwrap_or((after, ""));
        let value = values.iter().find(|(one, _)| *one == name).map(|(_, value)| *value).unwrap_or_default();
        out.push_str(before);
        out.push_str(value);
        rest = behind;
    }
    out + rest
}

/// An entry among the installed programs: by its key, or where that is empty by name and publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) publisher: String,
    /// The oldest version of this entry that counts; empty where any does.
    pub(super) wanted: String,
}

fn entries(entries: &[Entry]) -> String {
    let line = |entry: &Entry| {
        let texts = [&entry.key, &entry.name, &entry.publisher, &entry.wanted];
        let [key, name, publisher, wanted] = texts.map(|text| literal(text));
        format!("    @{{ Key = {key}; Name = {name}; Publisher = {publisher}; Wanted = {wanted} }}")
    };
    entries.iter().map(line).collect::<Vec<_>>().join("\n")
}

const fn hive(scope: Scope) -> &'static str {
    match scope {
        Scope::Machine => "'LocalMachine'",
        Scope::User => "'CurrentUser'",
    }
}

const fn everybody(scope: Scope) -> &'static str {
    match scope {
        Scope::Machine => "$true",
        Scope::User => "$false",
    }
}

/// A detection script for any of the entries, each in its version or a later one.
pub(super) fn detect_entry(found_by: &[Entry], scope: Scope) -> String {
    let entries = entries(found_by);
    filled(
        include_str!("scripts/detect-entry.ps1"),
        &[("HIVE", hive(scope)), ("ENTRIES", &entries), ("FIND", FIND)],
    )
}

/// An uninstall script by the commands of an entry.
pub(super) fn uninstall_entry(found_by: &[Entry], scope: Scope, kind: Kind) -> String {
    let switches = match kind {
        Kind::Inno => "/VERYSILENT /SUPPRESSMSGBOXES /NORESTART",
        Kind::Burn => "/quiet /norestart",
        _ => "",
    };
    filled(
        include_str!("scripts/uninstall-entry.ps1"),
        &[
            ("HIVE", hive(scope)),
            ("ENTRIES", &entries(found_by)),
            ("KIND", &literal(kind.word())),
            ("SWITCHES", &literal(switches)),
            ("FIND", FIND),
        ],
    )
}

/// The scripts of an msix: what installs, uninstalls and detects it.
pub(super) struct MsixScripts {
    pub(super) install: String,
    pub(super) uninstall: String,
    pub(super) detect: String,
}

/// The scripts for the package file `package` of this family.
pub(super) fn msix(package: &str, family: &str, scope: Scope, wanted: Option<&str>) -> MsixScripts {
    let wanted = literal(wanted.unwrap_or_default());
    let (package, family) = (literal(package), literal(family));
    let values =
        [("PACKAGE", &*package), ("FAMILY", &*family), ("EVERYBODY", everybody(scope)), ("WANTED", &*wanted)];
    MsixScripts {
        install: filled(include_str!("scripts/install-msix.ps1"), &values),
        uninstall: filled(include_str!("scripts/uninstall-msix.ps1"), &values),
        detect: filled(include_str!("scripts/detect-msix.ps1"), &values),
    }
}

/// A program of a portable app, relative to the folder, and the name by which it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PortableProgram {
    pub(super) file: String,
    pub(super) alias: Option<String>,
}

/// The scripts that copy a portable app into `folder` below Program Files, and remove it; `own` are the names of
/// files that are not the app's, and `list` is the file that names what was installed.
pub(super) fn portable(
    folder: &str,
    programs: &[PortableProgram],
    scope: Scope,
    own: &[&str],
    list: &str,
) -> (String, String) {
    let line = |program: &PortableProgram| {
        // The script adds the extension: `tool` and `tool.exe` are the same command.
        let alias = program.alias.as_deref().unwrap_or_default();
        let stem = alias.len().saturating_sub(".exe".len());
        let has_extension = alias.get(stem..).is_some_and(|end| end.eq_ignore_ascii_case(".exe"));
        let alias = if has_extension { &alias[..stem] } else { alias };
        // A plain name: the manifest's could lead out of the folder.
        let alias = if alias.is_empty() { String::new() } else { file_names::folder(alias) };
        let alias = literal(&alias);
        format!("    @{{ File = {}; Alias = {alias} }}", literal(&program.file.replace('/', "\\")))
    };
    let programs = programs.iter().map(line).collect::<Vec<_>>().join("\n");
    let own = own.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", ");
    let (folder, list) = (literal(folder), literal(list));
    let script = |what: &str, work: &str| {
        filled(
            include_str!("scripts/portable.ps1"),
            &[
                ("WHAT", what),
                ("EVERYBODY", everybody(scope)),
                ("FOLDER", &folder),
                ("PROGRAMS", &programs),
                ("OWN", &own),
                ("LIST", &list),
                ("WORK", work),
            ],
        )
    };
    (
        script("Copies the app into its folder, and adds that to PATH.", PORTABLE_INSTALL),
        script(
            "Removes the files that were installed, and takes their folders out of PATH.",
            PORTABLE_UNINSTALL,
        ),
    )
}

const PORTABLE_INSTALL: &str = r#"    New-Item -ItemType Directory -Path $Target -Force | Out-Null
    $listed = @(Get-ListedFile)
    $files = @(Get-PackageFile)
    # Listed before they are copied, so that a run that is killed leaves nothing that nobody knows.
    Set-Content -LiteralPath (Join-Path $Target $Pending) -Value $files -Encoding UTF8
    foreach ($name in $files) {
        $from = Join-Path $PSScriptRoot $name
        $to = Join-Path $Target $name
        New-Item -ItemType Directory -Path (Split-Path -Parent $to) -Force | Out-Null
        if (Test-Path -LiteralPath $from -PathType Leaf) { Copy-Item -LiteralPath $from -Destination $to -Force }
    }
    foreach ($program in $Programs) {
        $file = Join-Path $Target $program.File
        if ($program.Alias) {
            $called = Join-Path $Target (Get-CalledName $program)
            if ($called -ne $file) { Copy-Item -LiteralPath $file -Destination $called -Force }
        }
    }
    Remove-File ($listed | Where-Object { $_ -and ($files -notcontains $_) -and ($_ -ne $Pending) })
    Edit-Path $true $listed
    Set-Content -LiteralPath (Join-Path $Target $List) -Value $files -Encoding UTF8
    Remove-File $Pending"#;

const PORTABLE_UNINSTALL: &str = r"    $listed = @(Get-ListedFile)
    # An app that an older script installed has no list: the files are this package's.
    if (-not $listed) { $listed = @(Get-PackageFile) }
    Edit-Path $false $listed
    Remove-File $listed";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_its_extension_gets_no_second_one() {
        let program =
            |alias: &str| PortableProgram { file: "a.exe".to_owned(), alias: Some(alias.to_owned()) };
        let (install, _) = portable("A", &[program(r"..\..\tool")], Scope::Machine, &[], "l.txt");
        assert!(install.contains("Alias = '____tool' }"), "{install}");
        for alias in ["tool", "tool.exe", "tool.EXE"] {
            let (install, _) = portable("Contoso.Tool", &[program(alias)], Scope::Machine, &[], "l.txt");
            assert!(install.contains("Alias = 'tool' }"), "{install}");
        }
    }

    #[test]
    fn a_listed_name_that_leads_out_is_refused_with_either_separator() {
        let (install, _) = portable("A", &[], Scope::Machine, &[], "l.txt");
        assert!(install.contains(r"-notmatch '(^|[\\/])\.\.([\\/]|$)|^[\\/]|:'"), "{install}");
    }

    #[test]
    fn hostile_names_stay_literals() {
        assert_eq!(literal("a'b\u{2019}c\n$(x)\"`"), "'a''b\u{2019}\u{2019}c$(x)\"`'");
        let hostile = "'); Remove-Item C:\\ #{{WANTED}}".to_owned();
        let entry =
            Entry { key: hostile.clone(), name: hostile.clone(), publisher: hostile, wanted: "1.2".into() };
        let script = detect_entry(&[entry], Scope::User);
        assert!(script.contains("Key = '''); Remove-Item C:\\ #{{WANTED}}'; Name"), "{script}");
        assert!(script.contains("$Hive = 'CurrentUser'") && script.contains("Wanted = '1.2' }"));
    }

    #[test]
    fn no_placeholder_is_left_open() {
        let entry = Entry { key: "k".into(), name: "n".into(), publisher: "p".into(), wanted: String::new() };
        let program = PortableProgram { file: "bin/a.exe".into(), alias: Some("a".into()) };
        let msix = msix("a.msix", "A_b", Scope::Machine, None);
        let (install, uninstall) = portable("A.B", &[program], Scope::Machine, &["install.ps1"], "l.txt");
        let entry = [entry];
        let scripts = [
            detect_entry(&entry, Scope::Machine),
            uninstall_entry(&entry, Scope::Machine, Kind::Inno),
            msix.install,
            msix.uninstall,
            msix.detect,
            install,
            uninstall,
        ];
        for script in scripts {
            assert!(!script.contains("{{") && !script.contains("}}"), "{script}");
            assert_eq!(script.matches('(').count(), script.matches(')').count(), "{script}");
            assert!(script.is_ascii());
        }
    }
}
