//! Which file or folder a rule means on this machine: variables expanded, the view's folders.

use super::{Inquiry, Stop};
use crate::command::FileView;
use waybill_system::{Environment, Perspective, SystemKind, Unanswered};

/// Where a rule looks.
#[derive(Debug)]
pub(super) struct Place {
    /// The path.
    pub(super) path: String,
    /// Variables in it that this context does not know: nothing is there, and nobody need look.
    pub(super) unknown: Vec<String>,
}

impl Place {
    /// From a rule's fields.
    pub(super) fn of(
        folder: &str,
        name: &str,
        perspective: Perspective,
        inquiry: Inquiry<'_>,
    ) -> Result<Self, Stop> {
        let (folder, name) = (folder.trim(), name.trim());
        written_right(folder, name, inquiry.eyes.kind)?;
        let environment = inquiry.system.device().environment(perspective)?;
        let written = inquiry.eyes.kind.join(folder, name);
        let path = environment.expand(&written);
        let unknown = unknown_variables(&written, &environment);
        let path = match inquiry.eyes.kind {
            SystemKind::Windows => {
                on_windows(path.replace('/', "\\"), &unknown, &environment, perspective, inquiry)?
            }
            SystemKind::Unix => on_unix(path)?,
        };
        Ok(Self { path, unknown })
    }

    /// `%X% is no variable here`, for the reason.
    pub(super) fn unknown_named(&self) -> String {
        let names: Vec<String> = self.unknown.iter().map(|name| format!("%{name}%")).collect();
        let verb = if names.len() == 1 { "is no variable" } else { "are no variables" };
        format!("{} {verb} of this account and view", names.join(", "))
    }
}

fn written_right(folder: &str, name: &str, kind: SystemKind) -> Result<(), Stop> {
    let invalid = |why: String| Err(Stop::Invalid(why));
    if folder.is_empty() {
        return invalid("it names no folder".into());
    }
    if name.is_empty() {
        return invalid("it names no file or folder".into());
    }
    let wrong: &[char] =
        if kind == SystemKind::Windows { &['*', '?', '"', '<', '>', '|', '\0'] } else { &['\0'] };
    match [folder, name].into_iter().find(|text| text.contains(wrong)) {
        Some(text) => invalid(format!("nothing is called {text}, and wildcards are not expanded")),
        None => Ok(()),
    }
}

fn on_windows(
    path: String,
    unknown: &[String],
    environment: &Environment,
    perspective: Perspective,
    inquiry: Inquiry<'_>,
) -> Result<String, Stop> {
    let bytes = path.as_bytes();
    let has_drive = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1..3) == Some(br":\");
    if !has_drive && !path.starts_with(r"\\") {
        if unknown.is_empty() {
            return Err(Stop::Invalid(format!("{path} is relative, and to nothing in particular")));
        }
        return Ok(path);
    }
    Ok(FileView::of(perspective, environment, inquiry.system).map(&path))
}

/// A path of Windows is no path here: whether the app is there cannot be told.
fn on_unix(path: String) -> Result<String, Stop> {
    if path.starts_with('/') {
        return Ok(path);
    }
    if path.contains(['\\', '%', ':']) {
        return Err(Unanswered::needs_windows(&path).into());
    }
    Err(Stop::Invalid(format!("{path} is relative, and to nothing in particular")))
}

/// The names between `%` that were not expanded, by the rules of [`Environment::expand`].
fn unknown_variables(text: &str, environment: &Environment) -> Vec<String> {
    let mut unknown = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('%') {
        let after = &rest[start + 1..];
        let Some(end) = after.find('%') else { break };
        let name = &after[..end];
        if environment.get(name).is_some() {
            rest = &after[end + 1..];
            continue;
        }
        if !name.is_empty() && !name.contains(['\\', '/']) {
            unknown.push(name.to_owned());
        }
        rest = after;
    }
    unknown
}
