use super::package::Limits;
use super::{Size, root::RootArgs};
use clap::Args;
use std::path::PathBuf;

/// Download, authenticate and unpack a content, going on where an earlier run stopped
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill fetch 7zip.content.json --output apps/7zip
  waybill fetch https://cdn.example/7zip.content.json --output apps/7zip --limit-rate 2MiB
  waybill fetch https://files.example/7zip.intunewin --output apps/7zip
  waybill fetch --url-file fresh-url.txt 7zip.content.json --output apps/7zip

The folder appears all at once, when MAC, digest, names, sizes and CRCs hold; else
nothing does. Interrupted in whatever way, the same command goes on from what is
held. A signed URL belongs into --url-file or WAYBILL_URL, where no process list
shows it.")]
pub(crate) struct FetchArgs {
    /// A content.json or an .intunewin package, by path or URL; with --encryption-info a bare content's URL.
    /// A URL that is signed is left out here and given in --url-file or WAYBILL_URL
    #[arg(value_name = "DOCUMENT|PACKAGE|URL")]
    pub(crate) source: Option<String>,
    /// The folder for the files; an empty one is replaced
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Requests at once, 1 to 8; more than one needs the piece hashes of `waybill publish`
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=8))]
    pub(crate) connections: u8,
    /// Bytes per second at most, e.g. 2MiB
    #[arg(long, value_name = "RATE")]
    pub(crate) limit_rate: Option<Size>,
    /// Drop what an earlier run holds and start anew
    #[arg(long)]
    pub(crate) no_resume: bool,
    /// Keep the encrypted content below the root afterwards
    #[arg(long)]
    pub(crate) keep_content: bool,
    /// Digest a folder that is there in full before it is called whole
    #[arg(long)]
    pub(crate) check: bool,
    /// Replace what is there
    #[arg(long)]
    pub(crate) force: bool,
    /// How long to wait where another waybill works on the same content or folder
    #[arg(long, value_name = "SECONDS", default_value = "0")]
    pub(crate) wait_lock: u64,
    /// Take the URL from this file (`-`: stdin) or from WAYBILL_URL: beside a document the content's, whatever the
    /// document says; alone the document's or package's own
    #[arg(long, value_name = "FILE")]
    pub(crate) url_file: Option<PathBuf>,
    /// Keys of a bare content: a Detection.xml, a content.json or Graph's fileEncryptionInfo
    #[arg(long, value_name = "FILE")]
    pub(crate) encryption_info: Option<PathBuf>,
    /// Certificates (PEM) to trust besides the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) root: RootArgs,
    #[command(flatten)]
    pub(crate) limits: Limits,
}
