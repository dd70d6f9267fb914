use super::PackageArgs;
use clap::Args;
use std::path::PathBuf;

/// Publish a package's content for any web server, its keys in a document apart
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill publish 7zip.intunewin --to public --base-url https://cdn.example/apps
  waybill publish 7zip.intunewin --to public       (the document lies above public/)
  waybill publish 7zip.intunewin --to lab --with-keys

Writes DIR/<MAC>/content.bin and pieces.json, which hold no key and never change,
and 7zip.content.json, which holds the keys: keep it as you keep a password.
Serve DIR, and only DIR; docs/publishing.md says how.")]
pub(crate) struct PublishArgs {
    /// The package
    pub(crate) package: PathBuf,
    /// The public tree: the folder that is served
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Where the secret document goes; PACKAGE.content.json in the current folder by default
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,
    /// The URL that DIR is served under; a query (SAS) goes to the end of the content's URL
    #[arg(long, value_name = "URL", env = "WAYBILL_BASE_URL", hide_env_values = true)]
    pub(crate) base_url: Option<String>,
    /// Put the document, with its keys, into DIR too: for labs
    #[arg(long)]
    pub(crate) with_keys: bool,
    /// Mend a damaged content, and replace a document that says something else
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) reading: PackageArgs,
}
