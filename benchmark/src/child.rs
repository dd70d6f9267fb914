//! The processes of limits and stages: each gets one task, answers, and is waited for to know what it used.

use crate::options::BenchError;
use crate::options::StageProgram;
use crate::task::{Answer, Task};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use wait4::Wait4 as _;
use waybill_context::Context;
use waybill_schemas::codes;

/// How often a waiting loop looks at the caller's cancel flag.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The answer of a process, and what it used.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    pub(crate) answer: Answer,
    /// Processor time in seconds, without what was used before the measured part.
    pub(crate) cpu: f64,
    /// Peak memory in bytes.
    pub(crate) memory: u64,
}

/// Starts a process, gives it the task, and waits for its end.
pub(crate) fn run(
    program: &StageProgram,
    what: &str,
    task: &Task,
    context: &Context<'_>,
) -> Result<Used, BenchError> {
    Running::start(program, what, task, context)?.end()
}

/// A process that has answered. It may go on, as a server does, until [`Running::end`].
pub(crate) struct Running {
    what: String,
    child: Child,
    answers: Receiver<io::Result<Answer>>,
    answer: Answer,
    reaped: bool,
}

impl Running {
    /// Starts a process, gives it the task, and waits for its answer or for the caller's cancel flag.
    pub(crate) fn start(
        program: &StageProgram,
        what: &str,
        task: &Task,
        context: &Context<'_>,
    ) -> Result<Self, BenchError> {
        let failed = |source| BenchError::Process { what: what.to_owned(), source };
        let (child, answers) = spawn(program).map_err(failed)?;
        // Made before anything else can fail, so that its `Drop` ends the process in that case.
        let mut running =
            Self { what: what.to_owned(), child, answers, answer: Answer::default(), reaped: false };
        running.ask(task).map_err(failed)?;
        running.answer = running.wait(context)?.map_err(failed)?;
        match running.answer.error.take() {
            Some(message) => {
                let id = running.answer.code.take();
                let code = codes::errors().find(|code| id.as_deref() == Some(code.id));
                Err(BenchError::Stage { what: what.to_owned(), message, code })
            }
            None => Ok(running),
        }
    }

    /// The answer of the process.
    pub(crate) fn answer(&self) -> &Answer {
        &self.answer
    }

    fn ask(&mut self, task: &Task) -> io::Result<()> {
        let line = serde_json::to_string(task)?;
        let stdin = self.child.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        stdin.write_all(format!("{line}\n").as_bytes())?;
        stdin.flush()
    }

    fn wait(&self, context: &Context<'_>) -> Result<io::Result<Answer>, BenchError> {
        loop {
            context.check()?;
            match self.answers.recv_timeout(LOOK_EVERY) {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let error = io::Error::new(io::ErrorKind::UnexpectedEof, "it ended without an answer");
                    return Ok(Err(error));
                }
            }
        }
    }

    /// Closes the stdin of the process, waits for its end, and returns what it used.
    pub(crate) fn end(mut self) -> Result<Used, BenchError> {
        // A server stops when its stdin is closed.
        drop(self.child.stdin.take());
        let used = self.child.wait4();
        self.reaped = true; // its id may be another's from here on
        let used = used.map_err(|source| BenchError::Process { what: self.what.clone(), source })?;
        if !used.status.success() {
            let message = format!("its process ended with {}", used.status);
            return Err(BenchError::Stage { what: self.what.clone(), message, code: None });
        }
        let cpu = (used.rusage.utime + used.rusage.stime).as_secs_f64() - self.answer.cpu_before;
        // A server answers once more at its end. The peak that a process reports itself is exact; the system's figure
        // may include memory of the parent from before `exec`.
        let last = self.answers.iter().flatten().last();
        let peak = last.map_or(self.answer.peak, |last| last.peak);
        let memory = if peak > 0 { peak } else { used.rusage.maxrss };
        Ok(Used { answer: std::mem::take(&mut self.answer), cpu: cpu.max(0.0), memory })
    }
}

/// Ends the process, so that nothing goes on after an error.
impl Drop for Running {
    fn drop(&mut self) {
        if !self.reaped {
            let _ = self.child.kill(); // it may have ended
            let _ = self.child.wait();
        }
    }
}

/// Starts the process, and a thread that reads its answers and sends them to the channel.
fn spawn(program: &StageProgram) -> io::Result<(Child, Receiver<io::Result<Answer>>)> {
    let mut child = Command::new(&program.path)
        .args(&program.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let (answered, answers) = channel();
    // Reading from a pipe blocks and cannot be interrupted. With a thread for it, the waiting thread can look at the
    // cancel flag meanwhile.
    std::thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        while let Some(answer) = listen(&mut stdout).transpose() {
            let _ = answered.send(answer); // nobody may wait any more
        }
    });
    Ok((child, answers))
}

/// The next answer: the next line that is a JSON object, since a test harness prints other lines. `None` at the end.
fn listen(stdout: &mut BufReader<ChildStdout>) -> io::Result<Option<Answer>> {
    let mut line = String::new();
    loop {
        line.clear();
        if stdout.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line.starts_with('{') {
            return Ok(Some(serde_json::from_str(&line)?));
        }
    }
}
