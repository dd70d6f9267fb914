//! The exit codes of the process.

use clap::ValueEnum;
use std::process::ExitCode;
use waybill_schemas::codes::Class;
use waybill_schemas::report::install::InstallReport;

/// Whose exit codes are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExitStyle {
    Waybill,
    Msi,
}

/// An exit code: 32 bits on Windows, the low 8 of them on other systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit(u32);

impl Exit {
    /// The command did everything that was asked for.
    pub(crate) const DONE: Self = Self(0);

    /// The exit code that another process ended with.
    pub(crate) const fn of_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The exit code of a report, in the given style; with `passthrough` the installer's own, where one ran to its end.
    pub(crate) fn of_install(report: &InstallReport, style: ExitStyle, passthrough: bool) -> Self {
        let own = report.run.as_ref().and_then(|run| run.exit_code.as_ref()).map(|code| code.unsigned);
        match own.filter(|_| passthrough) {
            Some(code) => Self(code),
            None => Self::of_report(report.exit, style),
        }
    }

    /// The exit code of a report, in the given style.
    pub(crate) fn of_report(exit: u8, style: ExitStyle) -> Self {
        match style {
            ExitStyle::Waybill => Self(exit.into()),
            ExitStyle::Msi => Self(msi(exit)),
        }
    }

    /// The exit code for the system. One whose low 8 bits are zero would look like success on Unix, and becomes 255.
    pub(crate) fn into_code(self) -> ExitCode {
        match u8::try_from(self.0) {
            Ok(code) => ExitCode::from(code),
            // `ExitCode` holds eight bits. Windows' codes have 32 (3010, 0x80070643), and the standard library has no
            // other stable way to end with one of them.
            Err(_) if cfg!(windows) => std::process::exit(self.0.cast_signed()),
            Err(_) => ExitCode::from(low_bits(self.0)),
        }
    }
}

impl From<Option<Class>> for Exit {
    fn from(class: Option<Class>) -> Self {
        class.map_or(Self::DONE, Self::from)
    }
}

impl From<Class> for Exit {
    fn from(class: Class) -> Self {
        Self(class.exit_code().into())
    }
}

/// Windows Installer's code for the same outcome, which deployment tools understand.
fn msi(exit: u8) -> u32 {
    match Class::from_exit_code(exit) {
        Some(Class::SoftRestart) => 3010,
        Some(Class::HardRestart) => 1641,
        Some(Class::RetryLater) => 1618,
        Some(Class::InstallFailed) => 1603,
        _ => exit.into(),
    }
}

const fn low_bits(code: u32) -> u8 {
    // 256 and its multiples would look like success.
    match code & 0xFF {
        0 => 255,
        bits => bits as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_msi_style_speaks_windows_installers_numbers() {
        let style = |exit| Exit::of_report(exit, ExitStyle::Msi).0;
        assert_eq!([0, 1, 3, 7, 8, 9, 10, 11, 130].map(style), [0, 1, 3, 7, 1603, 1618, 3010, 1641, 130]);
        assert_eq!(Exit::of_report(10, ExitStyle::Waybill), Exit(10));
    }

    #[test]
    fn no_failure_becomes_a_zero_where_eight_bits_are_all() {
        assert_eq!(
            [3010, 1641, 1618, 1603, 0x0001_0000, 0x8007_0005].map(low_bits),
            [194, 105, 82, 67, 255, 5]
        );
    }
}
