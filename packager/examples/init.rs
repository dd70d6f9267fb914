//! Drafts an app's document from its installer: `cargo run --example init -- <SOURCE FOLDER> <SETUP FILE>`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use waybill_packager::Context;
use waybill_packager::init::{InitRequest, init};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, setup_file] = arguments.as_slice() else {
        return Err("usage: init <SOURCE FOLDER> <SETUP FILE>".into());
    };
    let (path, draft) = init(&InitRequest::new(folder, setup_file), &Context::silent())?;
    println!("{}: {}, by {}", path.display(), draft.kind, draft.evidence);
    draft.notes.iter().for_each(|note| println!("- {note}"));
    Ok(())
}
