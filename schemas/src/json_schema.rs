//! The JSON Schema of every document, generated from its type.
//!
//! The committed copies lie in `schemas/json`; `cargo xtask schemas` makes them anew, and a test compares them.

use crate::app::AppDocument;
use crate::app::schema::of_document;
use crate::content::{ContentDocument, PiecesDocument};
use crate::report::benchmark::{BenchmarkReport, SweepReport};
use crate::report::delivery::{FetchReport, PublishReport, ServeStarted, ServedRequest};
use crate::report::install::{DetectReport, InstallReport, StepReport};
use crate::report::lint::LintReport;
use crate::report::pack::{InitReport, PackReport};
use crate::report::package::{DiffReport, InspectReport, UnpackReport, VerifyReport};
use crate::report::rehearsal::RehearsalReport;
use crate::report::{ErrorReport, ExplainReport};
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema, json_schema, schema_for};

/// The schema of one kind of document.
#[derive(Debug, Clone, Copy)]
pub struct DocumentSchema {
    /// Its short name, as in `waybill schema <NAME>` and `schemas/json/<NAME>.schema.json`.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    generate: fn() -> Schema,
}

/// Every kind of document, in the order in which they are listed.
pub fn documents() -> &'static [DocumentSchema] {
    const DOCUMENTS: &[DocumentSchema] = &[
        DocumentSchema {
            name: "app",
            title: "app.json: an app as Graph's win32LobApp, with what Waybill adds",
            generate: || of_document(schema_for!(AppDocument)),
        },
        document::<ContentDocument>(
            "content",
            "content.json: where a content lies and how to decrypt it (carries keys)",
        ),
        document::<PiecesDocument>("pieces", "pieces.json: the digest of each piece of a content"),
        document::<ErrorReport>("error", "what a command prints under --json where it fails"),
        document::<InitReport>("init-report", "what `waybill init --json` prints"),
        document::<PackReport>("pack-report", "what `waybill pack --json` prints"),
        document::<InspectReport>("inspect-report", "what `waybill inspect --json` prints"),
        document::<DiffReport>("diff-report", "what `waybill inspect --diff --json` prints"),
        document::<VerifyReport>("verify-report", "what `waybill verify --json` prints"),
        document::<UnpackReport>("unpack-report", "what `waybill unpack --json` prints"),
        document::<PublishReport>("publish-report", "what `waybill publish --json` prints"),
        document::<FetchReport>("fetch-report", "what `waybill fetch --json` prints"),
        document::<ServeStarted>("serve-started", "the first line that `waybill serve --json` prints"),
        document::<ServedRequest>("served-request", "each further line that `waybill serve --json` prints"),
        document::<ExplainReport>("explain-report", "what `waybill explain --json` prints"),
        document::<DetectReport>("detect-report", "what `waybill detect --json` prints"),
        document::<StepReport>(
            "install-event",
            "each line that `waybill install --events` prints before its report, which is the last one",
        ),
        document::<InstallReport>("install-report", "what `waybill install` and `uninstall --json` print"),
        document::<RehearsalReport>("try-report", "what `waybill try --json` prints"),
        document::<BenchmarkReport>("bench-report", "what `waybill bench --json` prints and `--save` keeps"),
        document::<SweepReport>("sweep-report", "what `waybill bench --sweep --json` prints"),
        document::<LintReport>("lint-report", "what `waybill lint --json` prints"),
    ];
    DOCUMENTS
}

const fn document<T: JsonSchema>(name: &'static str, title: &'static str) -> DocumentSchema {
    DocumentSchema { name, title, generate: || schema_for!(T) }
}

impl DocumentSchema {
    /// The schema, in the dialect of JSON Schema 2020-12; what it is stands first.
    pub fn schema(&self) -> Schema {
        let mut generated = (self.generate)();
        let dialect = generated.remove("$schema").unwrap_or_default();
        // schemars takes the type's name; people know a document by what it is.
        generated.remove("title");
        let mut schema = json_schema!({ "$schema": dialect, "title": self.title });
        RecursiveTransform(unlink_description).transform(&mut generated);
        for (keyword, value) in generated.ensure_object() {
            schema.insert(keyword.clone(), value.take());
        }
        schema
    }

    /// The schema as it is committed and printed: indented, with a final newline.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.schema().to_value())
    }

    /// The name of its committed copy in `schemas/json`.
    pub fn file_name(&self) -> String {
        format!("{}.schema.json", self.name)
    }
}

/// Descriptions come from the documentation of types, whose links lead nowhere in a schema.
fn unlink_description(schema: &mut Schema) {
    if let Some(description) = schema.get("description").and_then(|description| description.as_str()) {
        let plain = description.replace("[`", "`").replace("`]", "`");
        schema.insert("description".to_owned(), plain.into());
    }
}
