//! Private staging beside the destination, and the one rename that makes it visible.

use super::tree::Tree;
use super::{UnpackError, sync};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use waybill_context::Context;

/// A folder being filled. Dropped before [`Staging::publish`], it and everything in it vanish.
pub(super) struct Staging {
    tree: Tree, // closed first: Windows removes no folder that is open
    /// `.<name>.waybill-<random>`, readable by its owner alone, on the destination's volume.
    private: TempDir,
    /// The folder in it that will be renamed, with the permissions that any new folder has.
    content: PathBuf,
    destination: PathBuf,
    force: bool,
}

impl Staging {
    /// Whether the destination can be one; touches nothing.
    pub(super) fn check(destination: &Path, force: bool) -> Result<(), UnpackError> {
        check(destination, force)
    }

    /// Checks the destination and makes the staging folder beside it.
    pub(super) fn create(destination: &Path, force: bool) -> Result<Self, UnpackError> {
        let unusable = |why| UnpackError::Destination { path: destination.to_owned(), why };
        let destination = std::path::absolute(destination).map_err(|_| unusable("not a path"))?;
        let (Some(parent), Some(name)) = (destination.parent(), destination.file_name()) else {
            return Err(unusable("it has no name of its own"));
        };
        let failed = |source| UnpackError::Staging { folder: parent.to_owned(), source };
        fs_err::create_dir_all(parent).map_err(failed)?;
        recover(parent, name, &destination).map_err(failed)?;
        check(&destination, force)?;
        let private = private_folder(parent, name).map_err(failed)?;
        let content = private.path().join("content");
        fs_err::create_dir(&content).map_err(failed)?;
        let tree = Tree::open(&content).map_err(failed)?;
        Ok(Self { tree, private, content, destination, force })
    }

    /// Where everything is written.
    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Settles the files, renames the folder into place and settles that.
    pub(super) fn publish(self, context: &Context<'_>) -> Result<PathBuf, UnpackError> {
        let Self { tree, private, content, destination, force } = self;
        drop(tree); // Windows renames no folder that is open
        let moved = sync::folder_tree(&content)
            .and_then(|()| move_into_place(&content, &destination, force, context));
        match moved {
            Ok(old) => {
                if let Some(old) = old {
                    remove(&old, &destination);
                }
                Ok(destination)
            }
            Err(source) if !force && is_filled(&destination) => {
                tracing::debug!(%source, "the destination was filled meanwhile");
                Err(UnpackError::Exists { path: destination })
            }
            Err(source) => {
                let staging = private.keep().join("content");
                Err(UnpackError::Move { staging, destination, source })
            }
        }
    }
}

fn private_folder(parent: &Path, name: &OsStr) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    let prefix = sibling(name, ".waybill-");
    builder.prefix(&prefix).rand_bytes(8);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(parent)
}

/// `.<name><suffix>`: hidden, and beside the destination.
fn sibling(name: &OsStr, suffix: &str) -> OsString {
    let mut sibling = OsString::from(".");
    sibling.push(name);
    sibling.push(suffix);
    sibling
}

fn check(destination: &Path, force: bool) -> Result<(), UnpackError> {
    let unusable = |why| UnpackError::Destination { path: destination.to_owned(), why };
    match destination.symlink_metadata() {
        Err(_) => Ok(()), // not there; if it is something else, the rename will say so
        Ok(metadata) if metadata.is_symlink() => Err(unusable("it is a link")),
        Ok(metadata) if !metadata.is_dir() => Err(unusable("it is a file")),
        Ok(_) if !force && is_filled(destination) => {
            Err(UnpackError::Exists { path: destination.to_owned() })
        }
        Ok(_) => Ok(()),
    }
}

fn is_filled(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

const OLD: &str = ".old-";

/// A forced replacement that was cut between its two renames left only the old folder: it gets its name back.
fn recover(parent: &Path, name: &OsStr, destination: &Path) -> io::Result<()> {
    if destination.symlink_metadata().is_ok() {
        return Ok(());
    }
    let prefix = sibling(name, OLD);
    let Ok(entries) = fs_err::read_dir(parent) else { return Ok(()) }; // one may write there and not list
    let mut left = entries.filter_map(Result::ok).filter(|entry| {
        let is_old = entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes());
        is_old && entry.file_type().is_ok_and(|kind| kind.is_dir())
    });
    let (Some(old), None) = (left.next(), left.next()) else { return Ok(()) }; // of several, none is the one
    tracing::info!(folder = %old.path().display(), "a replacement was cut short: the old folder is back");
    fs_err::rename(old.path(), destination)
}

/// Renames `content` to `destination`; returns where a forced replacement put the old folder.
fn move_into_place(
    content: &Path,
    destination: &Path,
    force: bool,
    context: &Context<'_>,
) -> io::Result<Option<PathBuf>> {
    let old = if force && is_filled(destination) { Some(set_aside(destination, context)?) } else { None };
    if old.is_none() && destination.is_dir() {
        fs_err::remove_dir(destination)?; // refuses unless it is empty
    }
    if let Err(error) = rename(content, destination, context) {
        let Some(old) = &old else { return Err(error) };
        return match rename(old, destination, context) {
            Ok(()) => Err(error),
            Err(_) => {
                Err(io::Error::other(format!("{error}; the folder that was there is {}", old.display())))
            }
        };
    }
    if let Some(parent) = destination.parent() {
        sync::directory(parent);
    }
    Ok(old)
}

fn set_aside(destination: &Path, context: &Context<'_>) -> io::Result<PathBuf> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = destination.file_name().unwrap_or_default();
    let old = destination.with_file_name(sibling(name, &format!("{OLD}{random}")));
    rename(destination, &old, context)?;
    Ok(old)
}

/// The old folder is out of the way already; what of it cannot be removed now is only litter. It loses the name
/// that [`recover`] looks for first, or a half-removed folder could come back.
fn remove(old: &Path, destination: &Path) {
    let suffix = old.extension().unwrap_or_default().to_string_lossy().replace("old-", "trash-");
    let trash = destination
        .with_file_name(sibling(destination.file_name().unwrap_or_default(), &format!(".{suffix}")));
    if let Err(error) = fs_err::rename(old, &trash).and_then(|()| fs_err::remove_dir_all(&trash)) {
        tracing::warn!(%error, "the replaced folder could not be removed");
    }
}

/// A virus scanner or an indexer may hold a fresh file for a moment, and Windows then refuses to rename its folder.
const PATIENCE: Duration = Duration::from_secs(10);

fn rename(from: &Path, to: &Path, context: &Context<'_>) -> io::Result<()> {
    let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(10));
    loop {
        match fs_err::rename(from, to) {
            Err(error) if is_held(&error) && waited < PATIENCE && context.check().is_ok() => {
                context.clock().sleep(pause);
                waited += pause;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
            outcome => return outcome,
        }
    }
}

/// `ERROR_ACCESS_DENIED` and `ERROR_SHARING_VIOLATION`.
fn is_held(error: &io::Error) -> bool {
    let os_error = error.raw_os_error().or_else(|| {
        let inner = error.get_ref()?.source()?.downcast_ref::<io::Error>()?;
        inner.raw_os_error()
    });
    cfg!(windows) && matches!(os_error, Some(5 | 32))
}
