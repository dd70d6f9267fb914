//! The order of an attempt (docs/intune-agent.md, "An attempt, step by step"): attempts that earlier runs left,
//! detection, requirements, restarts and schedule, content, detection again, the command, its run, and detection as the
//! judge.

use super::conclusion::{self, Conclusion, Notes, compliance, compliance_of, enforcement, now};
use super::judgement::reached;
use super::{AttemptRequest, Content, RunnerError};
use crate::command::kept_by_intune;
use crate::detection;
use crate::{AttemptKey, Refused, RunAs, Runner, detect, identify, resolve};
use jiff::Timestamp;
use waybill_schemas::codes::Class;
use waybill_schemas::report::install::{
    Advice, Answer, AppIdentity, AttemptOutcome, Decision, InstallReport, Intent, Interruption, Occasion,
};
use waybill_schemas::secrets::mask;

/// An attempt under way.
pub(crate) struct Attempt<'a> {
    pub(super) runner: &'a Runner<'a>,
    pub(super) request: &'a AttemptRequest<'a>,
    pub(super) run_as: RunAs,
    pub(super) identity: AppIdentity,
    pub(super) key: AttemptKey,
    pub(super) notes: Notes<'a>,
}

/// Why an attempt goes no further.
pub(super) enum EarlyEnd {
    /// The attempt came to a conclusion, which goes into its report.
    Concluded(Conclusion),
    /// The attempt failed before there was anything to report.
    Failed(RunnerError),
}

pub(super) type Flow<T> = Result<T, EarlyEnd>;

impl From<Conclusion> for EarlyEnd {
    fn from(conclusion: Conclusion) -> Self {
        Self::Concluded(conclusion)
    }
}

impl<E: Into<RunnerError>> From<E> for EarlyEnd {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(runner: &'a Runner<'a>, request: &'a AttemptRequest<'a>) -> Self {
        let run_as = RunAs::new(request.app, runner.settings, runner.system);
        Self {
            runner,
            request,
            run_as,
            key: AttemptKey::new(request.app, &run_as, runner.system),
            identity: identify(request.app),
            notes: Notes::begin(runner),
        }
    }

    /// Carries out the whole attempt and reports it.
    pub(crate) fn carry_out(mut self, content: &mut dyn Content) -> Result<InstallReport, RunnerError> {
        let conclusion = match self.decide(content) {
            Ok(conclusion) | Err(EarlyEnd::Concluded(conclusion)) => conclusion,
            Err(EarlyEnd::Failed(error)) => return Err(error),
        };
        self.notes.next_try = self.next_try(conclusion.outcome)?;
        Ok(self.notes.conclude(self.request.intent, self.identity, &self.run_as, conclusion))
    }

    fn decide(&mut self, content: &mut dyn Content) -> Flow<Conclusion> {
        if let Some(model) = self.runner.system.device().model() {
            return self.on_model(model, content);
        }
        // The order is that of Intune's agent: checks that cost nothing come first, and the content, which may be
        // gigabytes, is fetched after every check that could end the attempt.
        self.deviations_of_app();
        self.needs_user()?;
        self.earlier()?;
        self.look_first(Occasion::Before)?;
        self.requirements()?;
        self.pending_restart()?;
        self.schedule()?;
        self.interruption()?;
        self.script_in_place_of_command()?;
        let folder = self.content(content)?;
        let resolved = self.command(folder.as_deref())?;
        if self.request.dry_run {
            return Ok(self.would_run());
        }
        self.run(&resolved)
    }

    /// Resolves the command on a model of a machine. Everything else would be a guess: no rule has an answer there.
    fn on_model(&mut self, model: &str, content: &dyn Content) -> Flow<Conclusion> {
        self.notes.decided(Decision::OnModel { model: model.to_owned() });
        self.notes.deviates(format!(
            "A model stood for the device, {model}: no rule was asked and nothing was started."
        ));
        // What no machine would start is not started on a model either.
        if let Some(detection) = detection::refused(self.request.app, Occasion::Before) {
            let conclusion = conclusion::cannot_tell(&detection, false);
            self.notes.detections.push(detection);
            return Err(conclusion.into());
        }
        self.script_in_place_of_command()?;
        let folder = content.present().map(|folder| folder.to_string_lossy().into_owned());
        self.notes.decided(match &folder {
            Some(folder) => Decision::ContentHere { folder: folder.clone(), fetched: false },
            None => Decision::ContentNotFetched,
        });
        self.command(folder.as_deref())?;
        Ok(self.would_run())
    }

    fn look_first(&mut self, occasion: Occasion) -> Flow<()> {
        // Detects the app. The attempt ends here if the app is already as wanted, or if detection cannot tell.
        let found = self.look(occasion);
        if found == Answer::CannotTell {
            self.interruption()?; // a script that was stopped tells nothing
        }
        let (reached, rule) = (reached(self.request.intent, found), self.failing_rule());
        let nothing_to_do = reached == Some(true);
        self.notes.decided(Decision::Looked { answer: found, nothing_to_do, rule });
        match (reached, self.notes.detections.last()) {
            (Some(false), _) => Ok(()),
            (None, Some(detection)) => {
                let conclusion = conclusion::cannot_tell(detection, false);
                self.deviation_of_no_answer();
                Err(conclusion.into())
            }
            _ => Err(conclusion::nothing_to_do(self.request.intent).into()),
        }
    }

    /// Runs detection once and notes its report.
    pub(super) fn look(&mut self, occasion: Occasion) -> Answer {
        let Runner { system, settings, context, .. } = self.runner;
        // Evaluated again each time: an installer may have run in between.
        let detection = detect(self.request.app, &self.run_as, occasion, *system, settings, context);
        let answer = detection.answer;
        self.notes.detections.push(detection);
        answer
    }

