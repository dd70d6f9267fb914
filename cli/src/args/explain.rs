use clap::Args;

/// Explain a code: of an error, a lint, a fetch, a device, an installer, a state
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill explain mac-mismatch
  waybill explain WB105
  waybill explain range-ignored
  waybill explain 0x87D1041C
  waybill explain 1603
  waybill explain exit 3")]
pub(crate) struct ExplainArgs {
    /// The code; a word before a number asks for one table (exit, installer, hresult, applicability, enforcement,
    /// compliance, desired, context, targeting)
    #[arg(required = true, value_name = "CODE", allow_negative_numbers = true)]
    code: Vec<String>,
}

impl ExplainArgs {
    /// The code as one text.
    pub(crate) fn code(&self) -> String {
        self.code.join(" ")
    }
}
