use super::Size;
use crate::error::Failure;
use crate::package_input::shown;
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use waybill_packager::exclude::Exclusions;
use waybill_packager::pack::{Level, PackOptions, PackOutput, PackRequest, PackSource};
use waybill_schemas::codes::command;

/// Pack a source folder, or an app's folder, into an .intunewin package
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill pack ./7zip --setup 7z2301-x64.msi
  waybill pack ./7zip --setup 7z.msi -o 7zip-23.01.intunewin --exclude '*.pdb'
  waybill pack apps/7zip --output packages/   (holds app.json and source/)

Patterns have gitignore syntax, here and in .waybillignore files; nothing else
is ignored. SOURCE_DATE_EPOCH sets the time of every entry, so that the same
files give the same payload.")]
pub(crate) struct PackArgs {
    /// The source folder; or the app's folder, which holds app.json and source/
    source: PathBuf,
    /// The setup file, relative to the source folder; app.json names it for an app's folder
    #[arg(short, long, value_name = "FILE")]
    setup: Option<PathBuf>,
    /// The package, or the folder for it; the current folder by default
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// A folder of catalogue files for Windows 10 S mode
    #[arg(long, value_name = "DIR")]
    catalog: Option<PathBuf>,
    /// Leave out what matches; may be given several times
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// How hard to deflate: default is as small as Microsoft's tool, fast takes half the time, best ten times
    /// as much for a few per cent
    #[arg(long, value_enum, default_value = "default")]
    level: LevelName,
    /// Memory for blocks in work; the payload does not depend on it
    #[arg(long, value_name = "SIZE", default_value = "48MiB")]
    memory: Size,
    /// Threads; as many as there are processors by default
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Replace a package that is there
    #[arg(long)]
    force: bool,
}

/// How hard to deflate.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum LevelName {
    Store,
    Fast,
    Default,
    Best,
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Self {
        match name {
            LevelName::Store => Self::Store,
            LevelName::Fast => Self::Fast,
            LevelName::Default => Self::Default,
            LevelName::Best => Self::Best,
        }
    }
}

impl PackArgs {
    /// What is to be packed, and how.
    pub(crate) fn into_request(self) -> Result<PackRequest, Failure> {
        let mut options = PackOptions::default();
        options.exclusions = Exclusions::new(&self.exclude)?;
        options.catalog = self.catalog;
        options.level = self.level.into();
        options.memory = self.memory.0;
        options.threads = self.threads;
        options.force = self.force;
        options.source_date_epoch = source_date_epoch()?;
        let nothing_named = nothing_named(&self.source);
        let source = PackSource::find(self.source, self.setup)?.ok_or(nothing_named)?;
        let output = PackOutput::from_argument(self.output.unwrap_or_else(|| PathBuf::from(".")));
        let mut request = PackRequest::new(source, output);
        request.options = options;
        Ok(request)
    }
}

fn nothing_named(source: &Path) -> Failure {
    let source = shown(source);
    Failure::new(&command::USAGE, format!("{source} holds no app.json, and no --setup is given")).with_hint(format!(
        "name the setup file with --setup, or give an app's folder; `waybill init {source} --setup <FILE>` writes app.json"
    ))
}

/// `SOURCE_DATE_EPOCH`: seconds since 1970 (reproducible-builds.org); unset or empty says nothing.
pub(crate) fn source_date_epoch() -> Result<Option<SystemTime>, Failure> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let seconds = text.to_str().and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let time = seconds.and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(seconds));
    time.map(Some).ok_or_else(|| {
        let text = text.to_string_lossy();
        Failure::new(&command::USAGE, format!("SOURCE_DATE_EPOCH is {text:?}, not seconds since 1970"))
            .with_hint("set it to a whole number such as 1700000000, or unset it")
    })
}
