use crate::error::Failure;
use clap::Args;
use std::path::PathBuf;
use waybill_packager::exclude::Exclusions;
use waybill_packager::lint::{self, Allowance};
use waybill_packager::walk::WalkOptions;
use waybill_schemas::codes::command;

/// Find what goes wrong in practice, before it is uploaded
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill lint apps/7zip
  waybill lint app.intunewin --deny-warnings
  waybill lint apps/7zip --allow WB106='the script is 32-bit on purpose'
  waybill lint apps/7zip --sarif lint.sarif

Every finding has a page: `waybill explain WB105`. app.json's lint.allow takes
codes with reasons, too. Exits with 3 where an error is found.")]
pub(crate) struct LintArgs {
    /// A package, a source folder, an app's folder, or an app.json
    #[arg(value_name = "PACKAGE|SOURCE|APP DIR|app.json")]
    pub(crate) path: PathBuf,
    /// Allow what is found under this code; may be given several times
    #[arg(long, value_name = "CODE[=REASON]")]
    allow: Vec<String>,
    /// Treat warnings as errors
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// Leave out of the sources what matches, as pack does
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Write the findings to a SARIF file, too
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    /// Replace a SARIF file that is there
    #[arg(long, requires = "sarif")]
    pub(crate) force: bool,
}

impl LintArgs {
    /// How sources are listed.
    pub(crate) fn walk_options(&self) -> Result<WalkOptions, Failure> {
        Ok(WalkOptions::excluding(Exclusions::new(&self.exclude)?))
    }

    /// What is allowed; an unknown code is refused, lest a typing error allow nothing.
    pub(crate) fn allowances(&self) -> Result<Vec<Allowance>, Failure> {
        self.allow.iter().map(|text| allowance(text)).collect()
    }
}

/// `CODE` or `CODE=REASON`.
pub(super) fn allowance(text: &str) -> Result<Allowance, Failure> {
    let (code, reason) = text.split_once('=').unwrap_or((text, ""));
    let reason = if reason.trim().is_empty() { "allowed on the command line" } else { reason.trim() };
    match lint::page(code.trim()) {
        Some(page) => Ok(Allowance { code: page.code.to_owned(), reason: reason.to_owned() }),
        None => {
            let message = format!("--allow {code:?}: there is no such lint");
            Err(Failure::new(&command::USAGE, message)
                .with_hint("codes look like WB105; `waybill lint` tells them"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowances_have_reasons_and_known_codes() {
        let given = allowance("wb106=32-bit = on purpose").unwrap();
        assert_eq!((given.code.as_str(), given.reason.as_str()), ("WB106", "32-bit = on purpose"));
        assert_eq!(allowance("WB106").unwrap().reason, "allowed on the command line");
        assert!(allowance("WB999").unwrap_err().message().contains("WB999"));
    }
}
