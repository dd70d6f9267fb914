use waybill_installer_runner::Events;
use waybill_schemas::report::rehearsal::{Phase, RehearsalPhase};

/// Is told of a rehearsal as it goes: phases, and each decision of an attempt within them.
pub trait Audience: Events {
    /// A phase begins.
    fn begins(&self, _phase: Phase) {}

    /// A phase is over.
    fn ended(&self, _phase: &RehearsalPhase) {}
}

/// Nobody watches.
impl Audience for () {}
