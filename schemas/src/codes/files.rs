//! Errors of packages and of what they are made from: source folders, documents, the root of state.
//!
//! These tables are there without the feature `full`: the package format needs them.

use super::{Class, Code};

errors! {
    /// Reading, authenticating and unpacking packages.
    package:
    PACKAGE_UNREADABLE = "package-unreadable", Machine,
        "the package could not be read",
        ["the disk or the network share reported an error", "the file was removed or cut while it was read"],
        "check the disk and the path, then try again";
    NOT_A_PACKAGE = "not-a-package", Refused,
        "the file is not an .intunewin package",
        ["another kind of file", "a download that was cut or replaced by an error page"],
        "pack the installer's folder with `waybill pack`, or fetch the file again";
    CONTENT_ALONE = "content-alone", Refused,
        "the file looks like a bare encrypted content: there is no Detection.xml with its keys around it",
        ["the file was taken out of a package, or from Intune's storage, by itself"],
        "give the keys with `--encryption-info <Detection.xml|json>`";
    METADATA_MISSING = "metadata-missing", Refused,
        "the package holds no IntuneWinPackage/Metadata/Detection.xml",
        ["an ordinary zip with the wrong ending", "a package that another tool wrote wrongly"],
        "pack the source folder again";
    CONTENT_MISSING = "content-missing", Refused,
        "the package does not hold the content that Detection.xml names",
        ["a package that was edited or that another tool wrote wrongly"], "pack the source folder again";
    CONTENT_UNREADABLE = "content-unreadable", Machine,
        "the encrypted content could not be read",
        ["the disk or the network share reported an error", "the file was cut while it was read"],
        "check the disk and the path, then try again";
    CONTENT_SHAPE = "content-shape", Refused,
        "the content is not a 48-byte header and whole 16-byte blocks",
        ["a cut file", "a content that another tool wrote wrongly"],
        "fetch the content again, or pack the source folder again";
    CONTENT_HEADER = "content-header", Integrity,
        "the content's first 48 bytes are not the MAC and IV of its encryption info: it is another content",
        ["a content paired with the document of another package or version", "a replaced or altered file"],
        "get content and document of one and the same package";
    MAC_MISMATCH = "mac-mismatch", Integrity,
        "the content is not what its maker sealed",
        ["bytes changed on the way or on the disk", "a document of another package", "tampering"],
        "fetch it again; if it fails again, get it anew from whoever made it";
    PADDING_INVALID = "padding-invalid", Refused,
        "the MAC holds but the decrypted content does not end as it should",
        ["a wrong encryption key beside the right MAC key", "a tool that pads wrongly"],
        "pack the source folder again with `waybill pack`";
    DIGEST_MISMATCH = "digest-mismatch", Integrity,
        "the payload is not the one the encryption info describes",
        ["a document of another package", "a tool that computes the digest over something else"],
        "get content and document of one and the same package";
    SIZE_MISMATCH = "size-mismatch", Refused,
        "the payload's size differs from UnencryptedContentSize",
        ["a tool that writes the sum of the files instead of the payload's size"],
        "pack the source folder again with `waybill pack`";
    SETUP_FILE_ABSENT = "setup-file-absent", Refused,
        "the payload does not hold the setup file that Detection.xml names",
        ["a Detection.xml that was edited", "a tool that packed another folder"],
        "pack the source folder again with `waybill pack`; `waybill unpack` takes the files out all the same";
    INTERRUPTED = "interrupted", Interrupted,
        "the work was interrupted; nothing half-done was left in its place",
        ["Ctrl-C"], "run the same command again";
    DESTINATION_EXISTS = "destination-exists", Usage,
        "the destination is there already and is not empty",
        ["an earlier run", "a wrong path"], "choose another destination, or give --force to replace it";
    DESTINATION_UNUSABLE = "destination-unusable", Usage,
        "the destination cannot hold an unpacked folder",
        ["it is a file or a link", "it is the root of a volume"], "name a folder that does not exist yet";
    RECEIVE_FAILED = "receive-failed", Machine,
        "the partial file could not be made, read or written",
        ["the disk is full", "no permission on the folder", "a file is there already"],
        "make room or choose another folder, then run the same command again";
    PARTIAL_FOREIGN = "partial-foreign", Refused,
        "the partial file is a link or belongs to somebody else",
        ["a folder that other users may write to"], "remove the file, and receive into a folder that is yours alone";
    CONTENT_LENGTH = "content-length", Integrity,
        "another number of bytes arrived than the content has",
        ["a cut transfer", "another content under the same address"],
        "go on with the transfer, or get content and document of one and the same package";
    UNPACK_FAILED = "unpack-failed", Machine,
        "a file could not be written while unpacking",
        ["the disk is full", "no permission on the folder", "a virus scanner holds a file"],
        "make room or choose another folder, then run the same command again";
    MOVE_FAILED = "move-failed", Machine,
        "the unpacked folder could not be moved into place",
        ["a program holds a file in it open"],
        "close the program and run the same command again; until then the unpacked files are in the staging folder \
         that the message names";
    STAGING_FAILED = "staging-failed", Machine,
        "a private staging folder or file could not be made",
        ["no permission on the folder", "the disk is full"], "choose a destination that you may write to";
}

