//! Where a path leads in a view: what Windows' file system redirector does for a 32-bit program (docs/context.md, "What a name becomes"),
//! done to the text, so that a program of either width looks at the same place.

/// Whose view of files, registry and environment on 64-bit Windows: a 32-bit program's or a 64-bit one's.
/// Intune's agent is a 32-bit program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// A 32-bit program's: `Program Files (x86)`, `SysWOW64`, `WOW6432Node`.
    Bits32,
    /// A 64-bit program's, and the only one of systems that have one.
    Bits64,
}

/// Folders of System32 that 32-bit programs share with 64-bit ones (Microsoft, "File System Redirector").
const SHARED: [&str; 6] = ["catroot", "catroot2", "driverstore", r"drivers\etc", "logfiles", "spool"];

/// `path` as 64-bit programs write it, where a program of `view` means `path`; `windows` is the Windows folder. In the
/// 32-bit view System32 is SysWOW64 and Sysnative is System32; the 64-bit view takes paths as they are.
pub fn seen_from(view: View, path: &str, windows: &str) -> String {
    if view == View::Bits64 {
        return path.to_owned();
    }
    let windows = windows.trim_end_matches(['\\', '/']);
    let moved = |from: &str, to: &str| {
        let rest = below(path, windows).and_then(|rest| below(rest.trim_start_matches(['\\', '/']), from))?;
        let stays = from == "System32" && is_shared(rest);
        (!stays).then(|| format!(r"{windows}\{to}{rest}"))
    };
    let found = moved("System32", "SysWOW64").or_else(|| moved("Sysnative", "System32"));
    found.unwrap_or_else(|| path.to_owned())
}

fn is_shared(rest: &str) -> bool {
    let bare = rest.trim_start_matches(['\\', '/']).replace('/', "\\");
    SHARED.iter().any(|folder| below(&bare, folder).is_some())
}

/// What follows `folder` in `path`, empty or beginning with a separator; `None` where `path` is not in it.
fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let head = path.get(..folder.len())?;
    let same = head.bytes().zip(folder.bytes()).all(|(left, right)| folded(left) == folded(right));
    let rest = &path[folder.len()..];
    (same && (rest.is_empty() || rest.starts_with(['\\', '/']))).then_some(rest)
}

const fn folded(byte: u8) -> u8 {
    if byte == b'/' { b'\\' } else { byte.to_ascii_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_32_bit_view_has_its_own_system_folder() {
        for (path, seen) in [
            (r"C:\Windows\System32\cmd.exe", r"C:\Windows\SysWOW64\cmd.exe"),
            (r"c:\WINDOWS\system32", r"C:\Windows\SysWOW64"),
            (r"C:/Windows/System32/cmd.exe", r"C:\Windows\SysWOW64/cmd.exe"),
            (r"C:\Windows\Sysnative\dism.exe", r"C:\Windows\System32\dism.exe"),
            (r"C:\Windows\System32\drivers\etc\hosts", r"C:\Windows\System32\drivers\etc\hosts"),
            (r"C:\Windows\System32\drivers\a.sys", r"C:\Windows\SysWOW64\drivers\a.sys"),
            (r"C:\Windows\System32\spool", r"C:\Windows\System32\spool"),
            (r"C:\Windows\System32x\a", r"C:\Windows\System32x\a"),
            (r"C:\Windows\SysWOW64\a", r"C:\Windows\SysWOW64\a"),
            (r"C:\Program Files\System32\a", r"C:\Program Files\System32\a"),
            ("C:\\Windows\\Sy\u{17f}tem32", "C:\\Windows\\Sy\u{17f}tem32"),
        ] {
            assert_eq!(seen_from(View::Bits32, path, r"C:\Windows\"), seen, "{path}");
            assert_eq!(seen_from(View::Bits64, path, r"C:\Windows"), path);
        }
    }
}
