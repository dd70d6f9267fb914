//! Where the values of a secret's name lie. Each function reads one form, and returns nothing where the text has
//! another.

use super::ends::{Surroundings, Value, quoted_at, value_at};
use super::line::{Line, Name, Quote};
use super::signs::{behind_blanks, behind_sign, is_blank};
use super::{names, steps};

/// Words and lists of attributes are looked at for so many bytes.
const LONGEST_WORD: usize = 4096;

/// One way to read a value of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) value: Value,
    pub(super) form: Form,
}

/// The form in which a text gives a value to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A sign stands between them: `NAME=value`, `name : value`, `name -> value`.
    Sign,
    /// The next word is the value, because the name is a switch or says so by itself.
    NextWord,
    /// `set NAME=a b`, `setx NAME "a b"`
    Variable,
    /// A form of output, of markup or of code.
    Text,
}

/// Every value that the text may give to `name`.
pub(super) fn readings(line: &Line<'_>, name: &Name<'_>) -> Vec<Reading> {
    let (behind, before, surroundings) = surroundings(line, name);
    let forms = [
        (next_of_list(line, behind, &surroundings), Form::Text),
        (described(line, behind), Form::Text),
        (argument(line, name, behind), Form::Text),
        (behind_other_sign(line, name, behind, &surroundings), Form::Text),
        (said_of(line, name, behind, &surroundings), Form::Text),
        (tagged(line, name, behind), Form::Text),
        (labelled(line, name, behind, before), Form::Text),
        (piped(line, name, before), Form::Text),
        (element(line, name), Form::Text),
        (property_of_log(line, name), Form::Text),
        (pair(line, behind), Form::Text),
        (named_elsewhere(line, name.end), Form::Text),
    ];
    let of_text = forms.into_iter().filter_map(|(value, form)| Some(Reading { value: value?, form }));
    of_command_line(line, name).into_iter().chain(of_text).collect()
}

/// The values that a command line may give to `name`.
fn of_command_line(line: &Line<'_>, name: &Name<'_>) -> Vec<Reading> {
    let (behind, before, surroundings) = surroundings(line, name);
    let forms = [
        (assigned(line, behind, &surroundings), Form::Sign),
        (next_word(line, name, behind, &surroundings), Form::NextWord),
        (of_variable(line, name, before), Form::Variable),
    ];
    forms.into_iter().filter_map(|(value, form)| Some(Reading { value: value?, form })).collect()
}

/// The value that a command line gives to the parameter `name`, and whether it is the next word: the first of
/// its readings that is a parameter's and not the value of another one's. Adds to `read` how many bytes were looked at.
pub(super) fn of_parameter(line: &Line<'_>, name: &Name<'_>, read: &mut usize) -> Option<(Value, bool)> {
    let text = line.text;
    let readings = of_command_line(line, name);
    let end = readings.iter().map(|reading| reading.value.end).max()?;
    let word = text[..name.begin()].rfind([' ', '\t', '"', '\'']).map_or(0, |at| at + 1);
    steps::count(name.begin() - word);
    *read += end.saturating_sub(word);
    // `/URL=x?token=y` names one parameter; what its value holds is the value's affair.
    let is_own = !text[word..name.begin()].contains('=');
    let is_whole_word = word == name.begin();
    let is_parameter = |reading: &Reading| match reading.form {
        Form::Sign if text[name.end..].starts_with('=') => is_own,
        Form::Sign | Form::NextWord => is_whole_word || is_variable_name(&text[word..name.begin()]),
        Form::Variable => true,
        Form::Text => false,
    };
    let found = readings.into_iter().find(is_parameter)?;
    Some((found.value, found.form == Form::NextWord))
}

/// Whether only the signs of a variable stand between the beginning of the word and the name: `$NAME`, `$env:NAME`.
fn is_variable_name(before: &str) -> bool {
    before == "$" || before.starts_with('$') && before.ends_with(':') || before == "${"
}

/// Where the text behind a name begins, the text before it, and what stands around it.
fn surroundings<'a>(line: &Line<'a>, name: &Name<'_>) -> (usize, &'a str, Surroundings) {
    let text = line.text;
    let own_quote = line.quote_at(name.end);
    let behind = name.end + own_quote.map_or(0, Quote::len);
    let before = text[..name.begin()].trim_end_matches(is_blank);
    let surroundings = Surroundings {
        opened_by: line.quote_before(name.begin()).filter(|_| own_quote.is_none()),
        is_json: own_quote.is_some(),
        is_list: before.ends_with(';'),
        is_query: before.ends_with(['?', '&'])
            && text[behind..].starts_with('=')
            && last_word(before).contains("://"),
    };
    (behind, before, surroundings)
}

