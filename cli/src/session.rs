//! What every command is given: where its output goes, who watches, who may stop it.

use crate::args::GlobalArgs;
use crate::interrupt;
use crate::output::Output;
use crate::progress::Watch;
use waybill_context::{Context, SystemClock};

/// One run of the command.
pub(crate) struct Session {
    /// Where data and everything else go.
    pub(crate) output: Output,
    watch: Watch,
}

impl Session {
    /// As the global options ask.
    pub(crate) fn new(global: &GlobalArgs) -> Self {
        Self::with(Output::new(global.json, global.quiet), Watch::new(global.quiet, global.verbose > 0))
    }

    /// From its parts.
    pub(crate) fn with(output: Output, watch: Watch) -> Self {
        Self { output, watch }
    }

    /// What the libraries are given.
    pub(crate) fn context(&self) -> Context<'_> {
        Context::new(&self.watch, interrupt::flag(), &SystemClock)
    }
}

/// Threads for work on a package that is read: as many as there are processors.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
