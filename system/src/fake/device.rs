use super::{FakeRun, FakeSystem};
use crate::{
    Account, Architecture, BootIdentity, Device, Environment, Perspective, SignedInUser, SystemKind,
    Unanswered, View, clean_windows,
};

/// Some letters of code page 850, the OEM code page of Western Europe.
const CODE_PAGE_850: [(u8, char); 4] = [(0x81, 'ü'), (0x82, 'é'), (0x84, 'ä'), (0xE1, 'ß')];

pub(super) fn furnish_windows(machine: &FakeSystem) {
    for program in clean_windows::programs() {
        machine.add_program(&program, |_, _| FakeRun::ends(0));
    }
    let mut path = clean_windows::path();
    path.push(r"C:\Program Files\Tool".to_owned());
    machine.contents().path = path;
    for view in [View::Bits32, View::Bits64] {
        let perspective = Perspective { view, account: Account::System };
        machine.set_environment(view, clean_windows::environment(perspective));
    }
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

    /// Sets a variable that the system account alone has so.
    pub fn set_systems_variable(&self, name: &str, value: &str) {
        self.contents().systems_variables.insert(name.to_owned(), value.to_owned());
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
        let mut block = told(contents.variables.get(&perspective.view).cloned(), "the environment")?;
        for (name, value) in
            contents.systems_variables.iter().filter(|_| perspective.account == Account::System)
        {
            block.set(name.clone(), value.clone());
        }
        Ok(block)
    }
    fn path(&self, _: Perspective) -> Result<Vec<String>, Unanswered> {
        Ok(self.contents().path.clone())
    }
    fn boot(&self) -> Option<BootIdentity> {
        self.contents().device.boot.clone()
    }
    fn pending_restarts(&self) -> Result<Vec<String>, Unanswered> {
        Ok(self.contents().device.pending.clone())
    }
    fn console_text(&self, bytes: &[u8]) -> String {
        if self.kind == SystemKind::Unix {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        let letter = |byte: &u8| match byte {
            0..0x80 => char::from(*byte),
            _ => {
                CODE_PAGE_850.iter().find(|(code, _)| code == byte).map_or('\u{FFFD}', |(_, letter)| *letter)
            }
        };
        bytes.iter().map(letter).collect()
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
