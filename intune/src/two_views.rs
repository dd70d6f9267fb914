//! What a 32-bit program finds otherwise on 64-bit Windows, beyond paths (`view`) and programs (`windows_programs`):
//! registry keys, commands that only work in a 64-bit process, and the view of what it starts.

use crate::view::View;

/// Keys below `HKLM\SOFTWARE` that both kinds of programs share (Microsoft, "Registry Keys Affected by WOW64", the
/// column for Windows 7 and later). Keys below them are shared too.
const SHARED: [&str; 41] = [
    r"classes",
    r"clients",
    r"microsoft\com3",
    r"microsoft\cryptography\calais\current",
    r"microsoft\cryptography\calais\readers",
    r"microsoft\cryptography\services",
    r"microsoft\ctf\systemshared",
    r"microsoft\ctf\tip",
    r"microsoft\dfs",
    r"microsoft\driver signing",
    r"microsoft\enterprisecertificates",
    r"microsoft\eventsystem",
    r"microsoft\msmq",
    r"microsoft\non-driver signing",
    r"microsoft\notepad\defaultfonts",
    r"microsoft\ole",
    r"microsoft\ras",
    r"microsoft\rpc",
    r"microsoft\shared tools\msinfo",
    r"microsoft\systemcertificates",
    r"microsoft\termservlicensing",
    r"microsoft\transaction server",
    r"microsoft\windows\currentversion\control panel\cursors\schemes",
    r"microsoft\windows\currentversion\explorer\autoplayhandlers",
    r"microsoft\windows\currentversion\explorer\driveicons",
    r"microsoft\windows\currentversion\explorer\kindmap",
    r"microsoft\windows\currentversion\group policy",
    r"microsoft\windows\currentversion\policies",
    r"microsoft\windows\currentversion\previewhandlers",
    r"microsoft\windows\currentversion\setup",
    r"microsoft\windows\currentversion\telephony\locations",
    r"microsoft\windows nt\currentversion\console",
    r"microsoft\windows nt\currentversion\fontdpi",
    r"microsoft\windows nt\currentversion\fontlink",
    r"microsoft\windows nt\currentversion\fontmapper",
    r"microsoft\windows nt\currentversion\fonts",
    r"microsoft\windows nt\currentversion\fontsubstitutes",
    r"microsoft\windows nt\currentversion\print",
    r"microsoft\windows nt\currentversion\profilelist",
    r"policies",
    r"registeredapplications",
];

/// More shared keys of the same list, below `Microsoft\Windows NT\CurrentVersion`.
const SHARED_OF_NT: [&str; 7] = [
    "gre_initialize",
    "image file execution options",
    "languagepack",
    "networkcards",
    "perflib",
    "ports",
    "time zones",
];

/// Keys below shared `Classes` that are not shared (the same list).
const SPLIT_CLASSES: [&str; 6] =
    ["clsid", "directshow", "interface", "media type", "mediafoundation", "typelib"];

/// Whether a key of `HKEY_LOCAL_MACHINE` is another one for 32-bit programs. `key` is as commands and scripts write it:
/// `HKLM\SOFTWARE\Contoso`, `HKLM:\…`, `HKEY_LOCAL_MACHINE\…`, `Registry::HKEY_LOCAL_MACHINE\…`. A key that names
/// `WOW6432Node`, or no key below `SOFTWARE`, is the same for both.
///
/// ```
/// use waybill_intune::two_views::differs_by_view;
/// assert!(differs_by_view(r"HKLM:\SOFTWARE\Contoso"));
/// assert!(!differs_by_view(r"HKLM\SOFTWARE\Policies\Contoso"));
/// ```
pub fn differs_by_view(key: &str) -> bool {
    let key = key.replace('/', "\\").to_lowercase();
    let key = key.rsplit_once("::").map_or(key.as_str(), |(_, key)| key);
    let mut parts = key.split('\\').filter(|part| !part.is_empty());
    let hive = parts.next().unwrap_or_default().trim_end_matches(':');
    let is_software = matches!(hive, "hklm" | "hkey_local_machine") && parts.next() == Some("software");
    let rest: Vec<&str> = parts.collect();
    is_software && !rest.is_empty() && rest[0] != "wow6432node" && !is_shared(&rest.join("\\"))
}

