//! Who may change what a path leads to: by the owners and modes of everything on the way. Access lists of POSIX show in
//! the mode's bits of the group; those of macOS and NFS are not read.

use crate::Unanswered;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

// The mode bits of writing by the group or by everybody, and the one that lets only owners remove and rename.
const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;
/// The most links on a path, as Linux has it (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// Whether others than root and this process's account may change the program at the absolute path `program`. Each
/// folder and link on the way counts, because whoever may rename one puts another program in its place.
pub(crate) fn others_may_change(program: &str) -> Result<bool, Unanswered> {
    let own = rustix::process::geteuid().as_raw();
    walk(Path::new(program), &|facts| facts.uid() == 0 || facts.uid() == own)
        .map_err(Unanswered::about(program))
}

/// Walks as the system does: name by name, through links, from the root folder.
fn walk(program: &Path, is_trusted: &dyn Fn(&Metadata) -> bool) -> io::Result<bool> {
    let mut rest = names(program);
    let mut here = PathBuf::from("/");
    let mut links = 0;
    let mut folder = fs::symlink_metadata(&here)?;
    if !is_trusted(&folder) || is_open(&folder) {
        return Ok(true);
    }
    while let Some(name) = rest.pop() {
        if name == ".." {
            // What is above was looked at on the way here.
            here.pop();
            folder = fs::symlink_metadata(&here)?;
            continue;
        }
        let next = here.join(&name);
        let found = fs::symlink_metadata(&next)?;
        if !is_trusted(&found) {
            return Ok(true);
        }
        if found.is_symlink() {
            links += 1;
            if links > MOST_LINKS {
                return Err(io::Error::from(rustix::io::Errno::LOOP));
            }
            let target = fs::read_link(&next)?;
            if target.is_absolute() {
                here = PathBuf::from("/");
                folder = fs::symlink_metadata(&here)?;
            }
            rest.extend(names(&target));
        } else if found.is_dir() {
            // In a folder with the sticky bit, as /tmp, others can add names, and change none of ours.
            if is_open(&found) && found.mode() & STICKY == 0 {
                return Ok(true);
            }
            (here, folder) = (next, found);
        } else {
            // A program that lies in a folder to which others may add some was not put there by an administrator alone.
            return Ok(found.mode() & OTHERS_WRITE != 0 || is_open(&folder));
        }
    }
    Ok(is_open(&folder))
}

fn is_open(folder: &Metadata) -> bool {
    folder.mode() & OTHERS_WRITE != 0
}

/// The names of a path, the last one first.
fn names(path: &Path) -> Vec<std::ffi::OsString> {
    let names = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    let mut names: Vec<_> = names.collect();
    names.reverse();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn may_change(path: &Path) -> bool {
        others_may_change(path.to_str().unwrap()).unwrap()
    }

    /// A folder with a folder with a program, all of them this account's alone.
    fn closed() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let outer = tempfile::tempdir().unwrap();
        mode(outer.path(), 0o755);
        let inner = outer.path().join("bin");
        fs::create_dir(&inner).unwrap();
        mode(&inner, 0o755);
        let program = inner.join("tool");
        fs::write(&program, "#!/bin/sh\n").unwrap();
        mode(&program, 0o755);
        (outer, inner, program)
    }

    #[test]
    fn the_file_its_folder_and_each_folder_above_count() {
        let (outer, inner, program) = closed();
        assert!(!may_change(&program), "the temporary folder has the sticky bit");
        for (path, opened) in
            [(outer.path(), 0o777), (outer.path(), 0o775), (&inner, 0o757), (&inner, 0o1777)]
        {
            mode(path, opened);
            assert!(may_change(&program), "{} {opened:o}", path.display());
            mode(path, 0o755);
        }
        // Others may add to the folder above, and not rename this one.
        mode(outer.path(), 0o1777);
        assert!(!may_change(&program));
        for opened in [0o775, 0o757] {
            mode(&program, opened);
            assert!(may_change(&program), "{opened:o}");
        }
    }

    #[test]
    fn links_lead_to_what_counts() {
        let (outer, inner, program) = closed();
        let open = outer.path().join("open");
        fs::create_dir(&open).unwrap();
        mode(&open, 0o777);
        symlink(&open, outer.path().join("opened")).unwrap();
        fs::copy(&program, open.join("tool")).unwrap();
        symlink(&inner, open.join("closed")).unwrap();
        symlink("../bin/tool", inner.join("itself")).unwrap();
        symlink(open.join("tool"), inner.join("elsewhere")).unwrap();
        for (path, expected) in [
            (inner.join("itself"), false),
            (inner.join("elsewhere"), true),
            (outer.path().join("opened/tool"), true),
            (open.join("closed/tool"), true), // the link itself can be replaced
            (open.join("../bin/tool"), true),
        ] {
            assert_eq!(may_change(&path), expected, "{}", path.display());
        }
    }

    #[test]
    fn what_is_another_accounts_is_its_to_change() {
        let (_outer, _, program) = closed();
        assert!(!walk(&program, &|_| true).unwrap());
        let own = fs::symlink_metadata(&program).unwrap().ino();
        assert!(walk(&program, &|facts| facts.ino() != own).unwrap());
    }

    #[test]
    fn what_leads_nowhere_has_no_answer() {
        let (outer, _, _) = closed();
        let path = outer.path().join("loop");
        symlink("loop", &path).unwrap();
        assert!(others_may_change(path.to_str().unwrap()).is_err());
        assert!(others_may_change(outer.path().join("absent").to_str().unwrap()).is_err());
    }
}
