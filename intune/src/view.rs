//! What names mean to a 32-bit program on 64-bit Windows, as Intune's agent is one (docs/context.md, "What a name
//! becomes"): what the file system redirector does to a path, done to its text, so that a program of either width can
//! look at the same place; and which variables lead where.

use crate::path;

/// The view that a program has of files, registry and environment on 64-bit Windows. Intune's agent is a 32-bit
/// program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// The view of 32-bit programs: `Program Files (x86)`, `SysWOW64`, `WOW6432Node`.
    Bits32,
    /// The view of 64-bit programs, and the only one on systems with a single view.
    Bits64,
}

/// How a 32-bit program names the folder of 64-bit programs; 64-bit programs have none of that name. Written in full,
/// without `%SystemRoot%`: Microsoft's page says that variables of an uninstall command are not expanded, and Windows
/// is in `C:\Windows` wherever it is installed as usual.
pub const SYSNATIVE: &str = r"C:\Windows\Sysnative";

/// `line` for a 64-bit program: Sysnative replaced by System32, which is not redirected there.
pub fn without_sysnative(line: &str) -> String {
    line.replace(SYSNATIVE, r"C:\Windows\System32")
}

/// A variable that leads to another folder in each view, and the variables that lead to one of them in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FolderVariable {
    /// The variable for the folder of the view in which it is read, e.g. `ProgramFiles`.
    pub name: &'static str,
    /// The variable for the 32-bit folder in both views, e.g. `ProgramFiles(x86)`.
    pub of_32_bit: &'static str,
    /// The variable for the 64-bit folder in both views, e.g. `ProgramW6432`.
    pub of_64_bit: &'static str,
}

impl FolderVariable {
    /// Every such variable. In an app's command and in file rules with `check32BitOn64System`, `name` is the 32-bit
    /// folder, because Intune's agent is a 32-bit program (docs/lint.md, WB107).
    pub const ALL: [Self; 2] = [
        Self { name: "ProgramFiles", of_32_bit: "ProgramFiles(x86)", of_64_bit: "ProgramW6432" },
        Self {
            name: "CommonProgramFiles",
            of_32_bit: "CommonProgramFiles(x86)",
            of_64_bit: "CommonProgramW6432",
        },
    ];

    /// The variable that has in both views the value that `name` has in `view`.
    pub fn source(&self, view: View) -> &'static str {
        match view {
            View::Bits32 => self.of_32_bit,
            View::Bits64 => self.of_64_bit,
        }
    }
}

/// The view that a path names by its folder: 64-bit for Sysnative, 32-bit for SysWOW64, else `None`.
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
        // These folders exist once, and both kinds of programs share them.
        let stays = from == "System32" && is_shared(rest);
        (!stays).then(|| format!(r"{windows}\{to}{rest}"))
    };
    let found = moved("System32", "SysWOW64").or_else(|| moved("Sysnative", "System32"));
    found.unwrap_or_else(|| path.to_owned())
}

/// Whether 32-bit programs find another file or folder under the path `rest` below System32.
pub fn is_redirected(rest: &str) -> bool {
    !is_shared(rest)
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

/// Maps paths below the Windows folder as a program of one view sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    windows: String,
    redirects: bool,
    has_sysnative: bool,
}

impl FileView {
    /// The view of a program on a Windows whose folder is `windows`. `is_64_bit` says whether that Windows has two
    /// views, `has_32_bit` whether it starts 32-bit programs at all (without WoW64 `SysWOW64` has no `cmd.exe`): where
    /// it does not, names are resolved as a 64-bit program would, and `Sysnative` still leads to System32.
    pub fn new(windows: &str, view: View, is_64_bit: bool, has_32_bit: bool) -> Self {
        let has_sysnative = view == View::Bits32 && is_64_bit;
        let windows = windows.trim_end_matches('\\').to_owned();
        Self { windows, redirects: has_sysnative && has_32_bit, has_sysnative }
    }

    /// The view in which names are resolved; the 64-bit one where this machine has no 32-bit programs.
    pub const fn view(&self) -> View {
        if self.redirects { View::Bits32 } else { View::Bits64 }
    }

    /// The view of the program that starts the line, whether or not this machine has 32-bit programs.
    pub const fn host(&self) -> View {
        if self.has_sysnative { View::Bits32 } else { View::Bits64 }
    }

    /// The Windows folder without a `\` at the end, e.g. `C:\Windows`.
    pub fn windows(&self) -> &str {
        &self.windows
    }

    /// The folder that `System32` means in this view: System32 or SysWOW64.
    pub fn system_folder(&self) -> String {
        self.map(&format!(r"{}\System32", self.windows))
    }

    /// The file that a program of this view opens under the full path `full`, as a 64-bit program names it.
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

    /// For a path below `Sysnative` in a view that has no such folder: the same path below System32. `None` for others.
    pub fn without_sysnative(&self, full: &str) -> Option<String> {
        let rest = path::below(full, &self.windows).filter(|_| !self.has_sysnative)?;
        below(rest, "Sysnative").map(|rest| format!(r"{}\System32{rest}", self.windows))
    }

    /// For a path below SysWOW64: the same path below System32, and the name by which a 32-bit program reaches that.
    /// `None` for other paths and where nothing is redirected.
    pub fn in_other_view(&self, mapped: &str) -> Option<(String, String)> {
        let rest = path::below(mapped, &self.windows).filter(|_| self.redirects)?;
        let rest = below(rest, "SysWOW64")?;
        Some((format!(r"{}\System32{rest}", self.windows), format!(r"{}\Sysnative{rest}", self.windows)))
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
