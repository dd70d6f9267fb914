//! What names mean to a 32-bit program on 64-bit Windows, as Intune's agent is one (docs/context.md, "What a name
//! becomes"): what the file system redirector does to a path, done to its text, so that a program of either width can
//! look at the same place; and which variables lead where.

use crate::path;

/// Whose view of files, registry and environment on 64-bit Windows: a 32-bit program's or a 64-bit one's.
/// Intune's agent is a 32-bit program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// A 32-bit program's: `Program Files (x86)`, `SysWOW64`, `WOW6432Node`.
    Bits32,
    /// A 64-bit program's, and the only one of systems that have one.
    Bits64,
}

/// How a 32-bit program names the folder of 64-bit programs; 64-bit programs have none of that name.
pub const SYSNATIVE: &str = r"%SystemRoot%\Sysnative";

/// The same words for a 64-bit program, whose System32 is the real one.
pub fn without_sysnative(line: &str) -> String {
    line.replace(SYSNATIVE, r"%SystemRoot%\System32")
}

/// A variable that leads to another folder in each view, and the variables that lead to one of them in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FolderVariable {
    /// Of the view's own folder.
    pub name: &'static str,
    /// Of the 32-bit folder, in both views.
    pub of_32_bit: &'static str,
    /// Of the 64-bit folder, in both views.
    pub of_64_bit: &'static str,
}

impl FolderVariable {
    /// All of them. In an app's command and in file rules with `check32BitOn64System` their names mean the
    /// 32-bit folder, because Intune's agent is a 32-bit program (docs/lint.md, WB107).
    pub const ALL: [Self; 2] = [
        Self { name: "ProgramFiles", of_32_bit: "ProgramFiles(x86)", of_64_bit: "ProgramW6432" },
        Self {
            name: "CommonProgramFiles",
            of_32_bit: "CommonProgramFiles(x86)",
            of_64_bit: "CommonProgramW6432",
        },
    ];

    /// The variable in `view` that always has the value which `name` has there.
    pub fn source(&self, view: View) -> &'static str {
        match view {
            View::Bits32 => self.of_32_bit,
            View::Bits64 => self.of_64_bit,
        }
    }
}

/// The view that a path asks for by its folder: Sysnative the 64-bit one, SysWOW64 the 32-bit one.
pub fn named_view(path: &str) -> Option<View> {
    let path = path.replace('/', "\\").to_lowercase();
    if path.contains(r"\sysnative\") {
        Some(View::Bits64)
    } else if path.contains(r"\syswow64\") {
        Some(View::Bits32)
    } else {
        None
    }
}

/// Folders of System32 that 32-bit programs share with 64-bit ones (Microsoft, "File System Redirector").
const SHARED: [&str; 6] = ["catroot", "catroot2", "driverstore", r"drivers\etc", "logfiles", "spool"];

/// `path` as 64-bit programs write it, where a program of `view` means `path`; `windows` is the Windows folder. In the
/// 32-bit view System32 is SysWOW64 and Sysnative is System32; the 64-bit view takes paths as they are.
fn seen_from(view: View, path: &str, windows: &str) -> String {
    if view == View::Bits64 {
        return path.to_owned();
    }
    let windows = windows.trim_end_matches(['\\', '/']);
    let moved = |from: &str, to: &str| {
        let rest = below(path, windows).and_then(|rest| below(rest.trim_start_matches(['\\', '/']), from))?;
        // Drivers, spool and their like exist once, and both kinds of programs share them.
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

/// The Windows folder through the eyes of one view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    windows: String,
    redirects: bool,
    has_sysnative: bool,
}

impl FileView {
    /// The view of a program on a Windows whose folder is `windows`. `is_64_bit` says whether that Windows has two views,
    /// `has_32_bit` whether it starts 32-bit programs at all (without WoW64 `SysWOW64` has no `cmd.exe`): where it does not,
    /// names are resolved as a 64-bit program would, and `Sysnative` still leads to System32.
    pub fn new(windows: &str, view: View, is_64_bit: bool, has_32_bit: bool) -> Self {
        let has_sysnative = view == View::Bits32 && is_64_bit;
        let windows = windows.trim_end_matches('\\').to_owned();
        Self { windows, redirects: has_sysnative && has_32_bit, has_sysnative }
    }

    /// The view that names are truly resolved in.
    pub const fn view(&self) -> View {
        if self.redirects { View::Bits32 } else { View::Bits64 }
    }

    /// The view of the program that starts the line, whether or not this machine has 32-bit programs.
    pub const fn host(&self) -> View {
        if self.has_sysnative { View::Bits32 } else { View::Bits64 }
    }

    /// The Windows folder.
    pub fn windows(&self) -> &str {
        &self.windows
    }

    /// The folder of the view's own programs.
    pub fn system_folder(&self) -> String {
        self.map(&format!(r"{}\System32", self.windows))
    }

    /// The file that a program of this view gets under that full path.
    pub fn map(&self, full: &str) -> String {
        let Some(rest) = path::below(full, &self.windows) else { return full.to_owned() };
        // The one program that Windows keeps twice outside of System32.
        if self.redirects && rest.eq_ignore_ascii_case("regedit.exe") {
            return format!(r"{}\SysWOW64\regedit.exe", self.windows);
        }
        // Without 32-bit programs nothing is redirected, but the name Sysnative still has its meaning.
        let is_mapped = self.redirects || self.has_sysnative && below(rest, "Sysnative").is_some();
        seen_from(if is_mapped { View::Bits32 } else { View::Bits64 }, full, &self.windows)
    }

    /// Where the path lies below `Sysnative`, and this view has none: the right path.
    pub fn without_sysnative(&self, full: &str) -> Option<String> {
        let rest = path::below(full, &self.windows).filter(|_| !self.has_sysnative)?;
        below(rest, "Sysnative").map(|rest| format!(r"{}\System32{rest}", self.windows))
    }

    /// For a path in the 32-bit system folder: the same in the 64-bit one, and how a 32-bit program names that.
    pub fn in_other_view(&self, mapped: &str) -> Option<(String, String)> {
        let rest = path::below(mapped, &self.windows).filter(|_| self.redirects)?;
        let rest = below(rest, "SysWOW64")?;
        Some((format!(r"{}\System32{rest}", self.windows), format!(r"%SystemRoot%\Sysnative{rest}")))
    }
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
