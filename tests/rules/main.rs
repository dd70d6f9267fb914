//! Every rule × operation × operator × kind of value, as tables of data (docs/detection.md). They run on a machine in
//! memory; the cases of files and the registry also run on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod any_rule;
mod built_in;
mod file_cases;
mod file_table;
mod ground;
mod lint_and_runner;
mod look;
mod product_table;
mod real_ground;
mod real_scripts;
mod recipes;
mod registry_cases;
mod registry_table;
mod required_script_table;
mod script_table;
mod scripted_machine;
mod truth;
mod whole_answer;
