//! Reading, authenticating and unpacking packages.

use super::Code;

pub(super) const ALL: &[&Code] = &[];
