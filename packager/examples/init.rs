//! Drafts an app's document from its installer: `cargo run --example init -- <SOURCE FOLDER> <SETUP FILE>`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;
use waybill_packager::Context;
use waybill_packager::init::{InitRequest, init};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, setup_file] = arguments.as_slice() else {
        eprintln!("usage: init <SOURCE FOLDER> <SETUP FILE>");
        return ExitCode::from(2);
    };
    match init(&InitRequest::new(folder, setup_file), &Context::silent()) {
        Ok((path, draft)) => {
            println!("{}: {}, by {}", path.display(), draft.kind, draft.evidence);
            draft.notes.iter().for_each(|note| println!("- {note}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
