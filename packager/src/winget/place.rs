//! Files of the app: the staged sources, what a zip holds, and their way into `source`.

use super::WingetError;
use super::download::digest_of;
use super::record::Record;
use super::yaml::Node;
use crate::init::{FieldUpdate, KeptEdit, UpdateReport};
use intunewin::{Archive, ArchivePolicy, FileSource, UnpackOptions};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use waybill_context::Context;

/// Unpacks a zip whose digest was checked into `staged`, by the rules that packages are held to.
pub(super) fn unpack(zip: &Path, staged: &Path, context: &Context<'_>) -> Result<(), WingetError> {
    let source = FileSource::open(zip).map_err(WingetError::io(zip))?;
    let archive = Archive::open(source, &ArchivePolicy::default(), context)?;
    archive.unpack(staged, &UnpackOptions::default(), context)?;
    fs::remove_file(zip).map_err(WingetError::io(zip))
}

/// The name of a nested installer as it is spelled in the sources, with `/`.
pub(super) fn nested_name(node: &Node, sources: &Path) -> Result<String, WingetError> {
    let given = node.text("RelativeFilePath").unwrap_or_default();
    let refused = |why| WingetError::Nested { name: given.clone(), why };
    let parts: Vec<&str> = given.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")).collect();
    let leads_out =
        given.starts_with(['/', '\\']) || parts.iter().any(|part| *part == ".." || part.contains(':'));
    if leads_out {
        return Err(refused("the path leads out of it"));
    }
    let mut name: Vec<String> = Vec::new();
    let mut folder = sources.to_path_buf();
    for part in &parts {
        let found = child(&folder, part).ok_or_else(|| refused("there is no such file"))?;
        folder.push(&found);
        name.push(found);
    }
    if name.is_empty() || !folder.is_file() {
        return Err(refused("there is no such file"));
    }
    Ok(name.join("/"))
}

/// The child of this name in any case; the exact one goes first.
fn child(folder: &Path, name: &str) -> Option<String> {
    let names =
        fs::read_dir(folder).ok()?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let same = |one: &String| one.to_lowercase() == name.to_lowercase();
    let mut found: Vec<String> = names.filter(same).collect();
    found.sort_by_key(|one| (one != name, one.clone()));
    found.into_iter().next()
}

/// Whether the sources have a file of this name at their top, in any case.
pub(super) fn has_file(sources: &Path, name: &str) -> bool {
    child(sources, name).is_some()
}

/// The names of all files below a folder, with `/`, in order.
pub(super) fn files_below(root: &Path) -> Result<Vec<String>, WingetError> {
    let mut found = Vec::new();
    let mut open = vec![(root.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(WingetError::io(&folder))? {
            let entry = entry.map_err(WingetError::io(&folder))?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(WingetError::io(entry.path()))?;
            if kind.is_dir() {
                open.push((entry.path(), format!("{name}/")));
            } else if kind.is_file() {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn joined(root: &Path, name: &str) -> PathBuf {
    name.split('/').fold(root.to_path_buf(), |path, part| path.join(part))
}

fn digest(path: &Path, context: &Context<'_>) -> Result<String, WingetError> {
    fs::File::open(path).and_then(|mut file| digest_of(&mut file, context)).map_err(WingetError::io(path))
}

/// Moves the staged files into `sources`, and returns each with its SHA-256. Of an earlier run's files those that
/// nobody edited go; an edited one stays, and is named in the report.
pub(super) fn place(
    staged: &Path,
    sources: &Path,
    before: Option<&Record>,
    report: &mut UpdateReport,
    context: &Context<'_>,
) -> Result<BTreeMap<String, String>, WingetError> {
    refuse_link(sources)?;
    let new = files_below(staged)?;
    let mut written = BTreeMap::new();
    for name in &new {
        written.insert(name.clone(), digest(&joined(staged, name), context)?);
    }
    fs::create_dir_all(sources).map_err(WingetError::io(sources))?;
    let old = before.map(|record| record.files.clone()).unwrap_or_default();
    for (name, was) in old.iter().filter(|(name, _)| !written.contains_key(*name)) {
        let path = joined(sources, name);
        refuse_links(&path, sources)?;
        let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        if is_file && digest(&path, context)? == *was {
            fs::remove_file(&path).map_err(WingetError::io(&path))?;
            remove_empty_folders(&path, sources);
            report.changes.push(change(name, Some("there"), None));
        }
    }
    for name in &new {
        let path = joined(sources, name);
        let now = path.is_file().then(|| digest(&path, context)).transpose()?;
        let is_edited = old.get(name).is_some_and(|was| now.as_ref().is_some_and(|now| now != was));
        if is_edited {
            // What stays recorded is what was written, so that the edit is seen the next time as well.
            let field = format!("source/{name}");
            let (yours, proposed) = (Some("edited".to_owned()), Some("the new file".to_owned()));
            report.kept.push(KeptEdit { field, yours, proposed });
            written.insert(name.clone(), old.get(name).cloned().unwrap_or_default());
            continue;
        }
        if now.as_ref() == written.get(name) {
            continue;
        }
        move_file(&joined(staged, name), &path, sources)?;
        if before.is_some() {
            report.changes.push(change(name, now.as_ref().map(|_| "the former file"), Some("the new file")));
        }
    }
    Ok(written)
}

/// Removes the folders above a file that went, as far as they are empty. The sources themselves stay.
fn remove_empty_folders(file: &Path, sources: &Path) {
    let above =
        file.ancestors().skip(1).take_while(|folder| *folder != sources && folder.starts_with(sources));
    for folder in above {
        // Refused where somebody's own files lie in it.
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

fn change(name: &str, before: Option<&str>, after: Option<&str>) -> FieldUpdate {
    let [before, after] = [before, after].map(|text| text.map(str::to_owned));
    FieldUpdate { field: format!("source/{name}"), before, after }
}

/// A link where the sources or a folder of theirs should be would lead the files elsewhere.
fn refuse_link(folder: &Path) -> Result<(), WingetError> {
    match folder.symlink_metadata() {
        Ok(metadata) if !metadata.is_dir() => {
            Err(WingetError::io(folder)(io::Error::other("a link or a file is where a folder is expected")))
        }
        _ => Ok(()),
    }
}

/// Refuses a link in the place of a folder between `sources` and the file.
fn refuse_links(file: &Path, sources: &Path) -> Result<(), WingetError> {
    let folder = file.parent().unwrap_or(sources);
    folder.ancestors().take_while(|ancestor| *ancestor != sources).try_for_each(refuse_link)
}

fn move_file(from: &Path, to: &Path, sources: &Path) -> Result<(), WingetError> {
    let folder = to.parent().unwrap_or(sources);
    refuse_links(to, sources)?;
    fs::create_dir_all(folder).map_err(WingetError::io(folder))?;
    if to.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(WingetError::Exists { path: to.to_path_buf() });
    }
    waybill_disk::rename(from, to, &Context::silent()).map_err(WingetError::io(to))
}
