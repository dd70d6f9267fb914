//! The options that several commands take.

use crate::values::Size;
use clap::{ArgAction, Args, ValueEnum};
use intunewin::ArchivePolicy;
use std::path::PathBuf;
use waybill_disk::Root;

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Print exactly one JSON document on stdout, success or error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Tell errors and what was asked for, nothing else
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Log what happens; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colours; NO_COLOR is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

/// When to use colours. The names speak for themselves: a word on each would make every help page twice as long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    Auto,
    Always,
    Never,
}

impl ColorWhen {
    /// By its name; automatic for any other, which clap will refuse.
    pub(crate) fn named(name: &str) -> Self {
        Self::from_str(name, false).unwrap_or(Self::Auto)
    }

    /// From now on, for stdout and stderr.
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// How packages are read.
#[derive(Debug, Clone, Args)]
pub(crate) struct PackageArgs {
    /// Read bare encrypted contents: take their keys from a Detection.xml, a content.json or Graph's
    /// fileEncryptionInfo
    #[arg(long, value_name = "FILE")]
    pub(crate) encryption_info: Option<PathBuf>,
    /// What may be read at most.
    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// What a package may be at most.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// Refuse larger packages
    #[arg(long, value_name = "SIZE", default_value = "30GiB")]
    max_package: Size,
    /// Refuse payloads that unpack to more
    #[arg(long, value_name = "SIZE", default_value = "60GiB")]
    max_unpacked: Size,
}

impl Limits {
    /// The archive policy with these limits.
    pub(crate) fn policy(&self) -> ArchivePolicy {
        ArchivePolicy::default().with_max_package(self.max_package.0).with_max_unpacked(self.max_unpacked.0)
    }
}

/// The folder of state and content.
#[derive(Debug, Clone, Args)]
pub(crate) struct RootArgs {
    /// The folder of state and partial downloads, made where it is missing; the device's own by default
    #[arg(long, value_name = "DIR", env = "WAYBILL_ROOT")]
    root: Option<PathBuf>,
}

impl RootArgs {
    /// The one that was given, else the device's; whole, because reports name files in it.
    pub(crate) fn folder(&self) -> PathBuf {
        let folder = self.root.clone().unwrap_or_else(Root::default_path);
        std::path::absolute(&folder).unwrap_or(folder)
    }
}