/// Whether a key below `HKLM\SOFTWARE`, in lower case, is shared.
fn is_shared(rest: &str) -> bool {
    let is_below = |key: &&str, parent: &str| {
        key.strip_prefix(parent).is_some_and(|more| more.is_empty() || more.starts_with('\\'))
    };
    if let Some(class) = rest.strip_prefix("classes\\") {
        return !SPLIT_CLASSES.iter().any(|split| is_below(&class, split))
            && !class.starts_with("wow6432node");
    }
    let of_nt = rest.strip_prefix(r"microsoft\windows nt\currentversion\");
    SHARED.iter().any(|parent| is_below(&rest, parent))
        || of_nt.is_some_and(|rest| SHARED_OF_NT.iter().any(|parent| is_below(&rest, parent)))
}

/// Commands of PowerShell that service the running Windows: in a 32-bit process they fail, as `dism /online` does (error
/// 11, "You cannot service a running 64-bit operating system with a 32-bit version of DISM").
const SERVICING: [&str; 11] = [
    "add-appxprovisionedpackage",
    "add-windowscapability",
    "add-windowspackage",
    "disable-windowsoptionalfeature",
    "enable-windowsoptionalfeature",
    "get-appxprovisionedpackage",
    "get-windowscapability",
    "get-windowsoptionalfeature",
    "remove-appxprovisionedpackage",
    "remove-windowscapability",
    "remove-windowspackage",
];

/// Whether a command of PowerShell (lower case) services the running Windows, which only a 64-bit process can.
pub fn services_windows(command: &str) -> bool {
    SERVICING.contains(&command)
}

/// The view of a program that a program of the view `starter` starts as `program`: by a bare name and from System32 the
/// starter's own, from Sysnative and SysWOW64 the one that the folder names. `None` for any other folder, and for
/// Sysnative out of a 64-bit program, which has no such folder.
pub fn view_of_started(program: &str, starter: View) -> Option<View> {
    let path = program.replace('/', "\\").to_lowercase();
    if path.contains(r"\sysnative\") {
        return (starter == View::Bits32).then_some(View::Bits64);
    }
    if path.contains(r"\syswow64\") {
        return Some(View::Bits32);
    }
    let is_own = !path.contains(['\\', '/']) || path.contains(r"\system32\");
    is_own.then_some(starter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_two_views_but_for_the_shared_ones() {
        for key in [
            r"HKLM\SOFTWARE\Contoso",
            r"hklm:\software\Contoso\A",
            r"Registry::HKEY_LOCAL_MACHINE\SOFTWARE\Contoso",
            r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\A",
            r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run",
            r"HKLM\SOFTWARE\Classes\CLSID\{1}",
            r"HKLM\SOFTWARE\PoliciesOfContoso",
        ] {
            assert!(differs_by_view(key), "{key}");
        }
        for key in [
            r"HKLM\SOFTWARE\Policies\Google\Chrome",
            r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Fonts",
            r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\a.exe",
            r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System",
            r"HKLM\SOFTWARE\Classes\.abc",
            r"HKLM\SOFTWARE\WOW6432Node\Contoso",
            r"HKLM\SOFTWARE",
            r"HKLM\SYSTEM\CurrentControlSet",
            r"HKCU\SOFTWARE\Contoso",
            "",
        ] {
            assert!(!differs_by_view(key), "{key}");
        }
    }

    #[test]
    fn a_program_inherits_its_width_unless_its_folder_says_otherwise() {
        use View::{Bits32, Bits64};
        for (program, starter, view) in [
            ("powershell.exe", Bits32, Some(Bits32)),
            ("powershell", Bits64, Some(Bits64)),
            (r"%windir%\System32\cmd.exe", Bits32, Some(Bits32)),
            (r"C:\Windows\Sysnative\cmd.exe", Bits32, Some(Bits64)),
            (r"C:\Windows\Sysnative\cmd.exe", Bits64, None),
            (r"$env:windir/SysWOW64/cmd.exe", Bits64, Some(Bits32)),
            (r"C:\Program Files\PowerShell\7\pwsh.exe", Bits32, None),
        ] {
            assert_eq!(view_of_started(program, starter), view, "{program}");
        }
    }
}
