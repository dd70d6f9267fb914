//! Writing packages.

use super::Code;

pub(super) const ALL: &[&Code] = &[];
