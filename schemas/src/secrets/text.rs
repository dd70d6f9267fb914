//! A line's quotes.

/// A line, and where its quotes are.
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// Positions of `"`, with how many backslashes stand before each.
    quotes: Vec<(usize, usize)>,
    /// How many of the first so many quotes are not escaped.
    unescaped: Vec<usize>,
    /// Where the words behind `/d` and `-Value` begin.
    data: Vec<usize>,
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
    pub(super) fn of(text: &'a str) -> Self {
        let quotes: Vec<_> =
            text.match_indices('"').map(|(at, _)| (at, backslashes_before(text, at))).collect();
        let mut count = 0;
        let counted = quotes.iter().map(|(_, backslashes)| {
            count += usize::from(backslashes % 2 == 0);
            count
        });
        let unescaped = std::iter::once(0).chain(counted.collect::<Vec<_>>()).collect();
        Self { text, quotes, unescaped, data: words_behind_data_switches(text) }
    }

    /// Where the first word behind `/d` or `-Value` begins that stands behind `from`.
    pub(super) fn data_behind(&self, from: usize) -> Option<usize> {
        self.data.get(self.data.partition_point(|at| *at < from)).copied()
    }

    /// The quote that stands at `at`, backslashes first.
    pub(super) fn quote_at(&self, at: usize) -> Option<Quote> {
        let rest = &self.text[at..];
        let signs = rest.trim_start_matches('\\');
        let backslashes = rest.len() - signs.len();
        let sign = signs.chars().next().filter(|sign| *sign == '"' || *sign == '\'' && backslashes == 0)?;
        Some(Quote { sign, backslashes })
    }

    /// The quote that ends at `at`.
    pub(super) fn quote_before(&self, at: usize) -> Option<Quote> {
        let sign = self.text[..at].chars().next_back().filter(|sign| matches!(sign, '"' | '\''))?;
        Some(Quote { sign, backslashes: backslashes_before(self.text, at - 1) })
    }

    /// Where the quote that was opened before `from` is closed, its backslashes not included. The longest reading: an
    /// escaped or a doubled quote does not close it. `None` where nothing closes it in this line.
    pub(super) fn closing(&self, quote: Quote, from: usize) -> Option<usize> {
        if quote.sign == '\'' {
            return self.closing_apostrophe(from);
        }
        let first = self.quotes.partition_point(|(at, _)| *at < from);
        let mut following = self.quotes[first..].iter().peekable();
        while let Some((at, backslashes)) = following.next() {
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
            at += self.text[at..].find('\'')?;
            if !self.text[at + 1..].starts_with('\'') {
                return Some(at);
            }
            at += 2;
        }
    }

    /// Whether `at` lies inside quotes whichever way backslashes are read.
    pub(super) fn is_inside_quotes(&self, at: usize) -> bool {
        let before = self.quotes.partition_point(|(quote, _)| *quote < at);
        let unescaped = self.unescaped.get(before).copied().unwrap_or_default();
        before % 2 == 1 && unescaped % 2 == 1
    }
}

fn words_behind_data_switches(text: &str) -> Vec<usize> {
    let lower = text.to_ascii_lowercase();
    let switches = [" /d ", " /d:", " -d ", " -value ", " -value:"];
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