/// `NAME=value`, `name : value`, `name -> value`, `"name":"value"`, `NAME[0]=value`, `$h['name'] = 'value'`.
fn assigned(line: &Line<'_>, behind: usize, surroundings: &Surroundings) -> Option<Value> {
    let text = line.text;
    let behind_sign = behind_sign(text, behind)?;
    let from = behind_blanks(text, behind_sign);
    let surroundings =
        Surroundings { is_json: surroundings.is_json && text[..behind_sign].ends_with(':'), ..*surroundings };
    let whole = Value { start: from, end: text.len() };
    if surroundings.is_json && quoted_at(line, from).is_none() {
        let value = &text[from..];
        let end = value.find([',', '}']).filter(|_| !value.starts_with(['[', '{']));
        return Some(Value { end: end.map_or(whole.end, |length| from + length), ..whole });
    }
    // With a blank it is prose, whose values have no end but the line's.
    let is_prose = from > behind_sign && !surroundings.is_json;
    Some(if is_prose { whole } else { value_at(line, from, &surroundings) })
}

/// `--name value`, `/name "value"`, `-Name value`, `PASSWORD value`, `"password" "value"`, `the password is value`.
fn next_word(line: &Line<'_>, name: &Name<'_>, behind: usize, surroundings: &Surroundings) -> Option<Value> {
    let text = line.text;
    let from = behind_blanks(text, behind);
    // A sign that continues the line is no value.
    let sign = &text[from..];
    if from == behind || sign.strip_prefix(['^', '`', '\\']).unwrap_or(sign).trim_start().is_empty() {
        return None;
    }
    // `ConvertTo-SecureString -String 'value'`
    if name.text.to_lowercase().ends_with("securestring") {
        return Some(Value { start: from, end: text.len() });
    }
    let is_value = || name.takes_next_word().then_some(from);
    let from = spoken(line, name, from, surroundings).or_else(is_value)?;
    Some(value_at(line, from, &Surroundings { is_json: false, ..*surroundings }))
}

/// Words behind a name in a sentence that say something about the secret and do not tell it.
const NO_VALUES: &str = " verified valid not for of to has have had and or must may should can cannot can't could will would does did \
    do in on at as by from with without expired required incorrect invalid wrong property missing mismatch protected policy \
    file files reset change changed set found ok field length name names type store vault value values ";

/// Words that belong to a name: `serial number 12-34`.
const FILLING: [&str; 8] = ["number", "no", "no.", "nr", "nr.", "code", "#", "phrase"];

/// Words between a name and the value that it is told to have, types of the registry among them.
const TELLING: [&str; 14] = [
    "is",
    "was",
    "are",
    "be",
    "will",
    "being",
    "equals",
    "ist",
    "lautet",
    "now",
    "reg_sz",
    "reg_expand_sz",
    "reg_binary",
    "reg_dword",
];

/// Where the value of a name begins that is no switch, if the word at `from` is one.
fn spoken(line: &Line<'_>, name: &Name<'_>, from: usize, surroundings: &Surroundings) -> Option<usize> {
    let text = line.text;
    let is_word = !text[..name.begin()].ends_with(['\\', '/', '.', '-', '&', '?', '@']);
    let mut from = from;
    let mut word = word_at(text, from);
    let is_quoted = surroundings.is_json && line.quote_at(from).is_some();
    for _ in 0..3 {
        if TELLING.iter().any(|telling| word.eq_ignore_ascii_case(telling)) {
            from = behind_blanks(text, from + word.len());
            word = word_at(text, from);
        }
    }
    // `serial 12-34`: a word with digits is no word of a sentence.
    let mut number = from;
    if FILLING.iter().any(|filling| word.eq_ignore_ascii_case(filling)) {
        number = behind_blanks(text, from + word.len());
    }
    let is_filled = number > from;
    if is_filled && names::is_secret_word(name.text) {
        (from, word) = (number, word_at(text, number));
    }
    let is_number = names::is_secret_word(name.text)
        && word.len() > 3
        && word.contains(|c: char| c.is_ascii_digit())
        && !word.contains(['\\', '/', '=', ':']);
    let lower = bare_word(word);
    let is_signed = behind_sign(word, 0).is_some_and(|end| end == word.len());
    let is_prose = is_signed || !is_quoted && tells_no_value(word) || lower.starts_with("value=");
    let is_switch = word.starts_with('/') || word.starts_with('-') && word.len() > 1;
    let may_be_value = !lower.is_empty() && !is_prose && !is_switch;
    let is_told = names::gives_next_word(name.text) && !is_filled;
    (is_word && may_be_value && (is_told || is_number)).then_some(from)
}