errors! {
    /// Writing packages, and the input that packing refuses.
    pack:
    WRITE_FAILED = "write-failed", Machine,
        "the package could not be written to its folder",
        ["the disk is full", "the output folder is not writable", "a network share went away"],
        "free space or choose another place with --output; nothing was left behind";
    NO_RANDOM = "no-random", Machine,
        "the system gave no random bytes for the package's keys",
        ["a sandbox that hides the system's random source"],
        "pack outside the sandbox; keys are never taken from anywhere else";
    ENTRY_NAME_LENGTH = "entry-name-length", Refused,
        "an entry name is over 65,535 bytes, which no zip can hold",
        ["very deep nesting in the source folder"], "shorten the folder names";
    WRITER_MISUSED = "writer-misused", Machine,
        "the archive writer was given calls or lengths that do not fit together",
        ["a fault in the program that calls it"], "report it, with the command that led here";
    OUTPUT_EXISTS = "output-exists", Usage,
        "the package that would be written exists already",
        ["an earlier run wrote it"], "give another --output, or --force to replace it";
    OUTPUT_UNUSABLE = "output-unusable", Machine,
        "the output folder cannot be made or written to",
        ["a file lies where the folder should be", "missing permission", "a read-only disk"],
        "choose another place with --output";
    APP_WITHOUT_SETUP_FILE = "app-without-setup-file", Refused,
        "app.json does not name the setup file, so an app's folder cannot be packed by itself",
        ["setupFilePath is missing or empty", "the document was written by hand"],
        "add setupFilePath to app.json, write it with waybill init, or pack the source folder with --setup";
    SOURCE_CHANGED = "source-changed", Machine,
        "a source file changed, grew, shrank or vanished while it was packed",
        ["a build or a download still writes into the source folder", "the program to be packed is running"],
        "wait until the folder is quiet and pack again; no package was written";
    PACK_CANCELLED = "pack-cancelled", Interrupted,
        "packing was interrupted",
        ["Ctrl-C"], "nothing was left behind; run the same command again";
    PACK_FAULT = "pack-fault", Machine,
        "the packer itself failed: a block could not be deflated or a thread was lost",
        ["a fault in the program", "memory that the system would not give"], "try --level store, and report it";
}

