//! Packages and policies put where devices get them.
