//! A real loss of power, as far as the disk sees one: a copy of an ext4 volume, taken in the middle of a fetch, is what a
//! machine finds on its disk when it starts again. Run by `ci/power-loss.sh`, which may mount such copies.
//!
//! The volume is mounted so that names and sizes reach the disk before the bytes do, as ext4 allows it: files of the right
//! size, full of zeros.

use crate::child::Stopped;
use crate::device::{Device, There, names};
use crate::lab::lab;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The variable with a folder in which images may be made and mounted.
const GROUND: &str = "WAYBILL_POWER_LOSS";

/// An ext4 volume in a file, mounted as long as this lives.
struct Volume {
    image: PathBuf,
    mounted: PathBuf,
}

impl Volume {
    fn new(ground: &Path) -> Self {
        let (image, mounted) = (ground.join("before.img"), ground.join("volume"));
        let _ = fs::remove_file(&image);
        File::create_new(&image).unwrap().set_len(192 << 20).unwrap();
        fs::create_dir_all(&mounted).unwrap();
        run("mkfs.ext4", &["-q".as_ref(), "-F".as_ref(), "-I".as_ref(), "256".as_ref(), &image]);
        let volume = Self { image, mounted };
        volume.mount();
        volume
    }

    fn mount(&self) {
        let options = "loop,data=writeback,nodelalloc,commit=600";
        run("mount", &["-o".as_ref(), options.as_ref(), &self.image, &self.mounted]);
    }

    /// What is on the disk at this moment once names and sizes are: another file is made durable, which takes the journal
    /// of the file system with it, but no bytes of other files.
    fn copy(&self) -> PathBuf {
        let other = File::create(self.mounted.join("other")).unwrap();
        other.sync_all().unwrap();
        let copy = self.image.with_file_name("after.img");
        fs::copy(&self.image, &copy).unwrap();
        copy
    }

    /// The machine starts again from a copy of its disk.
    fn start_again(&mut self, copy: PathBuf) {
        run("umount", &[&self.mounted]);
        self.image = copy;
        self.mount();
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.mounted).status();
        let _ = fs::remove_file(&self.image);
    }
}

fn run(program: &str, arguments: &[&Path]) {
    let ended = Command::new(program).args(arguments).output().unwrap();
    assert!(ended.status.success(), "{program}: {}", String::from_utf8_lossy(&ended.stderr));
}

/// The staged files whose bytes are not those of the content.
fn lost(device: &Device) -> usize {
    let content = &lab().content;
    let staging = names(&device.apps()).into_iter().find(|name| name.starts_with(".app.waybill-"));
    let Some(staging) = staging.map(|name| device.apps().join(name).join("content")) else { return 0 };
    let is_lost = |(path, bytes): &(&String, &Option<Vec<u8>>)| {
        let there = fs::read(staging.join(path)).ok();
        bytes.is_some() && there.is_some() && there != **bytes
    };
    content.files.iter().filter(is_lost).count()
}

/// Fetched, removed, fetched again: the manifest of the first fetch has the names and sizes of what the second one unpacks.
#[test]
#[ignore = "needs to mount images; ci/power-loss.sh runs it"]
fn a_fetch_after_a_loss_of_power_never_ends_with_lost_bytes() {
    let ground = PathBuf::from(std::env::var_os(GROUND).unwrap());
    let content = &lab().content;
    let mut most_lost = 0;
    let points = [
        "unpack-syncing",
        "unpack-synced",
        "manifest-synced",
        "manifest-renamed",
        "unpack-renaming",
        "unpack-renamed",
    ];
    for point in points {
        let mut volume = Volume::new(&ground);
        let device = Device::within(TempDir::new_in(&volume.mounted).unwrap());
        device.fetch(content).unwrap();
        fs::remove_dir_all(device.destination()).unwrap();
        run("sync", &["-f".as_ref(), &volume.mounted]);
        let stopped = Stopped::at(point, &device, content);
        let copy = volume.copy();
        stopped.kill();
        volume.start_again(copy);

        let lost = lost(&device);
        most_lost = most_lost.max(lost);
        device.fetch(content).unwrap_or_else(|error| panic!("{point}: {error}"));
        assert_eq!(device.there(content), There::Whole, "{point}, {lost} files had lost their bytes");
        device.assert_done(content);
        assert!(!device.fetch(content).unwrap().changed, "{point}");
        drop(device);
    }
    assert!(most_lost > 100, "the volume kept its bytes, so nothing was tried: {most_lost}");
    println!("power loss: {} moments, up to {most_lost} files had lost their bytes", points.len());
}
