//! Source folders and setup files.

use super::Code;

pub(super) const ALL: &[&Code] = &[];
