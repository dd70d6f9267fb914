use crate::args::PackArgs;
use crate::error::Failure;
use crate::report::pack::write_packed;
use crate::session::Session;
use waybill_packager::pack::{PackRequest, pack};

/// Packs, and tells what was packed and what to type into the portal.
pub(crate) fn run(args: PackArgs, session: &Session) -> Result<(), Failure> {
    pack_and_report(&args.into_request()?, session)
}

/// The same for a request from elsewhere.
pub(crate) fn pack_and_report(request: &PackRequest, session: &Session) -> Result<(), Failure> {
    let report = pack(request, &session.context())?;
    session.output.summary(&report, write_packed)
}
