//! A line with its quotes, and the names of parameters in it.

use super::steps;

/// A line, and where its quotes are.
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// Positions of `"`, with how many backslashes stand before each.
    quotes: Vec<(usize, usize)>,
    /// For each number of quotes from the start of the line: how many of them are not escaped.
    unescaped: Vec<usize>,
    /// Where the words behind `/d` and `-Value` begin.
    data: Vec<usize>,
    /// Where the closing tags of markup begin.
    closing_tags: Vec<usize>,
    /// Where the last apostrophe is, and the last bracket that closes a call.
    last_signs: [Option<usize>; 2],
}

/// A quote that opens: `"` or `'` and the backslashes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote {
    pub(super) sign: char,
    pub(super) backslashes: usize,
}

impl Quote {
    pub(super) const fn len(self) -> usize {
        self.backslashes + 1
    }
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let quotes: Vec<_> =
            text.match_indices('"').map(|(at, _)| (at, backslashes_before(text, at))).collect();
        let mut count = 0;
        let counted = quotes.iter().map(|(_, backslashes)| {
            count += usize::from(backslashes % 2 == 0);
            count
        });
        let unescaped = std::iter::once(0).chain(counted.collect::<Vec<_>>()).collect();
        // All found once for the line. Searched anew from each name, a line of many
        // names would take quadratic time.
        Self {
            text,
            quotes,
            unescaped,
            data: words_behind_data_switches(text),
            closing_tags: text.match_indices("</").map(|(at, _)| at).collect(),
            last_signs: ['\'', ')'].map(|sign| text.rfind(sign)),
        }
    }

    /// Where the last apostrophe of the line stands, if it stands behind `from`.
    pub(super) fn last_apostrophe(&self, from: usize) -> Option<usize> {
        self.last_signs[0].filter(|at| *at >= from)
    }

    /// Where the last `)` of the line stands, if it stands behind `from`.
    pub(super) fn last_bracket(&self, from: usize) -> Option<usize> {
        self.last_signs[1].filter(|at| *at >= from)
    }

    /// Where the closing tags behind `from` begin.
    pub(super) fn closing_tags(&self, from: usize) -> &[usize] {
        &self.closing_tags[self.closing_tags.partition_point(|at| *at < from)..]
    }

    /// Where the first word behind `/d` or `-Value` begins that stands behind `from`.
    pub(super) fn data_behind(&self, from: usize) -> Option<usize> {
        self.data.get(self.data.partition_point(|at| *at < from)).copied()
    }

    /// The quote that stands at `at`, backslashes first.
    pub(super) fn quote_at(&self, at: usize) -> Option<Quote> {
        let rest = &self.text[at..];
        if !rest.starts_with(['"', '\'', '\\']) {
            return None;
        }
        let signs = rest.trim_start_matches('\\');
        steps::count(rest.len() - signs.len() + 1);
        let backslashes = rest.len() - signs.len();
        let sign = signs.chars().next().filter(|sign| *sign == '"' || *sign == '\'' && backslashes == 0)?;
        Some(Quote { sign, backslashes })
    }

    /// The quote that ends at `at`.
    pub(super) fn quote_before(&self, at: usize) -> Option<Quote> {
        let sign = self.text[..at].chars().next_back().filter(|sign| matches!(sign, '"' | '\''))?;
        Some(Quote { sign, backslashes: backslashes_before(self.text, at - 1) })
    }

    /// Where the quote that was opened before `from` is closed, its backslashes not included. Of two readings it is the
    /// longer, in which an escaped or a doubled quote does not close it. `None` where nothing closes it in this line.
    pub(super) fn closing(&self, quote: Quote, from: usize) -> Option<usize> {
        if quote.sign == '\'' {
            return self.closing_apostrophe(from);
        }
        let first = self.quotes.partition_point(|(at, _)| *at < from);
        let mut following = self.quotes[first..].iter().peekable();
        while let Some((at, backslashes)) = following.next() {
            steps::count(1);
            if quote.backslashes > 0 {
                if *backslashes == quote.backslashes {
                    return Some(at - backslashes);
                }
                continue;
            }
            let is_doubled = following.peek().is_some_and(|(next, _)| *next == at + 1);
            if is_doubled {
                following.next();
            } else if backslashes % 2 == 0 {
                return Some(*at);
            }
        }
        None
    }

    fn closing_apostrophe(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let length = self.text[at..].find('\'');
            steps::count(length.unwrap_or(self.text.len() - at) + 1);
            at += length?;
            if !self.text[at + 1..].starts_with('\'') {
                return Some(at);
            }
            at += 2;
        }
    }

    /// Whether a value that begins behind `at` opens a quote that this line does not close.
    pub(super) fn is_open_at(&self, at: usize) -> bool {
        let from = self.text.len() - self.text[at..].trim_start().len();
        let quote = self.quote_at(from).filter(|quote| quote.sign == '"');
        quote.is_some_and(|quote| self.closing(quote, from + quote.len()).is_none())
    }

    /// Whether `at` lies inside quotes whichever way backslashes are read.
    pub(super) fn is_inside_quotes(&self, at: usize) -> bool {
        let before = self.quotes.partition_point(|(quote, _)| *quote < at);
        let unescaped = self.unescaped.get(before).copied().unwrap_or_default();
        before % 2 == 1 && unescaped % 2 == 1
    }
}

