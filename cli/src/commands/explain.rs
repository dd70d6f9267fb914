use crate::args::ExplainArgs;
use crate::error::Failure;
use crate::report::explain::write_explanation;
use crate::session::Session;
use waybill_schemas::codes::{self, FETCH_RULES, command};
use waybill_schemas::report::ExplainReport;

/// Tells every meaning of a code.
pub(crate) fn run(args: &ExplainArgs, session: &Session) -> Result<(), Failure> {
    let code = args.code();
    let meanings = codes::find(&code, &waybill_packager::lint::pages());
    if meanings.is_empty() {
        return Err(unknown(&code));
    }
    session.output.report(&ExplainReport { code, meanings }, write_explanation)
}

fn unknown(code: &str) -> Failure {
    let failure = Failure::new(&command::UNKNOWN_CODE, format!("no table knows {code:?}"));
    match nearest(code) {
        Some(id) => failure.with_hint(format!("did you mean `{id}`?")),
        None => failure,
    }
}

/// The id that shares the most words with what was asked for; for typing errors, the longest common beginning.
fn nearest(code: &str) -> Option<&'static str> {
    let asked = code.to_ascii_lowercase();
    let score = |id: &str| {
        let words = asked.split(['-', ' ', '_']).filter(|word| word.len() > 2 && id.contains(word)).count();
        let common = id.chars().zip(asked.chars()).take_while(|(one, other)| one == other).count();
        words * 4 + common
    };
    codes::errors()
        .map(|code| code.id)
        .chain(FETCH_RULES.iter().map(|rule| rule.name))
        .map(|id| (score(id), id))
        .filter(|(score, _)| *score >= 4)
        .max()
        .map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_lead_to_the_id_that_was_meant() {
        assert_eq!(nearest("mac-mismtach"), Some("mac-mismatch"));
        assert_eq!(nearest("digest"), Some("digest-mismatch"));
        assert_eq!(nearest("range-ignord"), Some("range-ignored"));
        assert_eq!(nearest("zzz"), None);
    }
}
