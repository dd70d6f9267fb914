//! app.json.

use super::{Class, Code};

pub(super) const ALL: &[&Code] = &[&APP_TOO_LARGE, &APP_NOT_JSON, &APP_FIELD, &APP_ANOTHER_TYPE];

/// Over 16 MiB.
pub const APP_TOO_LARGE: Code = Code {
    id: "app-too-large",
    class: Class::Refused,
    meaning: "The app document is larger than 16 MiB.",
    causes: &["an icon of many megabytes in `largeIcon`", "another file under the name app.json"],
    hint: "Make the icon smaller (Intune shows 512 by 512 pixels at most), or give the right file.",
};

/// Not JSON.
pub const APP_NOT_JSON: Code = Code {
    id: "app-not-json",
    class: Class::Refused,
    meaning: "The app document is not JSON text in UTF-8 (or in UTF-16 with a byte order mark).",
    causes: &[
        "a single `\\` in a path, where JSON wants `\\\\`",
        "a comma too many or too few, or a comment",
        "a file saved in an ANSI code page",
    ],
    hint: "Mend the line that the message names; an editor that knows JSON shows the place.",
};

/// A field that does not fit.
pub const APP_FIELD: Code = Code {
    id: "app-field",
    class: Class::Refused,
    meaning: "A field of the app document holds another kind of value than its name says.",
    causes: &[
        "a number or a boolean in quotes",
        "an export made with ConvertTo-Json without `-Depth 10`: inner objects became text like `@{returnCode=0}`",
        "a key that stands twice, or `lint.allow` without a reason",
    ],
    hint: "Mend the field that the message names; `waybill schema app` prints what each one takes.",
};

/// Another type of Graph.
pub const APP_ANOTHER_TYPE: Code = Code {
    id: "app-another-type",
    class: Class::Refused,
    meaning: "The document is an object of Microsoft Graph, but no Win32 app.",
    causes: &[
        "an app exported that is a store, web or MSI line-of-business app",
        "an export of another object",
    ],
    hint: "Give a `#microsoft.graph.win32LobApp`, or let `waybill init` write one.",
};
