//! What Intune and its agent do, and what their words mean.
//!
//! Pure functions over text and documents: nothing here asks a machine or a network. `waybill lint`, `waybill init` and
//! the runner take their answers from here, so that they cannot disagree. Where a fact is known from stands in
//! `docs/intune-agent.md`, `docs/lint.md` and `docs/context.md`.
//!
//! | question | entry |
//! |---|---|
//! | what does a command line start, and with which words | [`command_line::CommandLine`], [`command_line::candidates`] |
//! | what may the agent make of an msiexec line | [`prepared_msi_line`] |
//! | which line starts this file | [`right_line::right_line`] |
//! | what do a path and a variable mean to a 32-bit program | [`view::FileView`], [`view::FolderVariable`] |
//! | which keys does a 32-bit program find otherwise, and which view has what it starts | [`two_views`] |
//! | which programs does a clean Windows have, and which have no 32-bit twin | [`windows_programs`] |
//! | is this rule valid, and what does it ask | [`CheckedRule`] |
//! | which words of app.json are wrong, and what is meant | [`word_faults`] |
//! | what does an exit code stand for | [`ReturnCodes`] |
//! | when is an app tried again | [`RetryPolicy`] |

pub mod command_line;
mod comparison;
mod date;
mod identity;
mod msi_line;
pub mod path;
mod product_code;
mod registry_key;
mod retry;
mod return_codes;
pub mod right_line;
mod rule;
mod rule_check;
pub mod script_text;
mod time_limit;
pub mod two_views;
mod version;
pub mod view;
mod vocabulary;
pub mod windows_programs;
mod windows_release;
mod words;

pub use comparison::{Comparison, ComparisonOperator, compare_texts, whole_number};
pub use date::{NoDate, RuleDate};
pub use identity::{identify, revision};
pub use msi_line::{PreparedLine, prepared_msi_line};
pub use product_code::{ProductCode, is_guid};
pub use registry_key::{Hive, RegistryKey};
pub use retry::{RetryPolicy, ScheduleEffect};
pub use return_codes::{CodeKind, ReturnCodes};
pub use rule::{
    CheckedRule, FileCheck, FileTest, OutputValue, PathStyle, ProductCheck, RegistryCheck, RegistryTest,
    RuleFault, RuleFaults, RulePurpose, SCRIPT_LIMIT, ScriptCheck,
};
pub use time_limit::{DEFAULT_RUN_LIMIT_MINUTES, MOST_RUN_LIMIT_MINUTES, TimeLimit};
pub use version::{NoVersion, VersionNumber};
pub use view::View;
pub use vocabulary::{WordFault, WordFaultKind, refused_words, word_faults};
pub use windows_release::{
    OLDEST_RELEASE, build_of_release, known_releases, oldest_release_from, release_of_build,
};
pub use words::nearest_word;

/// What regedit shows as the name of a key's default value, whose real name is empty. Microsoft's page names the empty
/// one for rules (docs/detection.md, "Registry").
pub const DEFAULT_VALUE: &str = "(Default)";
