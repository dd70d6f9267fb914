//! Whose System32: how names below the Windows folder are read in the view of a 32-bit program (docs/context.md, "What a name becomes";
//! Microsoft, "File System Redirector").

use waybill_intune::path;
use waybill_intune::view::seen_from;
use waybill_system::{Architecture, Environment, FileKind, Perspective, System, View};

/// The Windows folder through the eyes of one view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileView {
    windows: String,
    redirects: bool,
    has_sysnative: bool,
}

impl FileView {
    /// As this machine has it. Where it starts no 32-bit programs at all (`SysWOW64` has no `cmd.exe`) names are
    /// resolved as a 64-bit program would, and `Sysnative` still leads to System32.
    pub(crate) fn of(perspective: Perspective, block: &Environment, system: &dyn System) -> Self {
        let windows = block.get("SystemRoot").or_else(|| block.get("windir")).unwrap_or(r"C:\Windows");
        let windows = windows.trim_end_matches('\\').to_owned();
        let is_32_bit_windows =
            matches!(system.device().architecture(), Ok(Architecture::X86 | Architecture::Arm));
        let has_sysnative = perspective.view == View::Bits32 && !is_32_bit_windows;
        let cmd = format!(r"{windows}\SysWOW64\cmd.exe");
        let has_32_bit =
            || matches!(system.files().look(&cmd), Ok(Some(facts)) if facts.kind == FileKind::File);
        Self { redirects: has_sysnative && has_32_bit(), windows, has_sysnative }
    }

    /// The view that names are truly resolved in.
    pub(super) const fn view(&self) -> View {
        if self.redirects { View::Bits32 } else { View::Bits64 }
    }

    /// The view of the program that starts the line, whether or not this machine has 32-bit programs.
    pub(super) const fn host(&self) -> View {
        if self.has_sysnative { View::Bits32 } else { View::Bits64 }
    }

    pub(super) fn windows(&self) -> &str {
        &self.windows
    }

    /// The folder of the view's own programs.
    pub(crate) fn system_folder(&self) -> String {
        self.map(&format!(r"{}\System32", self.windows))
    }

    /// The file that a program of this view gets under that full path.
    pub(crate) fn map(&self, full: &str) -> String {
        let Some(rest) = path::below(full, &self.windows) else { return full.to_owned() };
        if self.redirects && rest.eq_ignore_ascii_case("regedit.exe") {
            return format!(r"{}\SysWOW64\regedit.exe", self.windows);
        }
        let is_mapped = self.redirects || self.has_sysnative && below_or_same(rest, "Sysnative").is_some();
        seen_from(if is_mapped { View::Bits32 } else { View::Bits64 }, full, &self.windows)
    }

    /// Where the path lies below `Sysnative`, and this view has none: the right path.
    pub(super) fn without_sysnative(&self, full: &str) -> Option<String> {
        let rest = path::below(full, &self.windows).filter(|_| !self.has_sysnative)?;
        below_or_same(rest, "Sysnative").map(|rest| format!(r"{}\System32{rest}", self.windows))
    }

    /// For a path in the 32-bit system folder: the same in the 64-bit one, and how a 32-bit program names that.
    pub(super) fn in_other_view(&self, mapped: &str) -> Option<(String, String)> {
        let rest = path::below(mapped, &self.windows).filter(|_| self.redirects)?;
        let rest = below_or_same(rest, "SysWOW64")?;
        Some((format!(r"{}\System32{rest}", self.windows), format!(r"%SystemRoot%\Sysnative{rest}")))
    }
}

/// What follows the folder `name`: empty, or from its separator on.
fn below_or_same<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    let head = path.get(..name.len())?;
    let rest = &path[name.len()..];
    (head.eq_ignore_ascii_case(name) && (rest.is_empty() || rest.starts_with('\\'))).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_system::Account;
    use waybill_system::fake::FakeSystem;

    fn view(view: View, machine: &FakeSystem) -> FileView {
        let perspective = Perspective { view, account: Account::System };
        let block = waybill_system::Device::environment(machine, perspective).unwrap();
        FileView::of(perspective, &block, machine)
    }

    #[test]
    fn a_32_bit_program_is_led_elsewhere() {
        let view = view(View::Bits32, &FakeSystem::windows());
        for (asked, given) in [
            (r"C:\Windows\System32\x.exe", r"C:\Windows\SysWOW64\x.exe"),
            (r"c:\WINDOWS\SYSTEM32\a\x.exe", r"C:\Windows\SysWOW64\a\x.exe"),
            (r"C:\Windows\Sysnative\x.exe", r"C:\Windows\System32\x.exe"),
            (r"C:\Windows\SysWOW64\x.exe", r"C:\Windows\SysWOW64\x.exe"),
            (r"C:\Windows\System32\spool\x.exe", r"C:\Windows\System32\spool\x.exe"),
            (r"C:\Windows\System32\drivers\x.sys", r"C:\Windows\SysWOW64\drivers\x.sys"),
            (r"C:\Windows\System32\drivers\etc\hosts", r"C:\Windows\System32\drivers\etc\hosts"),
            (r"C:\Windows\regedit.exe", r"C:\Windows\SysWOW64\regedit.exe"),
            (r"C:\Windows\explorer.exe", r"C:\Windows\explorer.exe"),
            (r"C:\Windows\System320\x.exe", r"C:\Windows\System320\x.exe"),
            (r"C:\Other\System32\x.exe", r"C:\Other\System32\x.exe"),
            (r"D:\Windows\Sysnative\x.exe", r"D:\Windows\Sysnative\x.exe"),
        ] {
            assert_eq!(view.map(asked), given);
        }
        assert_eq!(view.system_folder(), r"C:\Windows\SysWOW64");
    }

    #[test]
    fn a_64_bit_program_is_not() {
        let view = view(View::Bits64, &FakeSystem::windows());
        for path in [r"C:\Windows\System32\x.exe", r"C:\Windows\Sysnative\x.exe", r"C:\Windows\regedit.exe"] {
            assert_eq!(view.map(path), path);
        }
        assert_eq!(view.system_folder(), r"C:\Windows\System32");
        let right = Some(r"C:\Windows\System32\x.exe".to_owned());
        assert_eq!(view.without_sysnative(r"C:\Windows\sysnative\x.exe"), right);
    }

    #[test]
    fn where_there_are_no_32_bit_programs_nothing_is_led_elsewhere() {
        let machine = FakeSystem::windows();
        machine.remove_file(r"C:\Windows\SysWOW64");
        let lone = view(View::Bits32, &machine);
        assert_eq!((lone.view(), lone.system_folder()), (View::Bits64, r"C:\Windows\System32".to_owned()));
        assert_eq!(lone.map(r"C:\Windows\Sysnative\x.exe"), r"C:\Windows\System32\x.exe");

        machine.set_device(|device| device.architecture = Some(Architecture::X86));
        let of_32_bit_windows = view(View::Bits32, &machine);
        assert_eq!(of_32_bit_windows.map(r"C:\Windows\Sysnative\x.exe"), r"C:\Windows\Sysnative\x.exe");
    }
}