/// A word in lower case without the signs of the sentence behind it.
fn bare_word(word: &str) -> String {
    word.trim_end_matches([',', '.', ';', ':', '!', '?', ')']).to_lowercase()
}

/// Whether a word behind a name is empty, or says something about the secret and does not tell it.
pub(super) fn tells_no_value(word: &str) -> bool {
    let lower = bare_word(word);
    lower.is_empty() || NO_VALUES.split_ascii_whitespace().any(|one| one == lower)
}

/// The word that begins at `at`; of a very long one its beginning.
fn word_at(text: &str, at: usize) -> &str {
    let rest = &text[at..text.floor_char_boundary(at.saturating_add(LONGEST_WORD)).max(at)];
    rest.split(is_blank).next().unwrap_or_default()
}

/// Whether a name stands by itself, and says by itself that a secret follows.
fn speaks_for_itself(line: &Line<'_>, name: &Name<'_>, surroundings: &Surroundings) -> bool {
    let before = &line.text[..name.begin()];
    let is_word = !before.ends_with(['\\', '/', '.', '-', '&', '?', '@', '<']);
    is_word && !surroundings.is_json && !surroundings.is_query && names::gives_next_word(name.text)
}

/// The most bytes between a name and its value in a form of prose.
const LONGEST_GAP: usize = 96;

/// `PASSWORD > value`, `| Password | value |`, `Password . . . : value`: signs of any kind, but for those of paths.
fn behind_other_sign(
    line: &Line<'_>,
    name: &Name<'_>,
    behind: usize,
    surroundings: &Surroundings,
) -> Option<Value> {
    let rest = &line.text[behind..line.text.floor_char_boundary(behind + LONGEST_GAP)];
    let length = rest.find(|c: char| c.is_alphanumeric() || matches!(c, '"' | '\'' | '\\' | '/'))?;
    let between = &rest[..length];
    if !between.contains(|c| !is_blank(c)) {
        return None;
    }
    let start = behind + length;
    // `key - 12-34` is a number, `Key - not found` is not.
    let word = word_at(line.text, start);
    let is_number = names::is_secret_word(name.text)
        && word.len() > 4
        && word.contains(|c: char| c.is_ascii_digit())
        && !word.contains(['\\', '/', ':', '=']);
    if !is_number && !speaks_for_itself(line, name, surroundings) {
        return None;
    }
    let is_prose = between.contains(is_blank);
    Some(if is_prose { Value { start, end: line.text.len() } } else { value_at(line, start, surroundings) })
}

/// Words between a name and the value that it is given.
const GIVING: [&str; 8] =
    [" set to ", " changed to ", " must be ", " reset to ", " was ", " is ", " will be ", " changed from "];

/// `password for bob: value`, `the password has been set to value`
fn said_of(line: &Line<'_>, name: &Name<'_>, behind: usize, surroundings: &Surroundings) -> Option<Value> {
    let gap = &line.text[behind..line.text.floor_char_boundary(behind + LONGEST_GAP)];
    let is_field = Surroundings { is_json: false, ..*surroundings };
    if !speaks_for_itself(line, name, &is_field) || gap.starts_with(" property") {
        return None;
    }
    let is_said = |c: char| c.is_alphanumeric() || is_blank(c) || "()#.,'\"_-@\\/[]".contains(c);
    let words = &gap[..gap.find(|c| !is_said(c)).unwrap_or(gap.len())];
    let lower = words.to_ascii_lowercase();
    let sign = &gap[words.len()..];
    let is_sign = sign.starts_with([':', '：']) && !sign.starts_with(":\\") && !sign.starts_with("://")
        || sign.starts_with('=') && words.ends_with(is_blank);
    let by_sign =
        (is_sign && tells_whose(&lower)).then(|| words.len() + sign.chars().next().map_or(0, char::len_utf8));
    let by_words = GIVING.iter().filter_map(|giving| Some(lower.find(giving)? + giving.len())).min();
    let by_verb = || {
        [" to ", " with "]
            .iter()
            .find(|word| lower.starts_with(*word) && is_given(line, name))
            .map(|word| word.len())
    };
    let by_words = by_words.or_else(by_verb);
    let by_words = by_words.filter(|at| !is_said_without_value(&gap[*at..], &lower));
    let start = behind_blanks(line.text, behind + by_words.into_iter().chain(by_sign).min()?);
    (start < line.text.len()).then_some(Value { start, end: line.text.len() })
}

