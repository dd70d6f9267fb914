//! Removes what dead runs left below the root and no run will continue with. A partial content counts as such only when
//! it was not touched for a month.

use super::BAD;
use crate::layout::{self, Incoming};
use crate::manifest::Manifest;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_context::Context;
use waybill_disk::{Lock, Root, TargetFolder, private_file, target_of_sibling};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The age from which partial contents, manifests of folders that are gone, and damaged folders are removed.
const OLD: Duration = DAY.saturating_mul(30);

/// Removes what is of no use, each under its lock. What a live run has locked and what cannot be removed is left alone.
/// Waits for no lock, so that it may be called under one.
pub(crate) fn sweep(root: &Root, context: &Context<'_>) {
    let sweeper = Sweeper { root, context };
    for (what, swept) in [
        ("downloads", sweeper.incoming()),
        ("manifests", sweeper.manifests()),
        ("content folders", sweeper.cache()),
    ] {
        if let Err(error) = swept {
            tracing::debug!(%error, what, "not everything could be swept");
        }
    }
}

struct Sweeper<'a> {
    root: &'a Root,
    context: &'a Context<'a>,
}

impl Sweeper<'_> {
    fn lock(&self, path: &Path) -> Option<Lock> {
        Lock::acquire(path, Duration::ZERO, self.context).ok()
    }

    /// Whether the path was last changed longer ago than that; false where its age is not known.
    fn is_older(&self, path: &Path, than: Duration) -> bool {
        let modified = path.symlink_metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|time| self.context.clock().now().duration_since(time).ok());
        age.is_some_and(|age| age > than)
    }

    fn incoming(&self) -> io::Result<()> {
        let names = names_in(&self.root.incoming_folder())?;
        let stems: BTreeSet<_> = names.iter().filter_map(|name| Some(name.split_once('.')?.0)).collect();
        for incoming in stems.into_iter().filter_map(|stem| Incoming::named(self.root, stem)) {
            if self.litter(&incoming).is_empty() {
                continue;
            }
            let Some(_lock) = self.lock(&incoming.lock()) else { continue };
            self.litter(&incoming).iter().for_each(|path| remove(path)); // looked for again: a run may just have ended
        }
        Ok(())
    }

    /// The files of one download that are of no use.
    fn litter(&self, incoming: &Incoming) -> Vec<PathBuf> {
        let (partial, journal) = (incoming.partial(), incoming.journal());
        let unfinished = private_file::beside(&journal);
        let is_there = |path: &PathBuf| path.symlink_metadata().is_ok();
        // Every attempt whose answer can be used writes the journal again, so a download that is tried and
        // brings nothing is not forgotten.
        let is_forgotten =
            self.is_older(&partial, OLD) && (self.is_older(&journal, OLD) || !is_there(&journal));
        let litter = match is_there(&partial) {
            true if is_forgotten => vec![partial, journal, unfinished],
            true => vec![unfinished],
            false => vec![journal, unfinished],
        };
        litter.into_iter().filter(is_there).collect()
    }

    fn manifests(&self) -> io::Result<()> {
        let folder = self.root.manifest_folder();
        for name in names_in(&folder)? {
            let path = folder.join(&name);
            let Some(manifest) = name.strip_suffix(private_file::NEW).map(|name| folder.join(name)) else {
                self.manifest(&path);
                continue;
            };
            // Only under the lock of the destination: a live run may be writing this very file.
            let Some(_lock) = self.lock(&manifest.with_extension("lock")) else { continue };
            remove(&path);
        }
        Ok(())
    }

    /// Removes a manifest whose folder is gone, once it is old: a dead run's staging may need it for a while.
    fn manifest(&self, path: &Path) {
        if path.extension().is_none_or(|extension| extension != "jsonl") || !self.is_older(path, OLD) {
            return;
        }
        // No other error shows that the folder is gone: a share may be unreachable for a while.
        let is_gone = |destination: &PathBuf| {
            destination.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        };
        let Some(_lock) = self.lock(&path.with_extension("lock")) else { return };
        // Read under the lock, because a run may just have replaced it and be about to rename its folder into place.
        let manifest = Manifest::open(path);
        // Of a folder that was taken over the manifest names the former place, and has the name of the present one.
        let is_of = |destination: &PathBuf| layout::manifest_path(self.root, destination) == path;
        let destination = manifest.as_ref().and_then(|manifest| manifest.summary.destination.as_ref());
        if destination.is_some_and(|destination| is_of(destination) && is_gone(destination)) {
            remove(path);
        }
    }

    /// Removes the staging of dead runs for revisions that may never be fetched again, and damaged folders.
    fn cache(&self) -> io::Result<()> {
        let cache = self.root.cache();
        let mut places = BTreeSet::new();
        for name in names_in(&cache)? {
            let path = cache.join(&name);
            if is_damaged(&name) {
                if self.is_older(&path, OLD) {
                    remove(&path);
                }
            } else if let Some(place) = target_of_sibling(&name).filter(|_| self.is_older(&path, DAY)) {
                places.insert(place.to_owned());
            }
        }
        for place in places {
            let destination = cache.join(place);
            let Some(_lock) = self.lock(&layout::destination_lock(self.root, &destination)) else { continue };
            if let Ok(target) = TargetFolder::new(&destination, false) {
                target.sweep(self.context);
            }
        }
        Ok(())
    }
}

/// Whether a folder of the cache has the name of one that was moved aside because it was damaged.
fn is_damaged(name: &str) -> bool {
    let place = name.strip_prefix('.').and_then(|name| name.rsplit_once(BAD)).map(|(place, _)| place);
    place.is_some_and(|place| {
        !place.is_empty() && target_of_sibling(name).is_none_or(|other| other.len() < place.len())
    })
}

/// The names in a folder. Those that are not valid Unicode cannot be ours.
fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs_err::read_dir(folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.collect())
}

fn remove(path: &Path) {
    let is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
    let removed = if is_folder { std::fs::remove_dir_all(path) } else { private_file::remove(path) };
    match removed {
        Ok(()) => tracing::info!(path = %path.display(), "what nobody needs any more is removed"),
        Err(error) => tracing::debug!(path = %path.display(), %error, "what nobody needs any more stays"),
    }
}
