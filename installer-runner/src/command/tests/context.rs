//! docs/context.md
