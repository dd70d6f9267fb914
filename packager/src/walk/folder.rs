//! The traversal of a folder: an explicit stack with one frame per folder, which collects every finding.

use super::finding::{SourceFindings, SourceProblem};
use super::list::{ROOT, SourceList};
use super::listing::{Child, Listing, follow_link};
use super::{APP_DOCUMENT_STAGING, APP_DOCUMENTS, WalkOptions};
use crate::exclude::{IGNORE_FILE_NAME, IgnoreStack, LeftOutReason};
use intunewin::EntryName;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use waybill_context::{Cancelled, Context, Meter, Stage};

/// A folder that will be entered.
struct FolderToEnter {
    folder: u32,
    /// The relative name with its final `/`; empty for the root.
    name: String,
    real: PathBuf,
    /// The time of the folder; `None` for the root, which is no entry.
    modified: Option<SystemTime>,
}

struct OpenFolder {
    at: FolderToEnter,
    listing: Listing,
    next: usize,
    ignore_depth: usize,
}

/// A child of a folder, with its metadata or what makes it unusable.
struct ExaminedChild {
    leaf: String,
    name: String,
    real: PathBuf,
    outcome: Result<Metadata, SourceProblem>,
}

/// Walks folders into one list.
pub(super) struct Walker<'a> {
    options: &'a WalkOptions,
    context: &'a Context<'a>,
    meter: Meter<'a>,
    /// The folder being walked, which no link may lead out of.
    root: PathBuf,
    pub(super) list: SourceList,
    pub(super) findings: SourceFindings,
    ignored: IgnoreStack<'a>,
    frames: Vec<OpenFolder>,
    output: Option<OutputFile>,
    /// Whether this is the source folder, from which some files are left out, and not the catalogue folder.
    is_source: bool,
    is_full: bool,
}

impl<'a> Walker<'a> {
    pub(super) fn new(root: PathBuf, options: &'a WalkOptions, context: &'a Context<'a>) -> Self {
        Self {
            options,
            context,
            meter: context.meter(Stage::Scan, None),
            list: SourceList::new(root.clone()),
            root,
            findings: SourceFindings::default(),
            ignored: IgnoreStack::new(&options.exclusions),
            frames: Vec::new(),
            output: None,
            is_source: false,
            is_full: false,
        }
    }

    /// Walks the root of the list, except for excluded files, ignored files and the output file.
    pub(super) fn walk_source(&mut self) -> Result<(), Cancelled> {
        self.output = self.options.output.as_deref().and_then(OutputFile::locate);
        self.is_source = true;
        let real = self.root.clone();
        self.enter(FolderToEnter { folder: ROOT, name: String::new(), real, modified: None });
        self.run()
    }

    /// Walks another folder without exceptions, into `folder` of the list.
    pub(super) fn walk_whole(&mut self, root: PathBuf, folder: u32, name: String) -> Result<(), Cancelled> {
        (self.is_source, self.is_full) = (false, false);
        // Catalogue files may be anywhere on the disk. Compared with the source folder, every link among them would be
        // refused as one that leads out.
        self.root.clone_from(&root);
        self.enter(FolderToEnter { folder, name, real: root, modified: None });
        self.run()
    }

    fn run(&mut self) -> Result<(), Cancelled> {
        while let Some(frame) = self.frames.last_mut() {
            self.context.check()?;
            // The frame moves on before its child is examined, because a child that is a folder pushes a frame of its
            // own, and this one continues after that.
            let index = frame.next;
            frame.next += 1;
            match frame.listing.get(index) {
                Some(child) if !self.is_full => {
                    let seen = look(&frame.at, &child, &self.root);
                    self.child(seen)?;
                }
                _ => self.leave(),
            }
        }
        Ok(())
    }

