use crate::args::SchemaArgs;
use crate::error::Failure;
use crate::session::Session;
use serde::Serialize;
use std::io::{self, Write};
use waybill_schemas::json_schema::{DocumentSchema, documents};

/// Prints one schema, or the list of all.
pub(crate) fn run(args: &SchemaArgs, session: &Session) -> Result<(), Failure> {
    let wanted = args.name.as_deref().and_then(|name| documents().iter().find(|one| one.name == name));
    match wanted {
        Some(document) => session.output.raw(document.to_json().as_bytes()),
        None => session
            .output
            .report(&List { schemas: documents().iter().map(Listed::from).collect() }, write_list),
    }
}

#[derive(Serialize)]
struct List {
    schemas: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    title: &'static str,
}

impl From<&DocumentSchema> for Listed {
    fn from(document: &DocumentSchema) -> Self {
        Self { name: document.name, title: document.title }
    }
}

fn write_list(list: &List, out: &mut dyn Write) -> io::Result<()> {
    let width = list.schemas.iter().map(|one| one.name.len()).max().unwrap_or(0);
    list.schemas.iter().try_for_each(|one| writeln!(out, "{:width$}  {}", one.name, one.title))
}
