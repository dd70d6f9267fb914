//! The order of an attempt (docs/intune-agent.md, "An attempt, step by step"): what an earlier run left, detection, requirements, restarts and
//! schedule, content, detection again, the command, its run, detection as the judge.

use super::conclusion::{self, Conclusion, compliance, compliance_of, enforcement};
use super::judgement::reached;
use super::notes::{Notes, now};
use super::{AttemptRequest, Content, RunnerError};
use crate::{RunAs, Runner, detect, identify, resolve};
use jiff::Timestamp;
use waybill_schemas::report::install::{Answer, AppIdentity, InstallReport, Intent, Occasion, Outcome, Step};

/// One attempt under way.
pub(crate) struct Attempt<'a> {
    pub(super) runner: &'a Runner<'a>,
    pub(super) request: &'a AttemptRequest<'a>,
    pub(super) run_as: RunAs,
    pub(super) identity: AppIdentity,
    pub(super) notes: Notes<'a>,
}

/// Why an attempt goes no further.
pub(super) enum Stop {
    /// It is concluded.
    Concluded(Conclusion),
    /// It comes to no report.
    Failed(RunnerError),
}

pub(super) type Flow<T> = Result<T, Stop>;

impl<E: Into<RunnerError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(runner: &'a Runner<'a>, request: &'a AttemptRequest<'a>) -> Self {
        Self {
            runner,
            request,
            run_as: RunAs::new(request.app, runner.settings, runner.system),
            identity: identify(request.app),
            notes: Notes::begin(runner),
        }
    }

    /// Carries it out.
    pub(crate) fn carry_out(mut self, content: &mut dyn Content) -> Result<InstallReport, RunnerError> {
        let conclusion = match self.decide(content) {
            Ok(conclusion) | Err(Stop::Concluded(conclusion)) => conclusion,
            Err(Stop::Failed(error)) => return Err(error),
        };
        self.notes.next_try = self.next_try(conclusion.outcome)?;
        Ok(self.notes.conclude(self.request.intent, self.identity, &self.run_as, conclusion))
    }

    fn decide(&mut self, content: &mut dyn Content) -> Flow<Conclusion> {
        self.needs_user()?;
        self.earlier()?;
        self.look_first(Occasion::Before)?;
        self.requirements()?;
        self.pending_restart()?;
        self.schedule()?;
        self.interruption()?;
        let folder = self.content(content)?;
        let resolved = self.command(folder.as_deref())?;
        if self.request.dry_run {
            return Ok(self.would_run());
        }
        self.run(&resolved)
    }

    /// Looks for the app; what is wanted may be the case already, and what cannot be told starts nothing.
    fn look_first(&mut self, occasion: Occasion) -> Flow<()> {
        let found = self.look(occasion);
        if found == Answer::CannotTell {
            self.interruption()?; // a script that was stopped tells nothing
        }
        match reached(self.request.intent, found) {
            None => {
                self.notes.step(Step::Detection, "cannot tell", "Nothing is started on such an answer.");
                let detection = self.notes.detections.last();
                Err(Stop::Concluded(detection.map_or_else(
                    || conclusion::nothing_to_do(self.request.intent), // not reached: a look was just noted
                    |detection| conclusion::cannot_tell(detection, false),
                )))
            }
            Some(true) => {
                let (decided, why) = match self.request.intent {
                    Intent::Install => {
                        ("detected", "Every detection rule holds; there is nothing to install.")
                    }
                    Intent::Uninstall => ("not detected", "There is nothing to uninstall."),
                };
                self.notes.step(Step::Detection, decided, why);
                Err(Stop::Concluded(conclusion::nothing_to_do(self.request.intent)))
            }
            Some(false) => {
                let decided = if found == Answer::Detected { "detected" } else { "not detected" };
                let failing = self.failing_rule();
                self.notes.step(Step::Detection, decided, failing);
                Ok(())
            }
        }
    }

    /// One look, noted.
    pub(super) fn look(&mut self, occasion: Occasion) -> Answer {
        let Runner { system, settings, context, .. } = self.runner;
        let detection = detect(self.request.app, &self.run_as, occasion, *system, settings, context);
        let answer = detection.answer;
        self.notes.detections.push(detection);
        answer
    }

    /// The first rule that does not hold, in its own words.
    fn failing_rule(&self) -> String {
        let rules =
            self.notes.detections.last().map(|detection| detection.rules.as_slice()).unwrap_or_default();
        let failing = rules.iter().find(|rule| rule.answer != Answer::Detected);
        failing.map_or_else(
            || "Every detection rule holds.".to_owned(),
            |rule| format!("{} ({}): {}", rule.pointer, rule.subject, rule.why),
        )
    }

    /// Before anything is started.
    pub(super) fn interruption(&self) -> Flow<()> {
        match self.runner.context.check() {
            Ok(()) => Ok(()),
            Err(_) => Err(Stop::Concluded(interrupted(Interrupted::BeforeItsStart))),
        }
    }

    /// The content folder; after a download the app is looked for once more.
    fn content(&mut self, content: &mut dyn Content) -> Flow<Option<String>> {
        let present = content.present();
        if self.request.dry_run && present.is_none() {
            self.notes.step(
                Step::Content,
                "not fetched",
                "A dry run fetches nothing; files of the package are not looked for.",
            );
            return Ok(None);
        }
        let (folder, was_here) = match present {
            Some(folder) => (folder, true),
            None => (content.folder()?, false),
        };
        let folder = folder.to_string_lossy().into_owned(); // a folder that is no text is refused as one that is not there
        let decided = if was_here { "here already" } else { "fetched" };
        self.notes.step(Step::Content, decided, format!("The content folder is {folder}."));
        if !was_here {
            self.look_first(Occasion::AfterDownload)?;
        }
        Ok(Some(folder))
    }

    fn command(&mut self, folder: Option<&str>) -> Flow<crate::Resolved> {
        let line = match self.request.intent {
            Intent::Install => &self.request.app.install_command_line,
            Intent::Uninstall => &self.request.app.uninstall_command_line,
        };
        let line = line.as_deref().unwrap_or_default();
        match resolve(line, folder.unwrap_or_default(), &self.run_as, self.runner.system) {
            Ok(resolved) => {
                let found = resolved.report.found_in.clone().unwrap_or_default();
                let program = resolved.report.program.clone().unwrap_or_default();
                self.notes.step(Step::Command, program, format!("Found in: {found}."));
                self.notes.command = Some(resolved.report.clone());
                Ok(resolved)
            }
            Err(refused) => {
                let told = refused.report.refused.clone();
                let (why, mend) = told.map(|told| (told.why, told.mend)).unwrap_or_default();
                self.notes.step(Step::Command, "refused", why.clone());
                self.notes.command = Some(refused.report);
                Err(Stop::Concluded(self.refused(refused.code, &why, mend)))
            }
        }
    }

    /// The command cannot be started: the reference reports an error of the app.
    pub(super) fn refused(&self, code: u32, why: &str, mend: String) -> Conclusion {
        Conclusion::quiet(Outcome::CommandRefused, 8, format!("Its command cannot be started: {why}"))
            .with(self.compliance(), Some(enforcement::ERROR), Some(code))
            .advising(Some(mend).filter(|mend| !mend.is_empty()))
    }

    fn would_run(&mut self) -> Conclusion {
        self.notes.step(Step::Run, "not started", "This is a dry run.");
        Conclusion::quiet(Outcome::WouldRun, 0, "This command would be started; nothing was.").with(
            self.compliance(),
            None,
            None,
        )
    }

    /// From the last look.
    pub(super) fn compliance(&self) -> i64 {
        self.notes
            .detections
            .last()
            .map_or(compliance::NOT_INSTALLED, |detection| compliance_of(detection.answer))
    }

    pub(super) fn now(&self) -> Timestamp {
        now(self.runner)
    }
}

/// When somebody stopped us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interrupted {
    /// Nothing was started.
    BeforeItsStart,
    /// The installer ran.
    WhileItRan,
    /// It had ended, and was not judged.
    AfterItsEnd,
}

/// Somebody stopped us. An installer that runs goes on: ending it would leave half an app.
pub(super) fn interrupted(when: Interrupted) -> Conclusion {
    let (summary, next) = match when {
        Interrupted::BeforeItsStart => {
            ("We were interrupted before anything was started.", "Run the same command again.")
        }
        Interrupted::WhileItRan => (
            "We were interrupted; the installer goes on.",
            "Run the same command again: it waits for that installer and lets detection judge.",
        ),
        Interrupted::AfterItsEnd => (
            "We were interrupted after the installer had ended and before detection had judged it.",
            "Run the same command again: it begins with detection, which judges.",
        ),
    };
    let mut conclusion = Conclusion::quiet(Outcome::Interrupted, 130, summary)
        .with(compliance::NOT_INSTALLED, Some(enforcement::UNKNOWN), None)
        .advising([next.to_owned()]);
    conclusion.changed = when != Interrupted::BeforeItsStart;
    conclusion
}
