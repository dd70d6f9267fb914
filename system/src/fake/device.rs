use super::{FakeRun, FakeSystem};
use crate::{
    Account, Architecture, BootIdentity, Device, Environment, Perspective, SignedInUser, SystemKind,
    Unanswered, View,
};

pub(super) fn furnish_windows(machine: &FakeSystem) {
    for folder in ["System32", "SysWOW64"] {
        let folder = format!(r"C:\Windows\{folder}");
        for program in ["cmd.exe", "msiexec.exe", "reg.exe", r"WindowsPowerShell\v1.0\powershell.exe"] {
            machine.add_program(&format!(r"{folder}\{program}"), |_, _| FakeRun::ends(0));
        }
    }
    // Programs that only the 64-bit view has.
    machine.add_program(r"C:\Windows\System32\pnputil.exe", |_, _| FakeRun::ends(0));
    machine.add_program(r"C:\Windows\explorer.exe", |_, _| FakeRun::ends(0));
    machine.set_path(&[
        r"C:\Windows\System32",
        r"C:\Windows",
        r"C:\Windows\System32\WindowsPowerShell\v1.0\",
        r"C:\Program Files\Tool",
    ]);
    for view in [View::Bits32, View::Bits64] {
        machine.set_environment(view, windows_environment(view));
    }
}

/// The variables of one view, as in the table of `docs/context.md`.
fn windows_environment(view: View) -> Environment {
    let mut block = Environment::new(SystemKind::Windows);
    let is_32 = view == View::Bits32;
    let files = if is_32 { r"C:\Program Files (x86)" } else { r"C:\Program Files" };
    for (name, value) in [
        ("SystemDrive", "C:"),
        ("SystemRoot", r"C:\Windows"),
        ("windir", r"C:\Windows"),
        ("ComSpec", r"C:\Windows\system32\cmd.exe"),
        ("ProgramData", r"C:\ProgramData"),
        ("ALLUSERSPROFILE", r"C:\ProgramData"),
        ("ProgramFiles", files),
        ("ProgramFiles(x86)", r"C:\Program Files (x86)"),
        ("ProgramW6432", r"C:\Program Files"),
        ("CommonProgramW6432", r"C:\Program Files\Common Files"),
        ("CommonProgramFiles(x86)", r"C:\Program Files (x86)\Common Files"),
        ("PROCESSOR_ARCHITECTURE", if is_32 { "x86" } else { "AMD64" }),
        ("TEMP", r"C:\Windows\TEMP"),
        ("TMP", r"C:\Windows\TEMP"),
        ("PATHEXT", ".COM;.EXE;.BAT;.CMD"),
        ("Path", r"C:\Windows\system32;C:\Windows"),
    ] {
        block.set(name, value);
    }
    block.set("CommonProgramFiles", format!(r"{files}\Common Files"));
    if is_32 {
        block.set("PROCESSOR_ARCHITEW6432", "AMD64");
    }
    block
}

pub(super) fn furnish_unix(machine: &FakeSystem) {
    machine.add_program("/bin/sh", |_, _| FakeRun::ends(0));
    machine.set_path(&["/usr/local/bin", "/usr/bin", "/bin"]);
    let mut block = Environment::new(SystemKind::Unix);
    block.set("PATH", "/usr/local/bin:/usr/bin:/bin");
    block.set("HOME", "/home/alex");
    block.set("TMPDIR", "/tmp");
    machine.set_environment(View::Bits64, block.clone());
    machine.set_environment(View::Bits32, block);
}

impl FakeSystem {
    /// Sets the variables that all accounts have in one view.
    pub fn set_environment(&self, view: View, block: Environment) {
        self.contents().variables.insert(view, block);
    }

    /// Sets the folders of the machine's PATH.
    pub fn set_path(&self, folders: &[&str]) {
        self.contents().path = folders.iter().map(|&folder| folder.to_owned()).collect();
    }
}

fn told<T>(fact: Option<T>, what: &str) -> Result<T, Unanswered> {
    fact.ok_or_else(|| Unanswered::new(format!("{what} is not told")))
}

impl Device for FakeSystem {
    fn system_kind(&self) -> SystemKind {
        self.kind
    }
    fn architecture(&self) -> Result<Architecture, Unanswered> {
        told(self.contents().device.architecture, "the architecture")
    }
    fn windows_build(&self) -> Result<u32, Unanswered> {
        told(
            self.contents().device.build.filter(|_| self.kind == SystemKind::Windows),
            "the build of Windows",
        )
    }
    fn free_disk(&self) -> Result<u64, Unanswered> {
        told(self.contents().device.free_disk, "free space")
    }
    fn memory(&self) -> Result<u64, Unanswered> {
        told(self.contents().device.memory, "memory")
    }
    fn processors(&self) -> Result<u32, Unanswered> {
        told(self.contents().device.processors, "the number of processors")
    }
    fn processor_mhz(&self) -> Result<u32, Unanswered> {
        told(self.contents().device.mhz, "the clock rate")
    }
    fn environment(&self, perspective: Perspective) -> Result<Environment, Unanswered> {
        let contents = self.contents();
        if perspective.account == Account::User && contents.device.user.is_none() {
            return Err(Unanswered::new("nobody is signed in"));
        }
        told(contents.variables.get(&perspective.view).cloned(), "the environment")
    }
    fn path(&self, _: Perspective) -> Result<Vec<String>, Unanswered> {
        Ok(self.contents().path.clone())
    }
    fn boot(&self) -> Option<BootIdentity> {
        self.contents().device.boot.clone()
    }
    fn pending_renames(&self) -> Result<Vec<String>, Unanswered> {
        Ok(self.contents().device.renames.clone())
    }
    fn signed_in_user(&self) -> Result<Option<SignedInUser>, Unanswered> {
        Ok(self.contents().device.user.clone())
    }
    fn own_account(&self) -> Account {
        self.contents().device.account
    }
    fn is_elevated(&self) -> bool {
        self.contents().device.elevated
    }
}
