//! WB401 to WB405: what is in the package, and its shape.

use super::LintPage;
use crate::report::lint::Severity::{Error, Warning};

/// The pages.
pub const ALL: &[LintPage] = &[
    LintPage {
        code: "WB401",
        severity: Warning,
        title: "files in the package that nobody meant to pack",
        harm: "A `.git` folder carries the whole history, a nested .intunewin the old version, and a folder of \
               downloads gigabytes: every device downloads and unpacks them.",
        mend: "Pack from a folder of its own, or leave files out with `.waybillignore` or `--exclude`.",
        before: "waybill pack Downloads --setup tool.msi",
        after: "waybill pack tool/source --setup tool.msi --exclude \"*.intunewin\"",
    },
    LintPage {
        code: "WB402",
        severity: Warning,
        title: "a name that Windows takes badly",
        harm: "Paths over 200 characters pass 260 below the content folder, where installers stop finding them. \
               A setup file that differs in case works on Windows and nowhere else. Names that Windows refuses \
               (an error: CON, a colon, a final dot) cannot be unpacked at all.",
        mend: "Shorten the path, write the name as it is on disk, rename the file.",
        before: "\"setupFilePath\": \"Setup.exe\"   (the file is setup.exe)",
        after: "\"setupFilePath\": \"setup.exe\"",
    },
    LintPage {
        code: "WB403",
        severity: Warning,
        title: "a package of another shape than Microsoft's tool makes",
        harm: "Since August 2025 Intune's portal refuses packages whose outer zip or Detection.xml differ from what \
               Microsoft's tool writes: other entries, another order, compression, namespaces, base64 without \
               padding. In a package that we wrote it is an error.",
        mend: "Unpack it and pack it again: `waybill unpack`, then `waybill pack`.",
        before: "an outer zip with deflated entries",
        after: "the same, packed by `waybill pack`",
    },
    LintPage {
        code: "WB404",
        severity: Warning,
        title: "MSI facts that are out of the ordinary, or that do not fit the MSI",
        harm: "ALLUSERS is empty, 1 or 2; with any other value Windows Installer and Microsoft's tool read it \
               differently, and the tool refuses it. Flags in Detection.xml that differ from the MSI's tables show \
               that the package was made by something that did not read them.",
        mend: "Correct the property in a transform or on the command line; pack the MSI again.",
        before: "ALLUSERS = 0 in the Property table",
        after: "ALLUSERS absent (per user) or 1 (per machine)",
    },
    LintPage {
        code: "WB405",
        severity: Error,
        title: "other readers see this archive differently",
        harm: "Two readers that find different files in one archive are how a harmless-looking package installs \
               something else: what was scanned or reviewed is not what is unpacked.",
        mend: "Do not deploy the package; unpack it with Waybill, look at what is in it, and pack it again.",
        before: "an archive with two end-of-central-directory records",
        after: "the same files, packed by `waybill pack`",
    },
];
