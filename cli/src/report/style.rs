//! The few colours there are. Streams drop them where they are not wanted.

use anstyle::{AnsiColor, Style};

/// What did not hold.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What should not be so.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// What holds.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What is worth knowing.
pub(crate) const NOTE: Style = AnsiColor::Cyan.on_default().bold();
/// What the eye should find first.
pub(crate) const STRONG: Style = Style::new().bold();
/// What the eye may skip.
pub(crate) const FAINT: Style = Style::new().dimmed();
