//! Detection.xml, app.json, content.json.

use super::Code;

pub(super) const ALL: &[&Code] = &[];
