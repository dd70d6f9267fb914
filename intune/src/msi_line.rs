//! What Intune's agent may make of an msiexec line in the system context.
//!
//! Sources disagree. One support article of Microsoft ("Troubleshooting Win32 app installations with Intune", the flow of
//! an installation, step "Prepare .msi cmdline for system context") shows `msiexec /i "7zip.msi" /q` run as
//! `msiexec /i "7zip.msi" /q /qn ALLUSERS=1 REBOOT=ReallySuppress /norestart`, with the restart behaviour `suppress`. Installs that
//! were measured run the line as it is written. Nobody measured a line that has
//! some of these words already (docs/fidelity.md, "What nobody has measured").

use crate::command_line::{CommandLine, Interface, Msiexec, ProductOrFile, Step};

/// An msiexec line as the article shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedLine {
    /// The whole line: the one that was written, character for character, and the added words.
    pub line: String,
    /// The words that were added, with a blank between them.
    pub added: String,
}

/// The line as the agent prepares it in the system context, after the article; `None` where it adds nothing. Only a line
/// that starts msiexec itself and installs a file with `/i` or `/package` is prepared: not one of cmd.exe, not `/x`, `/p`, `/f`,
/// `/a` or `/j`, and not a product code. What the line says already to the same effect is not said again. A property that is
/// there with another value (`ALLUSERS=2`) is followed by the agent's, which msiexec then takes, because the last one counts.
///
/// ```
/// use waybill_intune::prepared_msi_line;
/// let prepared = prepared_msi_line(r#"msiexec /i "a b.msi" /q"#, true).unwrap();
/// assert_eq!(prepared.line, r#"msiexec /i "a b.msi" /q ALLUSERS=1 REBOOT=ReallySuppress /norestart"#);
/// assert_eq!(prepared_msi_line("msiexec /x {0F1B2C3D-1111-2222-3333-0123456789AB} /q", true), None);
/// ```
pub fn prepared_msi_line(line: &str, suppresses_restart: bool) -> Option<PreparedLine> {
    let line = line.trim();
    let command = CommandLine::parse(line, &|_| false);
    let step = command.steps.first()?;
    let call = Msiexec::parse(step).filter(|call| installs_a_file(call, step))?;
    let is_set =
        |name: &str, value: &str| call.property(name).is_some_and(|one| one.eq_ignore_ascii_case(value));
    let has_switch = |name: &str| step.words.iter().any(|word| word.switch().as_deref() == Some(name));
    let no_reboot = call.property("REBOOT").is_some_and(|one| one.to_uppercase().starts_with('R'));
    let words = [
        (call.interface != Interface::None, "/qn"),
        (!is_set("ALLUSERS", "1"), "ALLUSERS=1"),
        (suppresses_restart && !no_reboot, "REBOOT=ReallySuppress"),
        (suppresses_restart && !has_switch("norestart"), "/norestart"),
    ];
    let added: Vec<&str> =
        words.into_iter().filter_map(|(is_missing, word)| is_missing.then_some(word)).collect();
    let added = added.join(" ");
    (!added.is_empty()).then(|| PreparedLine { line: format!("{line} {added}"), added })
}

/// Whether the call installs an MSI file: `/i x.msi`, `/package x.msi` or `/ix.msi`.
fn installs_a_file(call: &Msiexec, step: &Step) -> bool {
    let is_installing = |at: usize| {
        let switch = |at: usize| step.words.get(at).and_then(|word| word.switch());
        let before = at.checked_sub(1).and_then(switch);
        matches!(before.as_deref(), Some("i" | "package"))
            || switch(at).is_some_and(|own| own.starts_with('i'))
    };
    let installed =
        |target: &ProductOrFile| matches!(target, ProductOrFile::File(_, at) if is_installing(*at));
    !call.removes && call.targets.first().is_some_and(installed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(line: &str, suppresses_restart: bool) -> String {
        prepared_msi_line(line, suppresses_restart).map(|prepared| prepared.added).unwrap_or_default()
    }

    #[test]
    fn what_is_missing_is_added_at_the_end_once() {
        for (line, allowed, suppressed) in [
            ("msiexec /i a.msi", "/qn ALLUSERS=1", "/qn ALLUSERS=1 REBOOT=ReallySuppress /norestart"),
            ("msiexec /i a.msi /qn", "ALLUSERS=1", "ALLUSERS=1 REBOOT=ReallySuppress /norestart"),
            ("MsiExec.exe /I a.msi /quiet /norestart", "ALLUSERS=1", "ALLUSERS=1 REBOOT=ReallySuppress"),
            (
                r"C:\Windows\System32\msiexec.exe /package a.msi /qb",
                "/qn ALLUSERS=1",
                "/qn ALLUSERS=1 REBOOT=ReallySuppress /norestart",
            ),
            (
                r"%windir%\Sysnative\msiexec -i a.msi -passive",
                "/qn ALLUSERS=1",
                "/qn ALLUSERS=1 REBOOT=ReallySuppress /norestart",
            ),
            ("msiexec /ia.msi /q ALLUSERS=2 REBOOT=R", "ALLUSERS=1", "ALLUSERS=1 /norestart"),
            ("msiexec /qn ALLUSERS=\"1\" /i a.msi reboot=Suppress", "", "REBOOT=ReallySuppress /norestart"),
            ("msiexec /i a.msi /qn allusers=1 REBOOT=ReallySuppress /norestart", "", ""),
        ] {
            assert_eq!([added(line, false), added(line, true)], [allowed, suppressed], "{line}");
        }
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        for line in [
            "",
            "setup.exe /i a.msi",
            "cmd.exe /c msiexec /i a.msi",
            "cmd /c \"msiexec /i a.msi /qn\"",
            "msiexec /x a.msi",
            "msiexec /i {0F1B2C3D-1111-2222-3333-0123456789AB} REINSTALL=ALL",
            "msiexec /p a.msp /qn",
            "msiexec /update a.msp",
            "msiexec /fa a.msi",
            "msiexec /a a.msi TARGETDIR=C:\\x",
            "msiexec /jm a.msi",
            "powershell.exe -File a.ps1",
        ] {
            assert_eq!(prepared_msi_line(line, true), None, "{line}");
        }
    }

    #[test]
    fn the_written_line_stays_character_for_character() {
        let line = r#"msiexec  /i "a  b.msi"   PROP="x ""y"" z" TRANSFORMS=a.mst;b.mst"#;
        let prepared = prepared_msi_line(&format!("  {line} "), false).unwrap();
        assert_eq!(prepared.line, format!("{line} /qn ALLUSERS=1"));
    }
}
