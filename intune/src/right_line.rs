//! "Which line starts this file?": one answer for `waybill lint`, `waybill init` and the runner.
//!
//! Intune's agent starts a line with CreateProcess and no shell, so only programs and batch files start by themselves;
//! everything else ends with 0x800700C1 (docs/lint.md, "How Intune runs commands"). The agent is a 32-bit program:
//! PowerShell and pnputil are named through Sysnative, because the 32-bit PowerShell sees other keys and folders than
//! its author and cannot provision packages, and SysWOW64 has no pnputil at all.

use crate::view::{SYSNATIVE, View, without_sysnative};

/// Extensions of files that the agent starts by themselves; batch files through cmd.exe.
const PROGRAMS: &[&str] = &["exe", "com", "cmd", "bat"];

/// What starts files with one of these extensions. `{}` is the file, `{sysnative}` the folder of 64-bit programs.
const LINES: &[(&[&str], &str)] = &[
    (
        &["ps1"],
        r#"{sysnative}\WindowsPowerShell\v1.0\powershell.exe -NoProfile -ExecutionPolicy Bypass -File "{}""#,
    ),
    (&["msi"], r#"msiexec /i "{}" /qn /norestart"#),
    (&["msp"], r#"msiexec /p "{}" /qn /norestart"#),
    (&["msu"], r#"{sysnative}\wusa.exe "{}" /quiet /norestart"#),
    (&["vbs", "vbe", "js", "jse", "wsf"], r#"cscript.exe //B //NoLogo "{}""#),
    (&["reg"], r#"{sysnative}\reg.exe import "{}""#),
    (&["inf"], r#"{sysnative}\pnputil.exe /add-driver "{}" /install"#),
    (&["jar"], r#"java.exe -jar "{}""#),
    (&["py"], r#"python.exe "{}""#),
    (
        &["appx", "appxbundle", "msix", "msixbundle"],
        r#"{sysnative}\WindowsPowerShell\v1.0\powershell.exe -NoProfile -Command "Add-AppxProvisionedPackage -Online -SkipLicense -PackagePath '{}'""#,
    ),
];

/// Advice about files that no line starts.
const ADVICE: &[(&[&str], &str)] = &[
    (&["lnk", "url"], "name the program that it points to"),
    (&["zip", "7z", "cab", "rar"], "unpack it, and put what is in it into the sources"),
    (&["sh"], "a shell script is for other systems, which have an app.unix.json of their own"),
];

/// Extensions to try for a name that was written without its own, the likeliest first.
pub const LIKELY_EXTENSIONS: [&str; 10] =
    ["cmd", "bat", "ps1", "msi", "vbs", "js", "reg", "com", "msp", "exe"];

/// Whether the agent starts files of this extension (lower case) by themselves.
pub fn is_program(extension: &str) -> bool {
    PROGRAMS.contains(&extension)
}

/// Whether files of this extension (lower case) are no programs but people start them as if they were.
pub fn is_document(extension: &str) -> bool {
    extension == "lnk" || row(LINES, extension).is_some()
}

/// The line that starts `file`, the arguments left out; `agent` is the view of the program that will start it
/// (Intune's agent: [`View::Bits32`]). `None` for files that nothing is known to start.
///
/// ```
/// use waybill_intune::{View, right_line::right_line};
/// let line = right_line("msi", "Files/app.msi", View::Bits32);
/// assert_eq!(line.as_deref(), Some(r#"msiexec /i "Files\app.msi" /qn /norestart"#));
/// assert_eq!(right_line("txt", "readme.txt", View::Bits32), None);
/// ```
pub fn right_line(extension: &str, file: &str, agent: View) -> Option<String> {
    if is_program(extension) {
        return Some(quoted(file));
    }
    let line =
        row(LINES, extension)?.replace("{}", &file.replace('/', "\\")).replace("{sysnative}", SYSNATIVE);
    Some(if agent == View::Bits64 { without_sysnative(&line) } else { line })
}

/// Advice about a file that no line starts.
pub fn advice(extension: &str) -> &'static str {
    row(ADVICE, extension)
        .unwrap_or("name the program that opens it; a program under another name needs `.exe`")
}

/// The line that removes a product of Windows Installer.
pub fn removal_line(product_code: &str) -> String {
    format!("msiexec /x {product_code} /qn /norestart")
}

/// A file's name as a word of a command line: with `\`, and in quotes where it needs them.
pub fn quoted(file: &str) -> String {
    let path = file.replace('/', "\\");
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '\\' | '+' | ':');
    if path.chars().all(is_plain) { path } else { format!("\"{path}\"") }
}

fn row(table: &'static [(&[&str], &'static str)], extension: &str) -> Option<&'static str> {
    table.iter().find(|(extensions, _)| extensions.contains(&extension)).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lint and init named the 64-bit PowerShell, the runner the 32-bit one. The script was written in a 64-bit
    /// PowerShell, and the 32-bit one reads WOW6432Node and Program Files (x86) instead (docs/lint.md, WB106).
    #[test]
    fn scripts_are_started_by_the_64_bit_powershell() {
        const TAIL: &str =
            r#"\WindowsPowerShell\v1.0\powershell.exe -NoProfile -ExecutionPolicy Bypass -File "a b.ps1""#;
        let line = |agent| right_line("ps1", "a b.ps1", agent).unwrap();
        assert_eq!(line(View::Bits32), format!(r"C:\Windows\Sysnative{TAIL}"));
        assert_eq!(
            line(View::Bits64),
            format!(r"C:\Windows\System32{TAIL}"),
            "a 64-bit agent has no Sysnative"
        );
    }

    #[test]
    fn every_file_has_one_line_and_every_line_one_file() {
        for (extension, line) in [
            ("exe", r#""Files\a b""#),
            ("msi", r#"msiexec /i "Files\a b" /qn /norestart"#),
            ("msp", r#"msiexec /p "Files\a b" /qn /norestart"#),
            ("jse", r#"cscript.exe //B //NoLogo "Files\a b""#),
            ("reg", r#"C:\Windows\Sysnative\reg.exe import "Files\a b""#),
            ("inf", r#"C:\Windows\Sysnative\pnputil.exe /add-driver "Files\a b" /install"#),
            ("jar", r#"java.exe -jar "Files\a b""#),
        ] {
            assert_eq!(right_line(extension, "Files/a b", View::Bits32).as_deref(), Some(line));
        }
        // Provisioning needs the 64-bit PowerShell.
        let msix = right_line("msix", "a.msix", View::Bits32).unwrap();
        assert!(msix.starts_with(SYSNATIVE) && msix.ends_with("'a.msix'\""), "{msix}");
        let all: Vec<_> =
            LINES.iter().chain(ADVICE).flat_map(|(extensions, _)| *extensions).chain(PROGRAMS).collect();
        assert!(
            all.iter().enumerate().all(|(at, one)| !all[..at].contains(one)),
            "an extension stands twice"
        );
        assert!(LIKELY_EXTENSIONS.iter().all(|one| right_line(one, "a", View::Bits32).is_some()));
    }

    #[test]
    fn names_are_quoted_where_they_need_it() {
        for (name, word) in
            [("Files/a.exe", r"Files\a.exe"), ("a b.exe", r#""a b.exe""#), ("a&b.cmd", r#""a&b.cmd""#)]
        {
            assert_eq!(quoted(name), word);
        }
        assert_eq!(removal_line("{1}"), "msiexec /x {1} /qn /norestart");
    }
}