fn words_behind_data_switches(text: &str) -> Vec<usize> {
    // Only ASCII letters: they keep their length, so that a position in the copy is one in the text.
    let lower = text.to_ascii_lowercase();
    let switches = [" /d ", " /d:", " -d ", " -value ", " -value:", " --value ", " --value="];
    let behind =
        |switch: &&str| lower.match_indices(*switch).map(|(at, found)| at + found.len()).collect::<Vec<_>>();
    let mut all: Vec<usize> = switches.iter().flat_map(behind).collect();
    all.iter_mut().for_each(|at| *at = text.len() - text[*at..].trim_start().len());
    all.sort_unstable();
    all
}

fn backslashes_before(text: &str, at: usize) -> usize {
    text[..at].len() - text[..at].trim_end_matches('\\').len()
}

/// Switches whose name holds such a word although they take no value: msiexec's `/passive`.
const WITHOUT_VALUE: [&str; 1] = ["passive"];

/// A name in a line: letters, digits, `_`, `-` and `.`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// The position of its first letter, without the signs of a switch.
    pub(super) start: usize,
    /// The position behind its last letter.
    pub(super) end: usize,
    /// The name without the signs of a switch.
    pub(super) text: &'a str,
    /// Where the signs of its switch begin (`/`, `-`, `--`), where it is one.
    pub(super) switch: Option<usize>,
}

impl<'a> Name<'a> {
    /// Every name in the line that is wanted.
    pub(super) fn all(line: &Line<'a>, is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Self> {
        let text = line.text;
        let mut from = 0;
        std::iter::from_fn(move || {
            loop {
                let start = from + text[from..].find(is_letter)?;
                let end = text[start..].find(|c| !is_letter(c)).map_or(text.len(), |length| start + length);
                from = end;
                if let Some(name) = Self::read(text, start, end).filter(|name| is_wanted(name.text)) {
                    return Some(name);
                }
            }
        })
    }

    fn read(text: &'a str, run: usize, end: usize) -> Option<Self> {
        // The `-` of `password->x` is the arrow's.
        let end = run + text[run..end].trim_end_matches(['.', '-', '^']).len();
        let bare = text[run..end.max(run)].trim_start_matches(['-', '^']);
        // `%3Fsig`: the two digits belong to the sign.
        let coded = bare
            .get(..2)
            .filter(|code| text[..run].ends_with('%') && code.bytes().all(|c| c.is_ascii_hexdigit()));
        let bare = &bare[coded.map_or(0, str::len)..];
        let start = end - bare.len();
        // PowerShell takes the dashes of word processors for its own.
        let sign = text[..run].chars().next_back().filter(|c| matches!(c, '/' | '–' | '—' | '―'));
        let signs = if start > run { Some(run) } else { sign.map(|sign| run - sign.len_utf8()) };
        let begins_word =
            |at: &usize| !text[..*at].ends_with(|c: char| is_letter(c) || matches!(c, '\\' | '/'));
        (!bare.is_empty()).then_some(Self { start, end, text: bare, switch: signs.filter(begins_word) })
    }

    /// Whether the word behind it is its value.
    pub(super) fn takes_next_word(&self) -> bool {
        let lower = self.text.to_lowercase();
        let is_switch = self.switch.is_some() && !WITHOUT_VALUE.contains(&lower.as_str());
        is_switch || lower == "bearer" || lower.ends_with("securestring")
    }

    /// Where the parameter begins, signs of a switch included.
    pub(super) fn begin(&self) -> usize {
        self.switch.unwrap_or(self.start)
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '^' | '\u{ad}')
}
