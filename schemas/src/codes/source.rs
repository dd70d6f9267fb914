//! Source folders, setup files, catalogue folders, MSI facts and `init`.

use super::{Class, Code};

const fn refused(
    id: &'static str,
    meaning: &'static str,
    causes: &'static [&'static str],
    hint: &'static str,
) -> Code {
    Code { id, class: Class::Refused, meaning, causes, hint }
}

/// The source folder is not there or is not a folder.
pub const SOURCE_MISSING: Code = refused(
    "source-missing",
    "the source folder is not there, or is a file",
    &["a typing mistake", "a build step that has not run yet"],
    "give the folder that holds the setup file",
);
/// A folder or file below the source folder could not be read.
pub const SOURCE_UNREADABLE: Code = Code {
    id: "source-unreadable",
    class: Class::Machine,
    meaning: "a folder or file below the source folder could not be read",
    causes: &["no permission", "a network share that went away", "a file that vanished while it was listed"],
    hint: "make it readable, or leave it out with --exclude",
};
/// Several things below the source folder cannot be packed.
pub const SOURCE_REFUSED: Code = refused(
    "source-refused",
    "something below the source folder cannot be packed; every finding is listed",
    &["links, special files or names that Windows would not take"],
    "mend each finding, or leave it out with --exclude",
);
/// A link leads out of the source folder.
pub const LINK_OUTSIDE: Code = refused(
    "link-outside",
    "a symbolic link or junction leads out of the source folder",
    &["a development tree that links to shared files"],
    "copy the target into the folder, or leave the link out with --exclude",
);
/// A link leads to nothing.
pub const LINK_BROKEN: Code = refused(
    "link-broken",
    "a symbolic link or junction leads to nothing",
    &["its target was moved or deleted"],
    "restore the target, or leave the link out with --exclude",
);
/// A link leads back into a folder that is being listed.
pub const LINK_LOOP: Code = refused(
    "link-loop",
    "a symbolic link or junction leads back to a folder above it",
    &["a development tree that links to its own root"],
    "leave the link out with --exclude",
);
/// Neither file nor folder.
pub const SPECIAL_FILE: Code = refused(
    "special-file",
    "a socket, pipe or device lies in the source folder",
    &["a running program's socket"],
    "stop the program, or leave it out with --exclude",
);
/// A name that is not valid Unicode.
pub const NAME_NOT_UNICODE: Code = refused(
    "name-not-unicode",
    "a name in the source folder is not valid Unicode, so no package can hold it",
    &["a file unpacked from an archive with another encoding"],
    "rename the file",
);
/// A name with a backslash.
pub const NAME_BACKSLASH: Code = refused(
    "name-backslash",
    "a name in the source folder holds a backslash, which every reader takes for a separator",
    &["a Windows path that was made a file name"],
    "rename the file",
);
/// A source folder with more files than a package may hold.
pub const SOURCE_TOO_MANY: Code = refused(
    "source-too-many-entries",
    "the source folder holds more files than a package may hold (limit: entries)",
    &["build outputs, caches or a whole .git folder beside the setup file"],
    "leave out what the setup file does not need, with --exclude or .waybillignore",
);
/// A source folder larger than a package may be.
pub const SOURCE_TOO_LARGE: Code = refused(
    "source-too-large",
    "the files of the source folder are larger together than a package may be (limit: package-bytes)",
    &["neighbours of the setup file that nobody meant to pack"],
    "leave out what the setup file does not need, with --exclude or .waybillignore",
);
/// Nothing to pack.
pub const SOURCE_EMPTY: Code = refused(
    "source-empty",
    "the source folder holds nothing to pack",
    &["everything in it is left out", "the wrong folder"],
    "look at the list of what was left out",
);
/// A glob given with `--exclude` is not one.
pub const EXCLUDE_GLOB: Code = Code {
    id: "exclude-glob",
    class: Class::Usage,
    meaning: "a pattern given with --exclude is not in gitignore syntax",
    causes: &["an unclosed bracket or brace"],
    hint: "quote the pattern, and escape special characters with a backslash",
};
/// A `.waybillignore` file that cannot be used.
pub const IGNORE_FILE: Code = refused(
    "ignore-file",
    "a .waybillignore file is too large, not UTF-8, or holds a pattern that is not in gitignore syntax",
    &["an unclosed bracket or brace", "a file of another kind under this name"],
    "mend the line that is named",
);
/// The setup file is not in the source folder.
pub const SETUP_FILE_MISSING: Code = refused(
    "setup-file-missing",
    "the setup file is not in the source folder",
    &["a typing mistake", "it lies in a subfolder", "it lies outside the source folder"],
    "name it relative to the source folder, for example sub/setup.exe",
);
/// The setup file lies outside the source folder.
pub const SETUP_FILE_OUTSIDE: Code = refused(
    "setup-file-outside",
    "the setup file lies outside the source folder",
    &["the wrong source folder", "a link that leads out of it"],
    "copy it into the source folder, or give its own folder as the source",
);
/// The setup file is left out by an exclude.
pub const SETUP_FILE_EXCLUDED: Code = refused(
    "setup-file-excluded",
    "the setup file is left out by --exclude or a .waybillignore file",
    &["a pattern that matches more than was meant"],
    "narrow the pattern, or add an exception such as !setup.exe",
);
/// The setup file is a folder.
pub const SETUP_FILE_NOT_A_FILE: Code = refused(
    "setup-file-not-a-file",
    "what was given as the setup file is a folder",
    &["the file's name was left off"],
    "give the file in it that starts the installation",
);
/// The catalogue folder cannot be used.
pub const CATALOG_REFUSED: Code = refused(
    "catalog-refused",
    "the catalogue folder holds no file, or the source folder already has a folder of the catalogue's fixed name",
    &["the wrong folder", "a source folder that was unpacked from a package with catalogue files"],
    "give the folder that holds the .cat files, or none",
);
/// An MSI whose facts could not be read.
pub const MSI_UNREADABLE: Code = refused(
    "msi-unreadable",
    "the tables of the MSI could not be read, so its product code, version and context are not known",
    &["the file is damaged or is not an MSI", "it is larger or stranger than the reader's limits allow"],
    "open it with an MSI editor; the package can be made without these facts",
);
/// A program whose headers could not be read.
pub const PROGRAM_UNREADABLE: Code = refused(
    "program-unreadable",
    "the file is not a Windows program, or its headers are damaged",
    &["a download that broke off", "another kind of file under this name"],
    "fetch the installer again",
);
/// app.json is there already.
pub const APP_EXISTS: Code = Code {
    id: "app-exists",
    class: Class::Usage,
    meaning: "an app.json is there already and is not overwritten",
    causes: &["init has been run before"],
    hint: "edit it, or overwrite it with --force",
};
/// A setup file whose name cannot be put into a command line.
pub const SETUP_FILE_NAME: Code = refused(
    "setup-file-name",
    "the setup file's name holds a character that a command line cannot carry",
    &["a quotation mark or a control character in the name"],
    "rename the setup file",
);
/// A file of init's could not be read or written.
pub const INIT_IO: Code = Code {
    id: "init-io",
    class: Class::Machine,
    meaning: "a file that init reads or writes could not be read or written",
    causes: &["no permission", "the disk is full"],
    hint: "look at the cause that is named",
};
/// Listing the folder was interrupted.
pub const SCAN_INTERRUPTED: Code = Code {
    id: "scan-interrupted",
    class: Class::Interrupted,
    meaning: "listing the source folder was interrupted",
    causes: &["Ctrl-C"],
    hint: "start again: nothing was written",
};

pub(super) const ALL: &[&Code] = &[
    &SOURCE_MISSING,
    &SOURCE_UNREADABLE,
    &SOURCE_REFUSED,
    &LINK_OUTSIDE,
    &LINK_BROKEN,
    &LINK_LOOP,
    &SPECIAL_FILE,
    &NAME_NOT_UNICODE,
    &NAME_BACKSLASH,
    &SOURCE_TOO_MANY,
    &SOURCE_TOO_LARGE,
    &SOURCE_EMPTY,
    &EXCLUDE_GLOB,
    &IGNORE_FILE,
    &SETUP_FILE_MISSING,
    &SETUP_FILE_OUTSIDE,
    &SETUP_FILE_EXCLUDED,
    &SETUP_FILE_NOT_A_FILE,
    &CATALOG_REFUSED,
    &MSI_UNREADABLE,
    &PROGRAM_UNREADABLE,
    &APP_EXISTS,
    &SETUP_FILE_NAME,
    &INIT_IO,
    &SCAN_INTERRUPTED,
];
