//! Scripts of an earlier run that somebody edited since. They stay, and what the manifest says within them is renewed,
//! as within an edited command: a script with the former version's facts would not fit the rule of the new one.

use super::WingetError;
use super::download::digest;
use super::record::Record;
use crate::init::{ChangedFact, FieldUpdate, UpdateReport, with_new_facts};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::{FileAccess, NewFile};
use waybill_schemas::app::{AppDocument, Rule};
use waybill_schemas::{DOCUMENT_LIMIT, read_regular};

/// What becomes of the edited scripts.
#[derive(Default)]
pub(super) struct KeptScripts {
    /// Names and bytes of those whose facts are renewed.
    renewed: Vec<(String, Vec<u8>)>,
    /// Names of those that cannot be made to fit, and the scripts that were drafted.
    stuck: Vec<(String, Vec<u8>)>,
}

impl KeptScripts {
    /// Looks at the edited ones among `drafted` in `sources`. `list` is the list of files that the rules look for.
    pub(super) fn look(
        sources: &Path,
        drafted: &[(String, Vec<u8>)],
        record: &Record,
        facts: &[ChangedFact],
        list: Option<&str>,
    ) -> Self {
        let mut kept = Self::default();
        for (name, new) in drafted {
            let Some(was) = record.files.get(name) else { continue };
            let Ok(bytes) = read_regular(&sources.join(name), DOCUMENT_LIMIT) else { continue };
            if bytes.len() > DOCUMENT_LIMIT || digest(&bytes) == *was || *bytes == *new {
                continue;
            }
            // The uninstall script reads every list that it finds.
            let list = list.filter(|_| !name.contains("uninstall"));
            match renewal(&bytes, facts, list) {
                Renewal::None => {}
                Renewal::Bytes(bytes) => kept.renewed.push((name.clone(), bytes)),
                Renewal::Impossible => kept.stuck.push((name.clone(), new.clone())),
            }
        }
        kept
    }

    /// Whether a script stays that installs what its own version says.
    pub(super) fn are_stuck(&self) -> bool {
        self.stuck.iter().any(|(name, _)| !name.contains("uninstall"))
    }

    /// Writes the renewed scripts into `sources`, and beside app.json those that take the place of the stuck ones.
    /// Returns what to tell.
    pub(super) fn write(
        self,
        sources: &Path,
        folder: &Path,
        report: &mut UpdateReport,
    ) -> Result<Vec<String>, WingetError> {
        for (name, bytes) in self.renewed {
            put(&sources.join(&name), &bytes)?;
            let [before, after] =
                ["your script", "your script, with the new facts"].map(|text| Some(text.to_owned()));
            report.changes.push(FieldUpdate { field: format!("source/{name}"), before, after });
        }
        let mut notes = Vec::new();
        for (name, bytes) in self.stuck {
            let beside = format!("{name}.new");
            put(&folder.join(&beside), &bytes)?;
            notes.push(format!(
                "source/{name}, which you edited, does not fit this version and could not be renewed. The new script is \
                 {beside} beside app.json: put your edits into it, lay it over source/{name}, and run the update again. \
                 Until then the rules look for what your script leaves behind, and a device with the former version \
                 counts as having this one."
            ));
        }
        Ok(notes)
    }
}

fn put(path: &PathBuf, bytes: &[u8]) -> Result<(), WingetError> {
    let write = || {
        let new = NewFile::create(path, FileAccess::AsReplaced)?;
        std::io::Write::write_all(&mut new.file(), bytes)?;
        new.put(true, &Context::silent())
    };
    write().map_err(WingetError::io(path))
}

enum Renewal {
    /// The script holds nothing of the former version.
    None,
    Bytes(Vec<u8>),
    /// It does, and must not be written: it is signed, or in another encoding. Or it names no list that the rules know.
    Impossible,
}

fn renewal(bytes: &[u8], facts: &[ChangedFact], list: Option<&str>) -> Renewal {
    let (text, is_utf_8) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), true),
        Err(_) => {
            let encoding =
                encoding_rs::Encoding::for_bom(bytes).map_or(encoding_rs::WINDOWS_1252, |(one, _)| one);
            (encoding.decode(bytes).0.into_owned(), false)
        }
    };
    let new = with_new_facts(&text, facts);
    let may_be_written = is_utf_8 && !text.contains("# SIG # Begin signature block");
    if list.is_some_and(|list| !new.contains(list)) || (new != text && !may_be_written) {
        Renewal::Impossible
    } else if new == text {
        Renewal::None
    } else {
        Renewal::Bytes(new.into_bytes())
    }
}

/// The list of files of a portable app that the rules look for.
pub(super) fn list_of_rules(app: &AppDocument) -> Option<&str> {
    app.rules.iter().find_map(|rule| match rule {
        Rule::FileSystem(rule) => rule
            .file_or_folder_name
            .as_deref()
            .filter(|name| name.starts_with("waybill-files-") && name.ends_with(".txt")),
        _ => None,
    })
}

/// Has the rules look for `list` in place of the list of the new version.
pub(super) fn look_for_list(app: &mut AppDocument, list: &str) {
    let Some(new) = list_of_rules(app).map(str::to_owned) else { return };
    for rule in &mut app.rules {
        if let Rule::FileSystem(rule) = rule
            && rule.file_or_folder_name.as_ref() == Some(&new)
        {
            rule.file_or_folder_name = Some(list.to_owned());
        }
    }
}
