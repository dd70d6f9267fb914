use clap::Args;
use clap::builder::PossibleValuesParser;
use waybill_schemas::json_schema::documents;

/// Print the JSON Schema of a document
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill schema app > app.schema.json
  waybill schema            (lists the documents)")]
pub(crate) struct SchemaArgs {
    /// The document; without it, all are listed
    #[arg(value_parser = PossibleValuesParser::new(documents().iter().map(|document| document.name)))]
    pub(crate) name: Option<String>,
}