    fn enter(&mut self, at: FolderToEnter) {
        // Only the ancestors count: a folder with two links to it side by side is no loop, and is packed twice.
        if self.frames.iter().any(|frame| frame.at.real == at.real) {
            return self.report(at.name, SourceProblem::LinkLoop { target: at.real });
        }
        let report = |error| self.findings.add(at.name.clone(), SourceProblem::Unreadable(error));
        let listing = match Listing::read(&at.real, report) {
            Ok(listing) => listing,
            Err(error) => return self.report(at.name, SourceProblem::Unreadable(error)),
        };
        if let Some(modified) = at.modified
            // A folder with a file in it comes back with that file; an empty one needs an entry of its own.
            && listing.is_empty()
        {
            self.list.add_folder_entry(at.folder, modified);
        }
        // Its ignore file applies to what is in it, and is dropped when it is left.
        let ignore_depth = self.ignored.depth();
        if self.is_source && listing.has_file(IGNORE_FILE_NAME) {
            self.take_in_ignore_file(&at);
        }
        self.frames.push(OpenFolder { at, listing, next: 0, ignore_depth });
    }

    fn leave(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.ignored.truncate(frame.ignore_depth);
        }
    }

    fn take_in_ignore_file(&mut self, at: &FolderToEnter) {
        if let Err(error) = self.ignored.push(&at.name, &at.real.join(IGNORE_FILE_NAME)) {
            self.report(format!("{}{IGNORE_FILE_NAME}", at.name), SourceProblem::IgnoreFile(error));
        }
    }

    fn child(&mut self, seen: ExaminedChild) -> Result<(), Cancelled> {
        // Exclusions come before findings, because leaving out a broken link or a socket is how its owner gets the rest
        // of the folder packed.
        let is_folder = seen.outcome.as_ref().is_ok_and(Metadata::is_dir);
        if let Some(why) = self.exempt(&seen, is_folder) {
            return self.leave_out(seen, is_folder, why);
        }
        match seen.outcome {
            Err(problem) => self.report(seen.name, problem),
            Ok(metadata) if is_folder => self.folder(&seen.leaf, seen.name, seen.real, &metadata),
            Ok(metadata) if metadata.is_file() => self.file(&seen.leaf, &metadata),
            Ok(_) => self.report(seen.name, SourceProblem::Special),
        }
        Ok(())
    }

    fn exempt(&self, seen: &ExaminedChild, is_folder: bool) -> Option<LeftOutReason> {
        // Catalogue files were chosen by hand, so nothing is left out of them.
        if !self.is_source {
            return None;
        }
        if !is_folder && seen.leaf == IGNORE_FILE_NAME {
            return Some(LeftOutReason::IsIgnoreFile);
        }
        // Compared with the whole name, so only at the top: deeper down such a file is the app's own.
        let is_document = APP_DOCUMENTS.iter().any(|document| seen.name.eq_ignore_ascii_case(document))
            || seen.name.starts_with(APP_DOCUMENT_STAGING);
        if !is_folder && is_document {
            return Some(LeftOutReason::AppDocument);
        }
        // An earlier package in the source folder would otherwise be packed into the next one, which would grow with
        // every run.
        if !is_folder && self.output.as_ref().is_some_and(|output| output.is(&seen.real)) {
            return Some(LeftOutReason::OutputFile);
        }
        self.ignored.decide(&seen.name, is_folder)
    }

    fn leave_out(
        &mut self,
        seen: ExaminedChild,
        is_folder: bool,
        why: LeftOutReason,
    ) -> Result<(), Cancelled> {
        let (name, files) = match is_folder {
            true => (seen.name + "/", count_files(&seen.real, self.context)?),
            false => (seen.name, 1),
        };
        self.list.left_out.add(name, files, why);
        Ok(())
    }

    fn folder(&mut self, leaf: &str, name: String, real: PathBuf, metadata: &Metadata) {
        if !self.has_room() {
            return;
        }
        // Such a name is refused anyway. Names and paths grow with every level, and the time for a level with them.
        if name.matches('/').count() >= EntryName::MOST_COMPONENTS {
            return self.report(name, SourceProblem::TooDeep);
        }
        let parent = self.frames.last().map_or(ROOT, |frame| frame.at.folder);
        let folder = self.list.add_folder(parent, leaf);
        self.enter(FolderToEnter { folder, name: name + "/", real, modified: Some(modified(metadata)) });
    }

    fn file(&mut self, leaf: &str, metadata: &Metadata) {
        if self.has_room() {
            let folder = self.frames.last().map_or(ROOT, |frame| frame.at.folder);
            self.list.add_file(folder, leaf, metadata.len(), modified(metadata));
            self.meter.advance(metadata.len());
        }
    }

    /// Whether another entry fits. Folders count as well, because links can make more of them than there are files.
    fn has_room(&mut self) -> bool {
        // The first folder of the list is the source folder, which is no entry, so one is subtracted.
        let limit = self.options.policy.max_entries;
        if (self.list.len().max(self.list.folder_count() - 1) as u64) < limit {
            return true;
        }
        // Reported once, and the walk ends: links can make more entries than there is memory for.
        self.is_full = true;
        self.report(String::new(), SourceProblem::TooManyEntries { limit });
        false
    }

    fn report(&mut self, mut name: String, problem: SourceProblem) {
        if name.ends_with('/') {
            name.pop();
        }
        self.findings.add(name, problem);
    }
}

