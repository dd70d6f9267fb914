use super::{FakeSystem, Program};
use crate::{
    Account, Arguments, ProcessIdentity, Processes, Running, Start, StartError, StartedProcess, SystemKind,
    Unanswered, Wait,
};
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

/// What a fake program is started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeStart {
    /// The path of the program, as the caller named it.
    pub program: String,
    /// The command line on Windows; the words joined by blanks on Unix.
    pub line: String,
    /// The working directory that the caller named.
    pub folder: String,
    /// The environment variables, sorted by name.
    pub environment: Vec<(String, String)>,
    /// The account that it was started as.
    pub account: Account,
}

/// What a fake program does when it runs. Its output is written to the real file that the start names.
#[derive(Debug, Clone)]
pub struct FakeRun {
    code: Option<u32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    children: Vec<String>,
    waits: usize,
    signalled: bool,
}

impl FakeRun {
    /// The program ends at once with this code.
    pub fn ends(code: u32) -> Self {
        Self {
            code: Some(code),
            stdout: Vec::new(),
            stderr: Vec::new(),
            children: Vec::new(),
            waits: 0,
            signalled: false,
        }
    }

    /// On Unix the program is ended at once by the signal with this number.
    pub fn ends_by_signal(signal: u32) -> Self {
        Self { signalled: true, ..Self::ends(128 + signal) }
    }

    /// The program never ends.
    pub fn hangs() -> Self {
        Self { code: None, ..Self::ends(0) }
    }

    /// The program is still running in the first `waits` calls of [`Running::wait`].
    pub fn after_waits(mut self, waits: usize) -> Self {
        self.waits = waits;
        self
    }

    /// The program writes this to stdout.
    pub fn printing(mut self, text: &str) -> Self {
        self.stdout = text.into();
        self
    }

    /// The program writes this to stderr.
    pub fn complaining(mut self, text: &str) -> Self {
        self.stderr = text.into();
        self
    }

    /// The program leaves a running child with this name.
    pub fn leaving(mut self, child: &str) -> Self {
        self.children.push(child.to_owned());
        self
    }
}

impl FakeSystem {
    /// Adds a program: its file, and the closure that is called when it runs. The closure may change the machine.
    pub fn add_program(
        &self,
        path: &str,
        run: impl Fn(&FakeSystem, &FakeStart) -> FakeRun + Send + Sync + 'static,
    ) {
        self.add_file(path, 4096);
        let folded = self.folded(path);
        self.contents().programs.insert(folded, Arc::new(run));
    }

    /// All programs that were let run, in order.
    pub fn starts(&self) -> Vec<FakeStart> {
        self.contents().starts.clone()
    }

    /// Adds a process that runs until [`FakeSystem::end_process`].
    pub fn add_process(&self, name: &str) -> ProcessIdentity {
        let mut contents = self.contents();
        contents.next_pid += 4;
        let pid = 1000 + contents.next_pid;
        let identity = ProcessIdentity { pid, started: u64::from(pid) * 10, name: name.to_owned() };
        contents.alive.insert(pid, identity.clone());
        identity
    }

    /// All processes that run, by their ids.
    pub fn running(&self) -> Vec<ProcessIdentity> {
        self.contents().alive.values().cloned().collect()
    }

    /// Ends a process, so that it no longer runs.
    pub fn end_process(&self, who: &ProcessIdentity) {
        self.contents().alive.remove(&who.pid);
    }
}

impl Processes for FakeSystem {
    fn create(&self, start: &Start<'_>) -> Result<Box<dyn StartedProcess>, StartError> {
        let folded = self.folded(start.program);
        let program = self.contents().programs.get(&folded).cloned();
        let program = program
            .ok_or_else(|| StartError::new(start.program, FILE_NOT_FOUND, io::ErrorKind::NotFound.into()))?;
        let output = start
            .output
            .open()
            .map_err(|(_, source)| StartError::new(start.program, ACCESS_DENIED, source))?;
        let line = match start.arguments {
            Arguments::Line(line) => line.to_owned(),
            Arguments::Words(words) => words.join(" "),
        };
        let environment =
            start.environment.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let fake = FakeStart {
            program: start.program.to_owned(),
            line,
            folder: start.folder.to_owned(),
            environment,
            account: start.account,
        };
        let name = start.program.rsplit(['\\', '/']).next().unwrap_or_default();
        let identity = self.add_process(name);
        Ok(Box::new(FakeCreated { machine: self.clone(), program, start: fake, output, identity }))
    }

    fn gives_console_input(&self) -> bool {
        self.kind == SystemKind::Windows && !self.contents().has_no_console
    }

    fn is_running(&self, who: &ProcessIdentity) -> Result<bool, Unanswered> {
        Ok(self.contents().alive.get(&who.pid).is_some_and(|alive| alive.started == who.started))
    }

    fn descendants(&self, _: &ProcessIdentity) -> Result<Vec<ProcessIdentity>, Unanswered> {
        Ok(Vec::new())
    }
}

/// The HRESULT of ERROR_FILE_NOT_FOUND.
const FILE_NOT_FOUND: u32 = 0x8007_0002;
/// The HRESULT of ERROR_ACCESS_DENIED.
const ACCESS_DENIED: u32 = 0x8007_0005;

/// A program that was created and not let run. If it is dropped, it never runs.
struct FakeCreated {
    machine: FakeSystem,
    program: Program,
    start: FakeStart,
    output: (File, File),
    identity: ProcessIdentity,
}

impl Drop for FakeCreated {
    fn drop(&mut self) {
        self.machine.end_process(&self.identity);
    }
}

impl StartedProcess for FakeCreated {
    fn identity(&self) -> ProcessIdentity {
        self.identity.clone()
    }

    fn run(mut self: Box<Self>) -> Result<Box<dyn Running>, StartError> {
        let machine = self.machine.clone();
        machine.contents().starts.push(self.start.clone());
        let run = (self.program)(&machine, &self.start);
        let written =
            self.output.0.write_all(&run.stdout).and_then(|()| self.output.1.write_all(&run.stderr));
        written.map_err(|source| StartError::new(&self.start.program, ACCESS_DENIED, source))?;
        let children = run.children.iter().map(|child| machine.add_process(child)).collect();
        let identity = self.identity.clone();
        drop(self);
        if run.code.is_none() {
            machine.contents().alive.insert(identity.pid, identity.clone());
        }
        Ok(Box::new(FakeProcess { machine, identity, run, children, waited: 0 }))
    }
}

struct FakeProcess {
    machine: FakeSystem,
    identity: ProcessIdentity,
    run: FakeRun,
    children: Vec<ProcessIdentity>,
    waited: usize,
}

impl Running for FakeProcess {
    fn identity(&self) -> ProcessIdentity {
        self.identity.clone()
    }

    fn wait(&mut self, _: Duration) -> io::Result<Wait> {
        if self.waited < self.run.waits {
            self.waited += 1;
            return Ok(Wait::Running);
        }
        Ok(self.run.code.map_or(Wait::Running, Wait::Ended))
    }

    fn survivors(&self) -> Result<Vec<ProcessIdentity>, Unanswered> {
        let is_running = |child: &&ProcessIdentity| self.machine.is_running(child) == Ok(true);
        Ok(self.children.iter().filter(is_running).cloned().collect())
    }

    fn was_signalled(&self) -> bool {
        self.run.signalled
    }

    fn kill_tree(&mut self) -> io::Result<()> {
        self.run.code = Some(1);
        for one in self.children.iter().chain([&self.identity]) {
            self.machine.end_process(one);
        }
        Ok(())
    }
}
