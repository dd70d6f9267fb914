//! The app's icon, where the manifest has one that Intune can show.

use super::download::digest;
use super::manifest::Manifest;
use super::yaml::Node;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use waybill_context::Context;
use waybill_schemas::app::MimeContent;
use waybill_transport::{Client, ClientOptions, Observations, Request, SecretUrl};

/// The largest icon that is taken, in bytes.
const LARGEST: u64 = 512 << 10;

/// The icon; `None` where the manifest has none. An icon that cannot be taken does not stop anything: the error is a
/// sentence about it.
pub(super) fn fetch(
    manifest: &Manifest,
    options: &ClientOptions,
    context: &Context<'_>,
) -> Result<Option<MimeContent>, String> {
    let icons = manifest.localized_list("Icons");
    if icons.is_empty() {
        return Ok(None);
    }
    let Some((icon, media_type)) = icons.iter().find_map(|icon| Some((icon, media_type(icon)?))) else {
        return Err(
            "The manifest's icons are no PNG or JPEG: convert one, and add it as `largeIcon`.".to_owned()
        );
    };
    let bytes = bytes(icon, options, context).map_err(|why| format!("The icon is left out: {why}."))?;
    Ok(Some(MimeContent {
        media_type: Some(media_type.to_owned()),
        value: Some(STANDARD.encode(bytes)),
        ..MimeContent::default()
    }))
}

fn media_type(icon: &Node) -> Option<&'static str> {
    match icon.text("IconFileType")?.to_lowercase().as_str() {
        "png" => Some("image/png"),
        "jpeg" | "jpg" => Some("image/jpeg"),
        _ => None,
    }
}

fn bytes(icon: &Node, options: &ClientOptions, context: &Context<'_>) -> Result<Vec<u8>, String> {
    let expected = icon.text("IconSha256").ok_or("it has no IconSha256")?.to_lowercase();
    let url = icon.text("IconUrl").unwrap_or_default();
    let url = SecretUrl::parse(&url).map_err(|error| error.to_string())?;
    let client = Client::start(options).map_err(|error| error.to_string())?;
    let request = Request::get(url).answer_limit(LARGEST);
    let answer = client.call(&request, context, &Observations::default()).and_then(|answer| answer.success());
    let bytes = answer.map_err(|error| error.to_string())?.into_body();
    if digest(&bytes) == expected { Ok(bytes.to_vec()) } else { Err("its SHA-256 is another".to_owned()) }
}
