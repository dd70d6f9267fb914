use waybill_schemas::report::install::StepReport;

/// Is told each decision as it falls: `--events`.
pub trait Events: Send + Sync {
    /// A decision fell.
    fn decided(&self, step: &StepReport);
}

/// Nobody listens.
impl Events for () {
    fn decided(&self, _: &StepReport) {}
}
