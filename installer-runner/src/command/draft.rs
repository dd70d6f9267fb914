use super::{Refused, environment};
use crate::RunAs;
use crate::settings::view_name;
use waybill_schemas::report::install::{CommandReport, RefusedCommand};
use waybill_schemas::secrets::{MASK, mask};
use waybill_system::{Environment, System, SystemKind, Unanswered};

/// ERROR_FILE_NOT_FOUND.
pub(super) const NOT_FOUND: u32 = 0x8007_0002;
/// ERROR_ACCESS_DENIED.
pub(super) const ACCESS_DENIED: u32 = 0x8007_0005;
/// ERROR_INVALID_PARAMETER, what CreateProcess says to an empty line.
pub(super) const INVALID: u32 = 0x8007_0057;
/// ERROR_BAD_EXE_FORMAT.
pub(super) const NO_PROGRAM: u32 = 0x8007_00C1;
/// ERROR_FILENAME_EXCED_RANGE.
pub(super) const TOO_LONG: u32 = 0x8007_00CE;
/// ERROR_DIRECTORY: the working directory is none.
pub(super) const NO_FOLDER: u32 = 0x8007_010B;
/// E_FAIL, where the system gave no code.
const FAILED: u32 = 0x8000_4005;

/// The report of a command while it is resolved.
pub(super) struct Draft {
    pub(super) report: CommandReport,
    /// Values that the line takes from variables whose names say that they are secrets; the longest first.
    secrets: Vec<String>,
}

/// Why a command is not started. What comes from the command line is masked already.
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) why: String,
    pub(super) mend: String,
    pub(super) searched: Vec<String>,
}

impl Refusal {
    pub(super) fn new(code: u32, why: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { code, why: why.into(), mend: mend.into(), searched: Vec::new() }
    }
}

impl Draft {
    pub(super) fn new(line: &str, folder: &str, eyes: &RunAs) -> Self {
        let report = CommandReport {
            line: mask(line),
            program: None,
            found_in: None,
            command_line: None,
            view: view_name(eyes.perspective.view).to_owned(),
            folder: folder.to_owned(),
            environment: Vec::new(),
            refused: None,
        };
        Self { report, secrets: Vec::new() }
    }

    pub(super) fn refuse(mut self, refusal: Refusal) -> Box<Refused> {
        let Refusal { code, why, mend, searched } = refusal;
        let (why, mend) = (self.hidden(&why), self.hidden(&mend));
        let searched = searched.iter().map(|place| self.hidden(place)).collect();
        self.report.refused = Some(RefusedCommand { code: format!("0x{code:08X}"), why, mend, searched });
        Box::new(Refused { code, report: self.report })
    }

    /// Masked, and without the secrets that came in by variables.
    pub(super) fn shown(&self, text: &str) -> String {
        mask(&self.hidden(text))
    }

    /// What is masked already, without the secrets that came in by variables.
    pub(super) fn hidden(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }

    /// The variables that the command gets, and in the report what is different about them.
    pub(super) fn environment(
        &mut self,
        line: &str,
        eyes: &RunAs,
        system: &dyn System,
    ) -> Result<Environment, Refusal> {
        let no_block = |unanswered: Unanswered| {
            let code = unanswered.code.unwrap_or(FAILED);
            let why = format!("the variables of its account cannot be had: {unanswered}");
            Refusal::new(code, why, "run it while that user is signed in")
        };
        let block = system.device().environment(eyes.perspective).map_err(no_block)?;
        self.report.environment = environment::differences(&block, eyes.kind, environment::of_the_caller());
        self.secrets = environment::secrets_in(line, &block);
        Ok(block)
    }
}

/// The line without blanks around it.
///
/// # Errors
/// There is nothing, or a character that no command line holds.
pub(super) fn checked_line(line: &str, kind: SystemKind) -> Result<&str, Refusal> {
    let example = match kind {
        SystemKind::Windows => "give a command such as `msiexec.exe /i \"app.msi\" /qn`",
        SystemKind::Unix => "give a command such as `sh ./install.sh`",
    };
    match line.trim() {
        "" => Err(Refusal::new(INVALID, "the command is empty", example)),
        line if line.contains('\0') => {
            Err(Refusal::new(INVALID, "the command holds a null character, which would end it", example))
        }
        line => Ok(line),
    }
}
