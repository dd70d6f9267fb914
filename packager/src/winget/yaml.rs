//! YAML as winget's manifests use it, in which every scalar is text: `1.10` is no number, `no` no truth value, and a
//! hash of digits stays one.

use encoding_rs::Encoding;
use saphyr_parser::{Event, Parser, ScalarStyle};
use waybill_schemas::Quoted;

/// The largest file that is read, in bytes.
pub(super) const LARGEST: usize = 1 << 20;
/// How deep lists and mappings may lie in one another; winget's schemas need six.
const DEEPEST: usize = 24;

/// A value of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// A plain `null`, `~`, or nothing.
    Null,
    /// A scalar, as it is written.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in its order; no key stands twice.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key of a mapping; `None` where there is none, or null.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(fields) = self else { return None };
        let found = fields.iter().find(|(name, _)| name == key).map(|(_, value)| value);
        found.filter(|value| **value != Self::Null)
    }

    /// The text of a key, on one line and without control characters; `None` where it is empty or no text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.as_text().map(one_line).filter(|text| !text.is_empty())
    }

    /// The text of a key with its lines, for descriptions.
    pub(super) fn lines(&self, key: &str) -> Option<String> {
        let text: String =
            self.get(key)?.as_text()?.chars().filter(|one| *one == '\n' || !one.is_control()).collect();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The elements of the list at a key; a single value counts as a list of one.
    pub(super) fn list(&self, key: &str) -> &[Self] {
        match self.get(key) {
            Some(Self::List(elements)) => elements,
            Some(single) => std::slice::from_ref(single),
            None => &[],
        }
    }

    /// The texts of the list at a key.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        self.list(key)
            .iter()
            .filter_map(Self::as_text)
            .map(one_line)
            .filter(|text| !text.is_empty())
            .collect()
    }

    /// Whether the value of a key says yes.
    pub(super) fn is_true(&self, key: &str) -> bool {
        self.get(key).and_then(Self::as_text).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The fields of a mapping; none for other values.
    pub(super) fn fields(&self) -> &[(String, Self)] {
        if let Self::Map(fields) = self { fields } else { &[] }
    }
}

/// One line of text: blanks and line ends are one blank each, other control characters are left out.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|one| if one.is_whitespace() { ' ' } else { one }).collect();
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().filter(|one| !one.is_control()).collect()
}

/// Why a file is no manifest's YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum YamlError {
    /// The file is larger than a manifest may be.
    #[error("it has more than {LARGEST} bytes")]
    TooLarge,
    /// The file is not text.
    #[error("it is not UTF-8 text")]
    NotText,
    /// The text is not YAML.
    #[error("line {line}: {what}")]
    Syntax {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

/// Reads one document.
///
/// # Errors
/// More than [`LARGEST`] bytes, no text, no YAML; aliases, keys that stand twice or are no text, more than one
/// document, too many levels.
pub(super) fn parse(bytes: &[u8]) -> Result<Node, YamlError> {
    if bytes.len() > LARGEST {
        return Err(YamlError::TooLarge);
    }
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((encoding_rs::UTF_8, 0));
    let (text, has_errors) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
    if has_errors {
        return Err(YamlError::NotText);
    }
    Builder::default().read(&text)
}

/// A list or mapping that is not complete yet.
enum Open {
    List(Vec<Node>),
    Map(Vec<(String, Node)>, Option<String>),
}

/// Builds the tree on a stack of its own, so that no depth of the input is one of ours.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
}

impl Builder {
    fn read(mut self, text: &str) -> Result<Node, YamlError> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| YamlError::Syntax {
                line: error.marker().line(),
                what: error.info().to_owned(),
            })?;
            self.take(event).map_err(|what| YamlError::Syntax { line: span.start.line(), what })?;
        }
        Ok(self.root.unwrap_or(Node::Null))
    }

    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 { Err("a second document begins here".to_owned()) } else { Ok(()) }
            }
            Event::Alias(_) => Err("an alias (`*name`) is not read: write the value out".to_owned()),
            Event::Scalar(text, style, ..) => self.add(scalar(&text, style)),
            Event::SequenceStart(..) => self.begin(Open::List(Vec::new())),
            Event::MappingStart(..) => self.begin(Open::Map(Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                let node = match self.open.pop() {
                    Some(Open::List(elements)) => Node::List(elements),
                    Some(Open::Map(fields, _)) => Node::Map(fields),
                    None => Node::Null,
                };
                self.add(node)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("more than {DEEPEST} levels"));
        }
        self.open.push(open);
        Ok(())
    }

    fn add(&mut self, node: Node) -> Result<(), String> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(elements)) => elements.push(node),
            Some(Open::Map(fields, key)) => match (key.take(), node) {
                (Some(name), value) => fields.push((name, value)),
                // Linear in the keys of one mapping, of which a manifest has some thirty; 1 MiB could hold more.
                (None, Node::Text(name)) if fields.len() > MOST_KEYS => {
                    return Err(format!(
                        "more than {MOST_KEYS} keys in one mapping, with {name}",
                        name = Quoted(&name)
                    ));
                }
                (None, Node::Text(name)) if fields.iter().any(|(other, _)| *other == name) => {
                    return Err(format!("the key {name} stands twice", name = Quoted(&name)));
                }
                (None, Node::Text(name)) => *key = Some(name),
                (None, _) => return Err("a key that is no text".to_owned()),
            },
        }
        Ok(())
    }
}

/// The most keys of one mapping.
const MOST_KEYS: usize = 1000;

fn scalar(text: &str, style: ScalarStyle) -> Node {
    let is_null = style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
    if is_null { Node::Null } else { Node::Text(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scalar_is_text() {
        let node = parse(
            b"\xEF\xBB\xBFa: 1.10\nb: no\nc: 0123\nd: 2024-01-01\ne: 1e5\nf:\ng: '~'\nh: |\n  x\n  y\n",
        )
        .unwrap();
        for (key, text) in
            [("a", "1.10"), ("b", "no"), ("c", "0123"), ("d", "2024-01-01"), ("e", "1e5"), ("g", "~")]
        {
            assert_eq!(node.text(key).as_deref(), Some(text));
        }
        assert_eq!((node.get("f"), node.text("h").as_deref()), (None, Some("x y")));
        assert_eq!(node.lines("h").as_deref(), Some("x\ny"));
    }

    #[test]
    fn what_manifests_have_no_use_for_is_refused() {
        for (text, what) in [
            ("a: &x 1\nb: *x\n", "alias"),
            ("a: 1\na: 2\n", "stands twice"),
            ("a: 1\n---\nb: 2\n", "second document"),
            ("? [a]\n: 1\n", "no text"),
            ("a: [1\n", "line"),
            ("a: \"\\q\"\n", "line"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
        assert_eq!(parse(b"a: \xFF"), Err(YamlError::NotText));
        assert_eq!(parse(&vec![b' '; LARGEST + 1]), Err(YamlError::TooLarge));
    }

    #[test]
    fn hostile_input_ends_soon() {
        let started = std::time::Instant::now();
        let keys: String = (0..60_000).map(|at| format!("k{at}: 1\n")).collect();
        let lines = "- ".repeat(LARGEST / 2);
        for text in ["[".repeat(LARGEST), "{a: ".repeat(LARGEST / 4), lines, keys, "? ".repeat(LARGEST / 2)] {
            assert!(parse(text.as_bytes()).is_err(), "{}", &text[..8]);
        }
        let _ = parse("a".repeat(LARGEST).as_bytes());
        let _ = parse(format!("a: \"{}\"", "\\n".repeat(LARGEST / 2 - 8)).as_bytes());
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
