use super::{FakeSystem, Program};
use crate::{
    Account, Arguments, Output, ProcessIdentity, Processes, Running, Start, StartError, StartedProcess,
    Unanswered, Wait,
};
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A start as a fake program sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeStart {
    /// The program's path as it was asked for.
    pub program: String,
    /// Windows' command line, or the words joined by blanks.
    pub line: String,
    /// The working directory.
    pub folder: String,
    /// Variables, sorted.
    pub environment: Vec<(String, String)>,
    /// The account that it was started as.
    pub account: Account,
}

/// What a fake program does. Its output is written to the real file that the start names.
#[derive(Debug, Clone)]
pub struct FakeRun {
    code: Option<u32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    children: Vec<String>,
    waits: usize,
}

impl FakeRun {
    /// It ends at once with this code.
    pub fn ends(code: u32) -> Self {
        Self { code: Some(code), stdout: Vec::new(), stderr: Vec::new(), children: Vec::new(), waits: 0 }
    }

    /// It never ends.
    pub fn hangs() -> Self {
        Self { code: None, ..Self::ends(0) }
    }

    /// It is waited for so many times in vain first.
    pub fn after_waits(mut self, waits: usize) -> Self {
        self.waits = waits;
        self
    }

    /// It writes this to stdout.
    pub fn printing(mut self, text: &str) -> Self {
        self.stdout = text.into();
        self
    }

    /// It writes this to stderr.
    pub fn complaining(mut self, text: &str) -> Self {
        self.stderr = text.into();
        self
    }

    /// A child of this name lives on.
    pub fn leaving(mut self, child: &str) -> Self {
        self.children.push(child.to_owned());
        self
    }
}

impl FakeSystem {
    /// Puts a program: a file, and what happens when it runs. The closure may change the machine.
    pub fn add_program(
        &self,
        path: &str,
        run: impl Fn(&FakeSystem, &FakeStart) -> FakeRun + Send + Sync + 'static,
    ) {
        self.add_file(path, 4096);
        let folded = self.folded(path);
        self.state().programs.insert(folded, Arc::new(run));
    }

    /// Every program that was let run, in order.
    pub fn starts(&self) -> Vec<FakeStart> {
        self.state().starts.clone()
    }

    /// A process that runs until [`FakeSystem::end_process`].
    pub fn add_process(&self, name: &str) -> ProcessIdentity {
        let mut state = self.state();
        state.next_pid += 4;
        let pid = 1000 + state.next_pid;
        let identity = ProcessIdentity { pid, started: u64::from(pid) * 10, name: name.to_owned() };
        state.alive.insert(pid, identity.clone());
        identity
    }

    /// Ends a process.
    pub fn end_process(&self, who: &ProcessIdentity) {
        self.state().alive.remove(&who.pid);
    }
}

impl Processes for FakeSystem {
    fn create(&self, start: &Start<'_>) -> Result<Box<dyn StartedProcess>, StartError> {
        let folded = self.folded(start.program);
        let program = self.state().programs.get(&folded).cloned().ok_or_else(|| StartError {
            program: start.program.to_owned(),
            code: 0x8007_0002,
            source: io::ErrorKind::NotFound.into(),
        })?;
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
        let output = FakeOutput::of(&start.output);
        Ok(Box::new(FakeCreated { machine: self.clone(), program, start: fake, output, identity }))
    }

    fn is_running(&self, who: &ProcessIdentity) -> Result<bool, Unanswered> {
        Ok(self.state().alive.get(&who.pid).is_some_and(|alive| alive.started == who.started))
    }

    fn descendants(&self, _: &ProcessIdentity) -> Result<Vec<ProcessIdentity>, Unanswered> {
        Ok(Vec::new())
    }
}

/// Where a fake program's output goes.
struct FakeOutput {
    stdout: PathBuf,
    stderr: PathBuf,
}

impl FakeOutput {
    fn of(output: &Output<'_>) -> Self {
        let (stdout, stderr) = match output {
            Output::File(both) => (both, both),
            Output::Files { stdout, stderr } => (stdout, stderr),
        };
        Self { stdout: stdout.to_path_buf(), stderr: stderr.to_path_buf() }
    }

    fn write(&self, run: &FakeRun) -> io::Result<()> {
        for (path, bytes) in [(&self.stdout, &run.stdout), (&self.stderr, &run.stderr)] {
            OpenOptions::new().create(true).append(true).open(path)?.write_all(bytes)?;
        }
        Ok(())
    }
}

/// Created, and not let run yet. Dropped, it never ran.
struct FakeCreated {
    machine: FakeSystem,
    program: Program,
    start: FakeStart,
    output: FakeOutput,
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

    fn run(self: Box<Self>) -> Result<Box<dyn Running>, StartError> {
        let machine = self.machine.clone();
        machine.state().starts.push(self.start.clone());
        let run = (self.program)(&machine, &self.start);
        self.output.write(&run).map_err(|source| StartError {
            program: self.start.program.clone(),
            code: 0x8007_0005,
            source,
        })?;
        let children = run.children.iter().map(|child| machine.add_process(child)).collect();
        let identity = self.identity.clone();
        drop(self);
        if run.code.is_none() {
            machine.state().alive.insert(identity.pid, identity.clone());
        }
        Ok(Box::new(FakeProcess { identity, run, children, waited: 0 }))
    }
}

struct FakeProcess {
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
        Ok(self.children.clone())
    }

    fn kill_tree(&mut self) -> io::Result<()> {
        self.run.code = Some(1);
        Ok(())
    }
}
