//! `waybill explain`, `schema` and `completions`: what can be looked up without any input.

use crate::commands::Cli;
use crate::error::Failure;
use crate::session::Session;
use crate::text::{FAINT, Fields, STRONG, sentence, write_wrapped};
use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use serde_json::json;
use std::io::{self, Write};
use waybill_schemas::Quoted;
use waybill_schemas::codes::{self, CodeMeaning, FETCH_RULES, command};
use waybill_schemas::json_schema::{DocumentSchema, documents};
use waybill_schemas::report::ExplainReport;

/// Explain a code: of an error, a lint, a fetch, a device, an installer, a state
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill explain mac-mismatch
  waybill explain WB105
  waybill explain range-ignored
  waybill explain 0x87D1041C
  waybill explain 1603
  waybill explain exit 3
  waybill explain 3010 1641 WB105")]
pub(crate) struct ExplainArgs {
    /// The codes; a word before a number asks for one table (exit, installer, hresult, applicability, enforcement,
    /// compliance, desired, context, targeting)
    #[arg(required = true, value_name = "CODE", allow_negative_numbers = true)]
    code: Vec<String>,
}

/// Prints every meaning of one code or of several.
pub(crate) fn explain(args: &ExplainArgs, session: &Session) -> Result<(), Failure> {
    let code = args.code.join(" ");
    let meanings = meanings(&args.code)?;
    session.output.report(&ExplainReport { code, meanings }, write_explanation)
}

/// The meanings of what was asked for: one code of several words (`exit 3`), else one code after the other.
fn meanings(words: &[String]) -> Result<Vec<CodeMeaning>, Failure> {
    let find = |code: &str| codes::find(code, &waybill_packager::lint::pages());
    let mut found = find(&words.join(" "));
    let mut rest = if found.is_empty() { words } else { &[] };
    while let Some(word) = rest.first() {
        // The longest beginning that is a code: a word that asks for a table goes with the number behind it.
        let lengths = (1..=rest.len().min(LONGEST_CODE)).rev();
        let known =
            lengths.map(|length| (length, find(&rest[..length].join(" ")))).find(|(_, of)| !of.is_empty());
        let Some((length, of_code)) = known else {
            return Err(unknown_in_table(rest).unwrap_or_else(|| unknown(word)));
        };
        found.extend(of_code.into_iter().filter(|one| !found.contains(one)).collect::<Vec<_>>());
        rest = &rest[length..];
    }
    Ok(found)
}

/// How many words a code has at most: the name of a table and the name of a state.
const LONGEST_CODE: usize = 4;

/// The failure for a table's word before a number that it does not have.
fn unknown_in_table(words: &[String]) -> Option<Failure> {
    let asked = words.get(..2)?.join(" ");
    let (table, code) = codes::split_table(&asked)?;
    let word = table.word();
    let failure =
        Failure::new(&command::UNKNOWN_CODE, format!("{word} has no code {code}", code = Quoted(code)));
    let elsewhere = codes::find(code, &waybill_packager::lint::pages());
    Some(match elsewhere.first() {
        Some(found) => failure.with_hint(format!(
            "`waybill explain {code}` finds it in another table: {}",
            found.table.title()
        )),
        None => failure,
    })
}

fn unknown(code: &str) -> Failure {
    let failure = Failure::new(&command::UNKNOWN_CODE, format!("no table knows {code}", code = Quoted(code)));
    match nearest(code) {
        Some(id) => failure.with_hint(format!("did you mean `{id}`?")),
        None => failure,
    }
}

/// The id that shares most words with the code that was given; for typing errors, the longest common beginning.
fn nearest(code: &str) -> Option<&'static str> {
    let asked = code.to_ascii_lowercase();
    let score = |id: &str| {
        let words = asked.split(['-', ' ', '_']).filter(|word| word.len() > 2 && id.contains(word)).count();
        let common = id.chars().zip(asked.chars()).take_while(|(one, other)| one == other).count();
        words * 4 + common
    };
    codes::errors()
        .map(|code| code.id)
        .chain(FETCH_RULES.iter().map(|rule| rule.name.as_str()))
        .map(|id| (score(id), id))
        .filter(|(score, _)| *score >= 4)
        .max()
        .map(|(_, id)| id)
}