/// Whether the words before a name tell of giving it a value: `Setting the password to x`.
fn is_given(line: &Line<'_>, name: &Name<'_>) -> bool {
    const VERBS: [&str; 8] = ["set", "chang", "writ", "updat", "assign", "replac", "modif", "initiali"];
    let from = line.text.ceil_char_boundary(name.begin().saturating_sub(LONGEST_GAP));
    let before = line.text[from..name.begin()].to_ascii_lowercase();
    VERBS.iter().any(|verb| before.contains(verb))
}

/// Whether the words between a name and a sign are about whose secret it is, and not about a file or a rule for it.
fn tells_whose(words: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "file", "policy", "check", "reset", "store", "vault", "expired", "prompt", "length", "not", "error",
        "manager",
    ];
    let mut words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && !words.any(|word| OTHERS.contains(&word))
}

/// Whether a sentence says something about a secret and does not tell it: `password policy was not applied`.
fn is_said_without_value(behind: &str, words: &str) -> bool {
    let word = behind.split(is_blank).next().unwrap_or_default();
    tells_no_value(word)
        || words.split_ascii_whitespace().next().is_some_and(|first| {
            ["policy", "file", "files", "length", "store", "vault", "manager", "check"].contains(&first)
        })
}

/// `<key>Password</key><string>value</string>`, `<Property Name="Password">value</Property>`
fn tagged(line: &Line<'_>, name: &Name<'_>, behind: usize) -> Option<Value> {
    let text = line.text;
    let before =
        &text[text.ceil_char_boundary(name.start.saturating_sub(16))..name.start].to_ascii_lowercase();
    let is_element = ["<key>", "<name>", "<string>"].iter().any(|tag| before.ends_with(tag));
    let is_attribute = labels_a_name(before.trim_end_matches(['"', '\'', '=', ' ']));
    let rest = &text[behind..text.floor_char_boundary(behind + LONGEST_GAP)];
    if !(is_element && rest.starts_with("</") || is_attribute && !rest.starts_with("</")) {
        return None;
    }
    let start = behind + rest.find('>')? + 1;
    (start < text.len()).then_some(Value { start, end: text.len() })
}

/// `{"name":"password","type":"string","value":"x"}`: the value somewhere behind its name.
fn labelled(line: &Line<'_>, name: &Name<'_>, behind: usize, before: &str) -> Option<Value> {
    let label = before.trim_end_matches(['"', '\'', ':', '=', '\\', ' ', '\t']);
    if label.len() == before.len() && name.switch.is_none() || !labels_a_name(label) {
        return None;
    }
    let text = line.text;
    let near = text[behind..text.floor_char_boundary(behind + LONGEST_LABEL)].to_ascii_lowercase();
    let (at, _) = near
        .match_indices("value")
        .find(|(at, found)| signs_behind(line, behind + at + found.len()).is_some())?;
    let start = signs_behind(line, behind + at + "value".len())?;
    (start < text.len()).then_some(Value { start, end: text.len() })
}

/// Where the value begins whose label ends at `at`.
fn signs_behind(line: &Line<'_>, at: usize) -> Option<usize> {
    let sign = behind_sign(line.text, at + line.quote_at(at).map_or(0, Quote::len))?;
    Some(behind_blanks(line.text, sign))
}

/// How far a value may stand from the name that another field gives it.
const LONGEST_LABEL: usize = 512;

/// `{"value":"x","name":"password"}`, `reg add K /d x /v Password`: the value before its name. It is short work for each
/// name, also for those in a text that is masked already from some value on.
pub(super) fn before_name(line: &Line<'_>, name: &Name<'_>) -> Option<Value> {
    let before = line.text[..name.begin()].trim_end_matches(is_blank);
    let label = before.trim_end_matches(['"', '\'', ':', '=', '\\', ' ', '\t']);
    if !labels_a_name(label) {
        return None;
    }
    let from = label.ceil_char_boundary(label.len().saturating_sub(LONGEST_LABEL));
    if let Some(data) = line.data_behind(from).filter(|data| *data < label.len()) {
        return Some(value_at(line, data, &Surroundings::default()));
    }
    let near = label[from..].to_ascii_lowercase();
    let (at, found) = near.rmatch_indices("value").next()?;
    let start = signs_behind(line, from + at + found.len()).filter(|start| *start < name.begin())?;
    // Its end is known by the name: what stands between them is a sign or two.
    let value = value_at(line, start, &Surroundings { is_json: true, ..Surroundings::default() });
    Some(Value { end: value.end.min(name.begin()).max(start), ..value })
}