/// Examines a child, following links, and finds what makes it unusable.
fn look(at: &FolderToEnter, child: &Child<'_>, root: &Path) -> ExaminedChild {
    let mut real = at.real.join(child.leaf);
    // Checked before the disk is read: the name has replacement characters, so its path leads to nothing or to another
    // file.
    let outcome = if !child.is_unicode {
        Err(SourceProblem::NotUnicode)
    } else if child.kind.is_symlink() {
        follow_link(&real, root).map(|(target, metadata)| {
            real = target;
            metadata
        })
    } else if child.kind.is_dir() || child.kind.is_file() {
        // This call does not follow links. An entry that became one since the folder was listed is then found to be a
        // special file, and nothing from outside gets into the package.
        std::fs::symlink_metadata(&real).map_err(SourceProblem::Unreadable)
    } else {
        Err(SourceProblem::Special)
    };
    // A Windows name cannot have a `\`. Elsewhere it can, and readers would take the name for a path.
    let outcome =
        if child.leaf.contains('\\') { outcome.and(Err(SourceProblem::Backslash)) } else { outcome };
    ExaminedChild { leaf: child.leaf.to_owned(), name: format!("{}{}", at.name, child.leaf), real, outcome }
}

fn modified(metadata: &Metadata) -> SystemTime {
    // Where a file system keeps no times any fixed time will do, as long as the payload stays the same. A zip's
    // earliest is 1980, to which this one is clamped.
    metadata.modified().unwrap_or(UNIX_EPOCH)
}

/// Counts the files below a folder that is left out, without following links. What cannot be read does not count.
fn count_files(folder: &Path, context: &Context<'_>) -> Result<u64, Cancelled> {
    let mut files = 0;
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        let children = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        for child in children {
            context.check()?;
            match child.file_type() {
                // The kind is that of the entry itself. A link to a folder counts as one file, so a ring of links
                // cannot keep this going.
                Ok(kind) if kind.is_dir() => waiting.push(child.path()),
                _ => files += 1,
            }
        }
    }
    Ok(files)
}

/// The file of the package that is being written.
struct OutputFile {
    folder: PathBuf,
    path: PathBuf,
    staging_prefix: String,
}

impl OutputFile {
    /// `None` where its folder does not exist yet, so that no file in the source folder can be it.
    fn locate(output: &Path) -> Option<Self> {
        let leaf = output.file_name()?;
        let parent = output.parent().filter(|parent| !parent.as_os_str().is_empty());
        // Paths of the walk are canonical. If the output's were not, a link on the way to it would hide that it is in
        // the source folder.
        let folder = std::fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?;
        // On systems that ignore case the file on the disk may be spelled differently.
        let path = std::fs::canonicalize(output).unwrap_or_else(|_| folder.join(leaf));
        let staging_prefix = format!(".{}.waybill-", leaf.to_string_lossy());
        Some(Self { folder, path, staging_prefix })
    }

    /// Whether the path is that of the package, or of what an interrupted run left beside it.
    fn is(&self, real: &Path) -> bool {
        let is_staging = || {
            let leaf = real.file_name().map(std::ffi::OsStr::to_string_lossy);
            real.parent() == Some(&self.folder)
                && leaf.is_some_and(|leaf| leaf.starts_with(&self.staging_prefix))
        };
        real == self.path || is_staging()
    }
}
