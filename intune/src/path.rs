//! Paths of Windows as text: they are resolved on every host, and nothing is asked of a disk.

/// Characters that CreateDirectory takes at most (MAX_PATH less 12, Microsoft, "Maximum Path Length Limitation"); the
/// limit for content folders (docs/context.md, "How a command line is started").
const LONGEST_FOLDER: usize = 248;

/// MAX_PATH, where SearchPath stops looking.
pub const LONGEST_NAME: usize = 260;

/// The folder as a plain drive path: without `\\?\` where the rest needs none.
///
/// # Errors
/// The folder is no drive path, is too long, or has a name that only `\\?\` can reach.
pub fn plain_folder(folder: &str) -> Result<String, NotPlain> {
    let plain = folder.strip_prefix(r"\\?\").unwrap_or(folder);
    let is_drive_path = has_drive(plain) && plain[2..].starts_with('\\');
    let names = || plain[3..].trim_end_matches('\\').split('\\');
    if !is_drive_path || plain.contains('/') {
        return Err(NotPlain::NoDrivePath);
    }
    if !is_possible(plain) || plain.len() > 3 && names().any(needs_verbatim) {
        return Err(NotPlain::Name);
    }
    match plain.encode_utf16().count() {
        0..LONGEST_FOLDER => Ok(plain.to_owned()),
        length => Err(NotPlain::Length(length)),
    }
}

/// Why a folder is no plain path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPlain {
    /// The folder is relative, or not on a drive.
    NoDrivePath,
    /// The folder contains a name that can only be reached through `\\?\`.
    Name,
    /// The plain path is too long for CreateDirectory; its length in UTF-16 units.
    Length(usize),
}

/// A name that Win32 alters or takes for a device.
fn needs_verbatim(name: &str) -> bool {
    const DEVICES: [&str; 22] = [
        "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
        "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
    ];
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    name.is_empty() || name.ends_with(['.', ' ']) || DEVICES.contains(&stem.as_str())
}