/// Whether a text ends with the label of a name: `"name"`, `key=`, `/v`.
pub(super) fn labels_a_name(text: &str) -> bool {
    let tail = &text[text.ceil_char_boundary(text.len().saturating_sub(16))..];
    let lower = tail.to_ascii_lowercase();
    [" n", "name", "key", "property", "parameter", "variable", "setting", "option", "/v", "-v"]
        .iter()
        .any(|label| lower.ends_with(label))
}

/// `'value' | ConvertTo-SecureString`, `echo value | docker login --password-stdin`
fn piped(line: &Line<'_>, name: &Name<'_>, before: &str) -> Option<Value> {
    let name = name.text.to_lowercase();
    let from = before.ceil_char_boundary(before.len().saturating_sub(LONGEST_GAP));
    let bar = match name.as_str() {
        _ if name.ends_with("securestring") => before.strip_suffix('|')?.len(),
        _ if name.ends_with("-stdin") => from + before[from..].rfind('|')?,
        _ => return None,
    };
    let end = before[..bar].trim_end().len();
    let from = before.ceil_char_boundary(end.saturating_sub(LONGEST_WORD));
    let start = before[from..end].rfind('=').map_or(from, |at| behind_blanks(line.text, from + at + 1));
    (start < end).then_some(Value { start, end })
}

/// `SetPassword("value")`, `[PSCredential]::new("user", "value")`
fn argument(line: &Line<'_>, name: &Name<'_>, behind: usize) -> Option<Value> {
    let rest = &line.text[behind..];
    let rest = rest.strip_prefix('(').or_else(|| rest.strip_prefix("]::new("));
    let rest = rest.filter(|_| names::gives_next_word(name.text))?;
    let start = line.text.len() - rest.len();
    Some(Value { start, end: line.last_bracket(start).unwrap_or(line.text.len()) })
}

/// `["--name", "value"]`
fn next_of_list(line: &Line<'_>, behind: usize, surroundings: &Surroundings) -> Option<Value> {
    let rest = line.text[behind..].trim_start().strip_prefix(',').filter(|_| surroundings.is_json)?;
    let from = line.text.len() - rest.trim_start().len();
    line.quote_at(from)?;
    Some(value_at(line, from, surroundings))
}

/// `Serial number: value`, `License key = value`: one more word, and a sign with blanks.
fn described(line: &Line<'_>, behind: usize) -> Option<Value> {
    let rest = line.text[behind..].strip_prefix(' ')?;
    let length = rest.find(|c: char| !c.is_alphanumeric()).filter(|length| *length > 1)?;
    let sign = rest[length..].trim_start_matches(['"', '\'', '.', '#']);
    // Only so many blanks: a line may name a secret again and again.
    let blanks = sign.bytes().take(LONGEST_GAP).take_while(|byte| *byte == b' ').count();
    let value = match blanks {
        0 => sign.strip_prefix(':'),
        _ => sign[blanks..].strip_prefix(": ").or_else(|| sign[blanks..].strip_prefix("= ")),
    }?;
    Some(Value { start: line.text.len() - value.trim_start().len(), end: line.text.len() })
}

/// `set NAME=a b`, `setx NAME "a b"`: cmd takes the rest of the line.
fn of_variable(line: &Line<'_>, name: &Name<'_>, before: &str) -> Option<Value> {
    let value = line.text[name.end..].strip_prefix(['=', ' ', '\t', '"', '\''])?;
    let mut before = before.trim_end_matches(['"', '\'']).trim_end();
    let mut word = last_word(before);
    // `setx /m NAME value`, `set /p NAME=`
    if word.starts_with('/') && word.len() == 2 {
        before = before[..before.len() - word.len()].trim_end();
        word = last_word(before);
    }
    let word = word.to_lowercase();
    let command = word.trim_start_matches(['@', '(', '"', '&', '\'']);
    let command = command.rsplit(['\\', '/']).next().unwrap_or(command);
    let is_set = ["set", "setx", "setx.exe", "export", "setenv"].contains(&command);
    // Only `setx` takes a value behind a blank; with `set` it is a sentence.
    let is_sentence = line.text[name.end..].starts_with([' ', '\t'])
        && command == "set"
        && name.text.chars().all(char::is_alphabetic)
        && !names::gives_next_word(name.text)
        && signs_behind(line, name.end).is_none();
    let value = Some(value).filter(|_| is_set && !is_sentence)?;
    Some(Value { start: line.text.len() - value.len(), end: line.text.len() })
}