    /// The explanation of the first rule of the last detection that does not hold.
    fn failing_rule(&self) -> Option<String> {
        let rules = &self.notes.detections.last()?.rules;
        let rule = rules.iter().find(|rule| rule.answer != Answer::Detected)?;
        Some(format!("{} ({}): {}", rule.pointer, rule.subject, rule.why))
    }

    /// Ends the attempt if the caller has set its cancel flag. To be used before the installer is started.
    pub(super) fn interruption(&self) -> Flow<()> {
        self.runner.context.check().map_err(|_| interrupted(Interruption::BeforeItsStart).into())
    }

    /// The content folder, fetched if necessary. After a download detection runs once more, because it may have taken
    /// long. `None` in a dry run without content.
    fn content(&mut self, content: &mut dyn Content) -> Flow<Option<String>> {
        let present = content.present();
        if self.request.dry_run && present.is_none() {
            self.notes.decided(Decision::ContentNotFetched);
            return Ok(None);
        }
        let (folder, was_here) = match present {
            Some(folder) => (folder, true),
            None => (content.folder()?, false),
        };
        let folder = folder.to_string_lossy().into_owned(); // a folder that is no text is refused as one that is not there
        self.notes.decided(Decision::ContentHere { folder: folder.clone(), fetched: !was_here });
        if !was_here {
            self.look_first(Occasion::AfterDownload)?;
        }
        Ok(Some(folder))
    }

    /// The attempt ends here where Intune runs a script of the app's content: nothing on this machine has its text, and
    /// Intune ignores the command line then, so that it must not be started either.
    fn script_in_place_of_command(&mut self) -> Flow<()> {
        let installs = self.request.intent == Intent::Install;
        let Some(id) = self.request.app.script_in_place_of_command(installs) else { return Ok(()) };
        let refused = kept_by_intune(installs, id, self.line(), &self.run_as, self.runner.system);
        // Intune would run the script, so that no state and no code of a failure is its report.
        Err(self.command_refused(*refused).with(self.compliance(), None, None).into())
    }

    fn line(&self) -> &'a str {
        let line = match self.request.intent {
            Intent::Install => &self.request.app.install_command_line,
            Intent::Uninstall => &self.request.app.uninstall_command_line,
        };
        line.as_deref().unwrap_or_default()
    }

    fn command_refused(&mut self, refused: Refused) -> Conclusion {
        let told = refused.report.refused.clone();
        let (why, fix) = told.map(|told| (told.why, told.fix)).unwrap_or_default();
        self.notes.decided(Decision::CommandRefused { why: why.clone() });
        self.notes.command = Some(refused.report);
        let advice = (!fix.is_empty()).then(|| Advice::other(fix));
        self.refused(refused.code, &why, advice)
    }

    fn command(&mut self, folder: Option<&str>) -> Flow<crate::Resolved> {
        self.deviation_of_view();
        let written = self.line();
        let prepared = self.prepared(written);
        let line =
            prepared.as_ref().filter(|_| self.uses_prepared()).map_or(written, |prepared| &prepared.line);
        match resolve(line, folder.unwrap_or_default(), &self.run_as, self.runner.system) {
            Ok(mut resolved) => {
                resolved.report.line = mask(written);
                resolved.report.prepared = prepared.as_ref().map(|prepared| self.report_prepared(prepared));
                let found_in = resolved.report.found_in.clone().unwrap_or_default();
                let program = resolved.report.program.clone().unwrap_or_default();
                self.notes.decided(Decision::CommandFound { program, found_in });
                self.deviations_of_command(line, &resolved.report);
                self.notes.command = Some(resolved.report.clone());
                Ok(resolved)
            }
            Err(refused) => Err(self.command_refused(*refused).into()),
        }
    }

    /// The result where the command cannot be started; Intune's agent reports this as an error of the app.
    pub(super) fn refused(&self, code: u32, why: &str, advice: Option<Advice>) -> Conclusion {
        let summary = format!("Its command cannot be started: {why}");
        Conclusion::unchanged(AttemptOutcome::CommandRefused, Class::InstallFailed, summary)
            .with(self.compliance(), Some(enforcement::ERROR), Some(code))
            .advising(advice)
    }

    fn would_run(&mut self) -> Conclusion {
        self.notes.decided(Decision::DryRun);
        let summary = "This command would be started; nothing was.";
        Conclusion::unchanged(AttemptOutcome::WouldRun, None, summary).with(self.compliance(), None, None)
    }

    /// The ComplianceState by the last detection.
    pub(super) fn compliance(&self) -> i64 {
        match self.notes.detections.last() {
            Some(detection) => compliance_of(detection.answer),
            None if self.runner.system.device().model().is_some() => compliance::UNKNOWN,
            None => compliance::NOT_INSTALLED,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        now(self.runner)
    }
}

/// The result where the caller's cancel flag ended the attempt. An installer that runs is not ended, because that would
/// leave half an app.
pub(super) fn interrupted(interrupted: Interruption) -> Conclusion {
    let summary = match interrupted {
        Interruption::BeforeItsStart => "We were interrupted before anything was started.",
        Interruption::WhileItRan => "We were interrupted; the installer goes on.",
        Interruption::AfterItsEnd => {
            "We were interrupted after the installer had ended and before detection had judged it."
        }
    };
    let mut conclusion = Conclusion::unchanged(AttemptOutcome::Interrupted, Class::Interrupted, summary)
        .with(compliance::NOT_INSTALLED, Some(enforcement::UNKNOWN), None)
        .advising([Advice::BeginAgain { interrupted }]);
    conclusion.changed = interrupted != Interruption::BeforeItsStart;
    conclusion
}