errors! {
    /// Source folders, setup files, catalogue folders, MSI facts and `init`.
    source:
    SOURCE_MISSING = "source-missing", Refused,
        "the source folder is not there, or is a file",
        ["a typing mistake", "a build step that has not run yet"], "give the folder that holds the setup file";
    SOURCE_UNREADABLE = "source-unreadable", Machine,
        "a folder or file below the source folder could not be read",
        ["no permission", "a network share that went away", "a file that vanished while it was listed"],
        "make it readable, or leave it out with --exclude";
    SOURCE_REFUSED = "source-refused", Refused,
        "something below the source folder cannot be packed; every finding is listed",
        ["links, special files or names that Windows would not take"],
        "fix each finding, or leave it out with --exclude";
    LINK_OUTSIDE = "link-outside", Refused,
        "a symbolic link or junction leads out of the source folder",
        ["a development tree that links to shared files"],
        "copy the target into the folder, or leave the link out with --exclude";
    LINK_BROKEN = "link-broken", Refused,
        "a symbolic link or junction leads to nothing",
        ["its target was moved or deleted"], "restore the target, or leave the link out with --exclude";
    LINK_LOOP = "link-loop", Refused,
        "a symbolic link or junction leads back to a folder above it",
        ["a development tree that links to its own root"], "leave the link out with --exclude";
    SPECIAL_FILE = "special-file", Refused,
        "a socket, pipe or device lies in the source folder",
        ["a running program's socket"], "stop the program, or leave it out with --exclude";
    NAME_NOT_UNICODE = "name-not-unicode", Refused,
        "a name in the source folder is not valid Unicode, so no package can hold it",
        ["a file unpacked from an archive with another encoding"], "rename the file";
    NAME_BACKSLASH = "name-backslash", Refused,
        "a name in the source folder holds a backslash, which every reader takes for a separator",
        ["a Windows path that was made a file name"], "rename the file";
    SOURCE_TOO_MANY = "source-too-many-entries", Refused,
        "the source folder holds more files than a package may hold (limit: entries)",
        ["build outputs, caches or a whole .git folder beside the setup file"],
        "leave out what the setup file does not need, with --exclude or .waybillignore";
    SOURCE_TOO_LARGE = "source-too-large", Refused,
        "the files of the source folder are larger together than a package may be (limit: package-bytes)",
        ["neighbours of the setup file that nobody meant to pack"],
        "leave out what the setup file does not need, with --exclude or .waybillignore";
    SOURCE_EMPTY = "source-empty", Refused,
        "the source folder holds nothing to pack",
        ["everything in it is left out", "the wrong folder"], "put the installer's files into it, or leave out less with --exclude and .waybillignore";
    EXCLUDE_GLOB = "exclude-glob", Usage,
        "a pattern given with --exclude is not in gitignore syntax, or the patterns with wildcards are over 1,000 or over 64 KiB together",
        ["an unclosed bracket or brace", "a generated list"],
        "quote the pattern, and escape special characters with a backslash; name folders and `*.ext` instead of many patterns";
    IGNORE_FILE = "ignore-file", Refused,
        "a .waybillignore file is too large, not UTF-8, holds a pattern that is not in gitignore syntax, or makes the patterns with wildcards over 1,000 or over 64 KiB together",
        ["an unclosed bracket or brace", "a file of another kind under this name", "a generated list"],
        "fix the line, if one is named; otherwise name folders and `*.ext` instead of many patterns";
    SETUP_FILE_MISSING = "setup-file-missing", Refused,
        "the setup file is not in the source folder",
        ["a typing mistake", "it lies in a subfolder", "it lies outside the source folder"],
        "name a file that is in it, relative to the source folder";
    SETUP_FILE_OUTSIDE = "setup-file-outside", Refused,
        "the setup file lies outside the source folder",
        ["the wrong source folder", "a link that leads out of it"],
        "copy it into the source folder, or give its own folder as the source";
    SETUP_FILE_EXCLUDED = "setup-file-excluded", Refused,
        "the setup file is left out by --exclude or a .waybillignore file",
        ["a pattern that matches more than was meant"], "narrow the pattern, or add an exception such as !setup.exe";
    SETUP_FILE_NOT_A_FILE = "setup-file-not-a-file", Refused,
        "what was given as the setup file is a folder",
        ["the file's name was left off"], "give the file in it that starts the installation";
    CATALOG_REFUSED = "catalog-refused", Refused,
        "the catalogue folder holds no file, or the source folder already has a folder of the catalogue's fixed name",
        ["the wrong folder", "a source folder that was unpacked from a package with catalogue files"],
        "give the folder that holds the .cat files, or none";
    MSI_UNREADABLE = "msi-unreadable", Refused,
        "the tables of the MSI could not be read, so its product code, version and context are not known",
        ["the file is damaged or is not an MSI", "it is larger or stranger than the reader's limits allow"],
        "open it with an MSI editor; the package can be made without these facts";
    APP_STALE = "app-stale", Refused,
        "rules, commands or the version in app.json are those of another MSI than the one that is packed",
        ["the MSI was replaced by a newer one, and app.json was not"],
        "run waybill init --update, or correct the fields that are named; the package itself is right";
    PROGRAM_UNREADABLE = "program-unreadable", Refused,
        "the file is not a Windows program, or its headers are damaged",
        ["a download that broke off", "another kind of file under this name"], "fetch the installer again";
    APP_EXISTS = "app-exists", Usage,
        "an app.json is there already and is not overwritten",
        ["init has been run before"], "edit it, or overwrite it with --force";
    SETUP_FILE_NAME = "setup-file-name", Refused,
        "the setup file's name holds a character that a command line cannot carry",
        ["a quotation mark or a control character in the name"], "rename the setup file";
    INIT_IO = "init-io", Machine,
        "a file that init reads or writes could not be read or written",
        ["no permission", "the disk is full"], "look at the cause that is named";
    SCAN_INTERRUPTED = "scan-interrupted", Interrupted,
        "listing the source folder was interrupted",
        ["Ctrl-C"], "start again: nothing was written";
}