/// `<Name attribute="x">value</Name>`
fn element(line: &Line<'_>, name: &Name<'_>) -> Option<Value> {
    let text = line.text;
    let opening = text[..name.start].trim_end_matches(|c: char| c.is_alphanumeric() || c == ':');
    if !opening.ends_with('<') {
        return None;
    }
    let attributes = &text[name.end..text.floor_char_boundary(name.end + LONGEST_WORD)];
    let Some(length) = attributes.find('>') else {
        // With so many attributes the rest of the line is masked; otherwise it is no element at all.
        // The cut at a character's boundary may have taken up to three bytes, hence the four less.
        return (attributes.len() >= LONGEST_WORD - 4).then_some(Value { start: name.end, end: text.len() });
    };
    let start = name.end + length + 1;
    let closing_tags = line.closing_tags(start);
    let end =
        closing_tags.iter().take(MOST_CLOSING_TAGS).copied().find(|at| closes(text, *at + 2, name.text));
    if end.is_none() && closing_tags.len() > MOST_CLOSING_TAGS {
        return Some(Value { start, end: text.len() });
    }
    let is_nested = text[start..].starts_with('<');
    let first = || text[start..].find('<').filter(|_| !is_nested);
    let end = end.or_else(|| Some(start + first()?)).unwrap_or(text.len());
    Some(Value { start, end })
}

/// How many closing tags are looked at for that of an element. Where more follow, the rest of the line is masked.
const MOST_CLOSING_TAGS: usize = 256;

/// Whether the closing tag whose name begins at `at` is that of `name`, with or without the prefix of a namespace.
fn closes(text: &str, at: usize, name: &str) -> bool {
    steps::count(1);
    let prefix = text[at..text.floor_char_boundary(at + 32)].find(':').map_or(0, |length| length + 1);
    let named = |from: usize| {
        let tag = text.as_bytes().get(from..from + name.len());
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
    };
    named(at) || named(at + prefix)
}

/// `Adding NAME property. Its value is 'value'.` and its like (Windows Installer, verbose log).
fn property_of_log(line: &Line<'_>, name: &Name<'_>) -> Option<Value> {
    let rest = line.text[name.end..].strip_prefix(" property")?;
    let near = &rest[..rest.floor_char_boundary(LONGEST_GAP)];
    let begin = name.end + " property".len() + near.find('\'')?;
    // A value may hold apostrophes, which Windows Installer does not escape: only the
    // last one is certain to close it.
    let end = line.last_apostrophe(begin + 1).unwrap_or(line.text.len());
    Some(Value { start: begin + 1, end })
}

/// `Name=LicenseKey,Value=x` of an MSI log, `key="ApiToken" value="x"` of a .config, `"name":"token","value":"x"`.
fn pair(line: &Line<'_>, behind: usize) -> Option<Value> {
    let rest = line.text[behind..].trim_start_matches([',', ';', ' ', '\t', '"', '\'']);
    let head = rest.get(..5).filter(|head| head.eq_ignore_ascii_case("value"))?;
    let value = rest[head.len()..].trim_start_matches(['"', '\'', ' ']);
    let value = value.strip_prefix(['=', ':'])?;
    Some(Value { start: line.text.len() - value.trim_start().len(), end: line.text.len() })
}

/// `reg add … /v LicenseKey /t REG_SZ /d x`, `Set-ItemProperty -Name LicenseKey -Value x`.
fn named_elsewhere(line: &Line<'_>, behind: usize) -> Option<Value> {
    let from = line.data_behind(behind)?;
    Some(value_at(line, from, &Surroundings::default()))
}

/// The word that the text ends with; of a very long one its end.
fn last_word(text: &str) -> &str {
    let from = text.ceil_char_boundary(text.len().saturating_sub(LONGEST_WORD));
    text[from..].rsplit([' ', '\t']).next().unwrap_or_default()
}