/// Whether a file can have this path: no character that Windows forbids in names, and a colon only after the drive.
pub fn is_possible(path: &str) -> bool {
    let path = path.strip_prefix(r"\\?\").unwrap_or(path);
    let behind_drive = if has_drive(path) { &path[2..] } else { path };
    !behind_drive
        .contains(|c: char| matches!(c, '"' | '<' | '>' | '|' | '?' | '*' | ':') || c < ' ' && c != '\t')
}

/// Whether the name is a file name without a folder, which Windows looks for in one folder after another.
pub fn is_bare(name: &str) -> bool {
    !name.contains(['\\', '/']) && !has_drive(name)
}

/// Whether the name itself says in which folder the file is: an absolute path, `.\` or `..\`. Windows looks for such a
/// name first as it is; for other names without an extension it looks only with `.exe` added.
pub fn is_placed(name: &str) -> bool {
    let dots = name.trim_start_matches('.');
    let is_dotted = matches!(name.len() - dots.len(), 1 | 2) && dots.starts_with(['\\', '/']);
    is_dotted || name.starts_with(['\\', '/']) || has_drive(name)
}

/// Whether a PATH entry is an absolute folder.
pub fn is_absolute(path: &str) -> bool {
    has_drive(path) && path[2..].starts_with(['\\', '/']) || path.starts_with(r"\\")
}

fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// The file's name without its folder.
pub fn leaf(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

/// The extension in lower case; empty where there is none.
pub fn extension(path: &str) -> String {
    leaf(path).rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}

/// Whether Windows sees an extension: any dot in the last name, so `setup-1.2` has one.
pub fn has_extension(path: &str) -> bool {
    leaf(path).contains('.')
}

/// The full path of `name` as GetFullPathName makes it with `folder` as current directory: `.` and `..` resolved,
/// `\` as the only separator, no dots or blanks at the end.
pub fn full(name: &str, folder: &str) -> String {
    let name = name.strip_prefix(r"\\?\").unwrap_or(name).replace('/', "\\");
    let rest_of_drive = |name: &str| match name[2..].strip_prefix('\\') {
        Some(rest) => (format!("{}\\", &name[..2]), rest.to_owned()),
        None if name[..2].eq_ignore_ascii_case(folder.get(..2).unwrap_or_default()) => {
            (format!("{}\\", &name[..2]), format!("{}\\{}", folder.get(3..).unwrap_or_default(), &name[2..]))
        }
        None => (format!("{}\\", &name[..2]), name[2..].to_owned()),
    };
    let (root, rest) = if has_drive(&name) {
        rest_of_drive(&name)
    } else if let Some(share) = name.strip_prefix(r"\\") {
        let end = share.match_indices('\\').nth(1).map_or(share.len(), |(at, _)| at);
        (format!("\\\\{}\\", &share[..end]), share[end..].to_owned())
    } else if let Some(rest) = name.strip_prefix('\\') {
        (folder.get(..3).unwrap_or_default().to_owned(), rest.to_owned())
    } else {
        (
            folder.get(..3).unwrap_or_default().to_owned(),
            format!("{}\\{name}", folder.get(3..).unwrap_or_default()),
        )
    };
    let mut names: Vec<&str> = Vec::new();
    for one in rest.split('\\') {
        match one {
            "" | "." => {}
            ".." => _ = names.pop(),
            one => names.push(one),
        }
    }
    format!("{root}{}", names.join("\\").trim_end_matches(['.', ' ']))
}

/// The part of `path` below `folder`, without the separator; `None` where it is not below it. Case is ignored.
pub fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let head = path.get(..folder.len())?;
    head.eq_ignore_ascii_case(folder).then(|| path[folder.len()..].strip_prefix('\\'))?
}

/// Variables that lead to one user's folders. For the system account they are its own, where no app of a user lies.
const OF_ONE_USER: [&str; 5] = ["%APPDATA%", "%LOCALAPPDATA%", "%USERPROFILE%", "%HOMEPATH%", "%ONEDRIVE%"];

/// The variable of one user's folders that stands in `text`, in any case.
///
/// ```
/// use waybill_intune::path::users_variable;
/// assert_eq!(users_variable(r"%LocalAppData%\Contoso"), Some("%LOCALAPPDATA%"));
/// assert_eq!(users_variable(r"%ProgramFiles%\Contoso"), None);
/// ```
pub fn users_variable(text: &str) -> Option<&'static str> {
    let upper = text.to_ascii_uppercase();
    OF_ONE_USER.into_iter().find(|variable| upper.contains(variable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_folder_is_a_plain_drive_path() {
        for (given, plain) in [
            (r"C:\Content\app_1", r"C:\Content\app_1"),
            (r"\\?\C:\Content\app_1", r"C:\Content\app_1"),
            (r"C:\", r"C:\"),
        ] {
            assert_eq!(plain_folder(given).as_deref(), Ok(plain));
        }
        for (given, why) in [
            (r"\\server\share\app", NotPlain::NoDrivePath),
            (r"\\?\UNC\server\share", NotPlain::NoDrivePath),
            (r"\\?\Volume{1}\app", NotPlain::NoDrivePath),
            (r"\\.\C:\app", NotPlain::NoDrivePath),
            ("app", NotPlain::NoDrivePath),
            ("C:app", NotPlain::NoDrivePath),
            ("C:/app", NotPlain::NoDrivePath),
            ("", NotPlain::NoDrivePath),
            (r"\\?\C:\app\nul", NotPlain::Name),
            (r"\\?\C:\app.", NotPlain::Name),
            (r"\\?\C:\app \x", NotPlain::Name),
            (r"C:\app\..\x", NotPlain::Name),
            (r"C:\app\\x", NotPlain::Name),
            (r"C:\a|b", NotPlain::Name),
        ] {
            assert_eq!(plain_folder(given), Err(why), "{given}");
        }
        let long = |length: usize| format!(r"C:\{}", "é".repeat(length - 3));
        assert!(plain_folder(&long(247)).is_ok());
        assert_eq!(plain_folder(&long(248)), Err(NotPlain::Length(248)));
    }

    #[test]
    fn names_become_full_paths_as_windows_makes_them() {
        for (name, path) in [
            ("setup.exe", r"C:\Content\setup.exe"),
            (r".\setup.exe", r"C:\Content\setup.exe"),
            ("Files/x64/./setup.exe", r"C:\Content\Files\x64\setup.exe"),
            (r"..\..\..\x.exe", r"C:\x.exe"),
            (r"\Tools\x.exe", r"C:\Tools\x.exe"),
            (r"D:\a\..\x.exe", r"D:\x.exe"),
            ("c:x.exe", r"c:\Content\x.exe"),
            ("D:x.exe", r"D:\x.exe"),
            (r"\\server\share\..\x.exe", r"\\server\share\x.exe"),
            (r"\\?\C:\a b\x.exe", r"C:\a b\x.exe"),
            ("setup. ", r"C:\Content\setup"),
        ] {
            assert_eq!(full(name, r"C:\Content"), path, "{name}");
        }
        assert_eq!(full("x", r"C:\"), r"C:\x");
    }

    #[test]
    fn names_are_told_apart() {
        for (name, bare, placed) in [
            ("setup.exe", true, false),
            (r"Files\setup.exe", false, false),
            (r".\setup.exe", false, true),
            ("../setup.exe", false, true),
            (r"...\setup.exe", false, false),
            (r"C:\setup.exe", false, true),
            ("C:setup.exe", false, true),
            (r"\setup.exe", false, true),
        ] {
            assert_eq!((is_bare(name), is_placed(name)), (bare, placed), "{name}");
        }
        assert!(has_extension("setup-1.2") && !has_extension(r"a.b\setup"));
        assert_eq!(below(r"C:\WINDOWS\System32\x", r"C:\Windows"), Some(r"System32\x"));
        assert_eq!(below(r"C:\Windows2\x", r"C:\Windows"), None);
    }
}