errors! {
    /// Reading and writing Detection.xml, content.json and other documents.
    documents:
    DETECTION_XML_UNREADABLE = "detection-xml-unreadable", Refused,
        "Detection.xml is not well-formed XML 1.0 in UTF-8, or larger than 1 MiB.",
        ["the package was cut off or damaged", "another tool wrote it, in UTF-16 or by joining strings"],
        "Make the package again from its source folder.";
    DETECTION_XML_FORBIDDEN = "detection-xml-forbidden", Refused,
        "Detection.xml holds a DOCTYPE, entities of its own, or more elements or deeper nesting than any package \
         has.",
        ["the file is a web page, not a Detection.xml", "somebody made the package to harm whoever reads it"],
        "Do not use this package; ask whoever made it.";
    DETECTION_XML_SHAPE = "detection-xml-shape", Refused,
        "Detection.xml has another root than ApplicationInfo, or a required element is missing, doubled or \
         misplaced.",
        ["another tool wrote it, or it was edited by hand", "the file is some other XML document"],
        "Make the package again from its source folder.";
    DETECTION_XML_VALUE = "detection-xml-value", Refused,
        "A key, IV, MAC, digest, size, profile, algorithm or file name in Detection.xml is not one that the format \
         allows.",
        ["another tool wrote it, or it was edited by hand", "FileName holds a path instead of a name"],
        "Make the package again from its source folder.";
    DETECTION_XML_UNWRITABLE = "detection-xml-unwritable", Refused,
        "A name or size cannot stand in Detection.xml.",
        ["the setup file's name or the MSI's product name holds a control character"],
        "Rename the setup file, or fix the MSI's properties.";
    DOCUMENT_TOO_LARGE = "document-too-large", Refused,
        "A JSON document is larger than 16 MiB.",
        ["the path or URL leads to something else, such as a package"], "Check the path or URL of the document.";
    DOCUMENT_NOT_JSON = "document-not-json", Refused,
        "A document is not JSON in UTF-8.",
        ["it was edited by hand", "a web server answered with a page instead of the document"],
        "Open the document at the line that is named.";
    DOCUMENT_FIELD = "document-field", Refused,
        "A field of a JSON document is missing, or holds a value that it cannot have.",
        ["it was edited by hand", "it is another kind of document"],
        "Compare it with its JSON Schema: `waybill schema <NAME>`.";
    ENCRYPTION_INFO_UNRECOGNISED = "encryption-info-unrecognised", Refused,
        "The file given as encryption info is neither a Detection.xml nor JSON with a fileEncryptionInfo.",
        ["the path leads to the package itself, or to the content"],
        "Give the Detection.xml out of the package, a content.json, or Graph's fileEncryptionInfo.";
}

errors! {
    /// The folder of state and partial downloads, and what lies in it: locks, journals, manifests, room on the disk.
    root:
    LOCKED = "locked", Locked,
        "another waybill works on this content or this folder",
        ["a fetch of the same content, or into the same folder, that still runs", "the agent"],
        "wait for it, or give --wait-lock <SECONDS>; a lock ends with its process, never remove the file";
    ROOT_UNUSABLE = "root-unusable", Machine,
        "the folder of state and partial downloads cannot be used",
        ["no permission to make it",
         "it belongs to another user, or others may write to it",
         "a link, or a file, lies in its place"],
        "give a folder that is yours alone with --root <DIR> or WAYBILL_ROOT (on Unix: chmod 700)";
    DISK_FULL = "disk-full", Machine,
        "there is too little room on the disk",
        ["other files", "contents of earlier runs that were kept with --keep-content", "a quota"],
        "make room and run the same command again: it goes on from what is held";
    STATE_FAILED = "state-failed", Machine,
        "a lock, journal or manifest below the root could not be read or written",
        ["no permission", "a disk or network share that reports errors", "a file system without locks"],
        "check the disk, or choose a --root on a local disk";
    FOLDER_DAMAGED = "folder-damaged", Integrity,
        "the folder was unpacked from this content, and is no longer what it was then",
        ["an installer or a person changed, added or removed files in it",
         "a loss of power soon after it was written",
         "a failing disk"],
        "give --force to replace it, or another --output";
    CACHE_NAME = "cache-name", Refused,
        "an app or revision whose name cannot be a folder's on every host",
        ["characters other than letters, digits, `-`, `.` and `_`", "a reserved name such as CON"],
        "use the app's id and the number of its revision";
}
