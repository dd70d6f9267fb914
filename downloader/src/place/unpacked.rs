//! From an authenticated content to its files in place.

use super::{Place, PlaceError, Placed};
use crate::FetchOptions;
use crate::manifest::{Described, ManifestWriter};
use intunewin::{AuthenticatedContent, EntryName};
use waybill_context::Context;
use waybill_disk::space;

/// What an entry takes on the disk beside its bytes: half a block, on an average.
const OVERHEAD: u64 = 2 << 10;

impl Place {
    /// Unpacks `content` beside its place and renames it there, with a manifest that is whole before that. The caller
    /// holds [`Place::lock`] and has asked [`Place::already_there`].
    ///
    /// # Errors
    /// Too little room, told before the first byte; rules that the payload breaks; I/O; a place that was filled
    /// meanwhile; interruption. Nothing half-done stays, and the encrypted content does.
    pub(crate) fn unpack(
        &self,
        content: AuthenticatedContent,
        setup_file: Option<&str>,
        options: &FetchOptions,
        context: &Context<'_>,
    ) -> Result<Placed, PlaceError> {
        let archive = content.archive(&options.policy, context)?;
        let entries = archive.file_count() + archive.folder_count();
        let needed = archive.unpacked_size().saturating_add(entries.saturating_mul(OVERHEAD));
        drop(archive);
        space::check(self.path.parent().unwrap_or(&self.path), needed)?;
        let is_name = |name: &&str| EntryName::parse(name.as_bytes(), true).is_ok();
        let described = Described {
            mac: content.encryption_info().mac,
            destination: self.path.clone(),
            setup_file: setup_file.filter(is_name).map(str::to_owned),
        };
        let manifest = ManifestWriter::create(&self.manifest, described, context)?;
        let folder =
            content.unpack_recorded(&self.path, &Self::unpack_options(options), &manifest, context)?;
        Ok(Placed { files: folder.files, bytes: folder.bytes })
    }
}
