use crate::args::InitArgs;
use crate::error::Failure;
use crate::package_input::shown;
use crate::report::init::write_drafted;
use crate::session::Session;
use waybill_packager::init::init;
use waybill_schemas::report::pack::{InitReport, InstallerReport};

/// Drafts an app document, and tells what to look at in it.
pub(crate) fn run(args: InitArgs, session: &Session) -> Result<(), Failure> {
    let (path, draft) = init(&args.into_request()?, &session.context())?;
    let report = InitReport {
        document: shown(&path),
        installer: InstallerReport {
            kind: draft.kind.to_string(),
            confidence: draft.confidence,
            evidence: draft.evidence.to_owned(),
        },
        app: draft.app,
        notes: draft.notes.iter().map(ToString::to_string).collect(),
    };
    session.output.summary(&report, write_drafted)
}