/// Writes every meaning, one below the other.
fn write_explanation(report: &ExplainReport, out: &mut dyn Write) -> io::Result<()> {
    for (index, entry) in report.meanings.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_meaning(entry, out)?;
    }
    Ok(())
}

fn write_meaning(entry: &CodeMeaning, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{STRONG}{}{STRONG:#}", entry.code)?;
    if let Some(name) = entry.name {
        write!(out, "  {name}")?;
    }
    writeln!(out, "  {FAINT}({}){FAINT:#}", entry.table.title())?;
    write_wrapped("  ", 2, &sentence(&entry.meaning), out)?;
    if !entry.causes.is_empty() {
        writeln!(out, "\n  Usual causes:")?;
        entry.causes.iter().try_for_each(|cause| write_wrapped("    - ", 6, cause, out))?;
    }
    write!(out, "\n  {STRONG}What to do:{STRONG:#} ")?;
    write_wrapped("", 4, &sentence(entry.hint), out)?;
    if let Some(example) = entry.example {
        let mut fields = Fields::default();
        fields.add("found", example.before);
        fields.add("fixed", example.after);
        writeln!(out)?;
        fields.write(2, out)?;
    }
    match entry.exit {
        Some(exit) => writeln!(out, "  waybill exits with {exit}."),
        None => Ok(()),
    }
}

/// Print the JSON Schema of a document
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill schema app > app.schema.json
  waybill schema            (lists the documents)")]
pub(crate) struct SchemaArgs {
    /// The document; without it, all are listed
    #[arg(value_parser = PossibleValuesParser::new(documents().iter().map(|document| document.name)))]
    name: Option<String>,
}

/// Prints one schema, or the list of all.
pub(crate) fn print_schema(args: &SchemaArgs, session: &Session) -> Result<(), Failure> {
    let wanted = args.name.as_deref().and_then(|name| documents().iter().find(|one| one.name == name));
    match wanted {
        Some(document) => session.output.raw(document.to_json().as_bytes()),
        None => {
            let one = |document: &DocumentSchema| json!({ "name": document.name, "title": document.title });
            let schemas: Vec<_> = documents().iter().map(one).collect();
            session.output.report(&json!({ "schemas": schemas }), |_, out| write_schemas(out))
        }
    }
}

fn write_schemas(out: &mut dyn Write) -> io::Result<()> {
    let width = documents().iter().map(|one| one.name.len()).max().unwrap_or(0);
    documents().iter().try_for_each(|one| writeln!(out, "{:width$}  {}", one.name, one.title))
}

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill completions bash > ~/.local/share/bash-completion/completions/waybill
  waybill completions powershell >> $PROFILE")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Prints the completions for a shell.
pub(crate) fn print_completions(args: &CompletionsArgs, session: &Session) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "waybill", &mut script);
    session.output.raw(&script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tables_word_is_not_what_is_unknown() {
        let told = |words: [&str; 2]| {
            let failure = meanings(&words.map(str::to_owned)).unwrap_err();
            (failure.message(), failure.hint().to_owned())
        };
        assert_eq!(told(["exit", "42"]).0, "exit has no code \"42\"");
        let (message, hint) = told(["hresult", "1707"]);
        assert_eq!(message, "hresult has no code \"1707\"");
        assert!(hint.contains("`waybill explain 1707`") && hint.contains("installer"), "{hint}");
        assert_eq!(told(["mac-mismtach", "42"]).0, "no table knows \"mac-mismtach\"");
    }

    #[test]
    fn typing_errors_lead_to_the_id_that_was_meant() {
        assert_eq!(nearest("mac-mismtach"), Some("mac-mismatch"));
        assert_eq!(nearest("digest"), Some("digest-mismatch"));
        assert_eq!(nearest("range-ignord"), Some("range-ignored"));
        assert_eq!(nearest("zzz"), None);
    }
}
