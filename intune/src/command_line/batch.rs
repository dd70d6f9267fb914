//! The commands in lines of cmd: what stands behind `if`, `else` and `for`, in parentheses and between operators, and
//! what certainly runs. Comments, labels and what no jump reaches are left out.

/// A command of cmd, with its redirections and with the commands that a pipe joins to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchCommand {
    /// The command without `@`, `if`, `else` and `for` in front.
    pub text: String,
    /// Whether nothing before it can keep it from running: no condition, no `||`, no label, jump or end.
    pub is_certain: bool,
}

/// Reads the lines of a batch file, or the one line of `cmd /c`, in their order.
///
/// ```
/// use waybill_intune::command_line::BatchReader;
///
/// let mut reader = BatchReader::default();
/// let found = reader.line("if exist a.msi (msiexec /i a.msi) else (echo no & exit /b 1)");
/// let texts: Vec<_> = found.iter().map(|one| one.text.as_str()).collect();
/// assert_eq!(texts, ["msiexec /i a.msi", "echo no", "exit /b 1"]);
/// assert!(found.iter().all(|one| !one.is_certain));
/// ```
#[derive(Debug, Clone, Default)]
pub struct BatchReader {
    /// The parentheses that are open.
    blocks: Vec<Block>,
    /// Whether a label, a jump or an end came before: what follows may be reached another way, or never.
    is_winding: bool,
    /// Whether an `exit` or `goto` without a condition came before, and no label since.
    is_dead: bool,
}

/// An open parenthesis.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// Whether a condition decides about what is in it.
    is_conditional: bool,
    /// Whether one decides about what follows it.
    is_outer_conditional: bool,
}

/// The conditions of a line, as far as it is read.
struct Conditions {
    now: bool,
    /// As it was before the `if` or `for` whose block has not begun.
    before: Option<bool>,
    /// Whether `||` stands in front.
    is_otherwise: bool,
}

impl BatchReader {
    /// The commands of the next line.
    pub fn line(&mut self, line: &str) -> Vec<BatchCommand> {
        let mut found = Vec::new();
        let now = self.blocks.last().is_some_and(|block| block.is_conditional);
        let mut conditions = Conditions { now, before: None, is_otherwise: false };
        let mut rest = line.trim();
        if let Some(label) = rest.strip_prefix(':') {
            // `::` is a comment: no label has such a name.
            if !label.starts_with(':') {
                (self.is_winding, self.is_dead) = (true, false);
            }
            return found;
        }
        while let Some(behind) = self.next(rest, &mut conditions, &mut found) {
            rest = behind;
        }
        found
    }

    /// Takes what stands in front of `text`, and returns what stands behind it; `None` at the end.
    fn next<'a>(
        &mut self,
        text: &'a str,
        conditions: &mut Conditions,
        found: &mut Vec<BatchCommand>,
    ) -> Option<&'a str> {
        // cmd skips these in front of a command.
        let text = text.trim_start_matches([' ', '\t', '@', ';', ',', '=']);
        let mark = text.chars().next()?;
        let behind_mark = &text[mark.len_utf8()..];
        match mark {
            '(' => self.open(conditions),
            ')' => self.close(conditions),
            '&' => conditions.is_otherwise = false,
            '|' => conditions.is_otherwise |= behind_mark.starts_with('|'),
            // A comment behind an operator.
            ':' => return None,
            _ => return self.word(text, conditions, found),
        }
        Some(behind_mark)
    }

    fn open(&mut self, conditions: &mut Conditions) {
        let is_conditional = conditions.now || conditions.is_otherwise;
        let is_outer_conditional = conditions.before.take().unwrap_or(conditions.now);
        self.blocks.push(Block { is_conditional, is_outer_conditional });
        (conditions.now, conditions.is_otherwise) = (is_conditional, false);
    }

    fn close(&mut self, conditions: &mut Conditions) {
        conditions.now = self.blocks.pop().is_some_and(|block| block.is_outer_conditional);
        conditions.is_otherwise = false;
    }

    fn word<'a>(
        &mut self,
        text: &'a str,
        conditions: &mut Conditions,
        found: &mut Vec<BatchCommand>,
    ) -> Option<&'a str> {
        let (word, behind) = first_word(text);
        let word = word.to_lowercase();
        let inner = match word.as_str() {
            "if" => behind_condition(behind)?,
            "else" => behind,
            "for" => {
                let (set, inner) = find_do(behind)?;
                if let Some(command) = command_of_set(set) {
                    self.add(&command, conditions, found);
                }
                inner
            }
            _ if is_comment(&word) => return None,
            _ => {
                let (command, behind) = text.split_at(command_end(text, !self.blocks.is_empty()));
                self.add(command.trim(), conditions, found);
                conditions.before = None;
                return Some(behind);
            }
        };
        conditions.before.get_or_insert(conditions.now);
        conditions.now = true;
        Some(inner)
    }

    fn add(&mut self, command: &str, conditions: &Conditions, found: &mut Vec<BatchCommand>) {
        let is_free = !conditions.now && !conditions.is_otherwise;
        if !self.is_dead {
            let is_certain = is_free && !self.is_winding;
            found.push(BatchCommand { text: command.to_owned(), is_certain });
        }
        let first = command.split([' ', '\t', ':', '/', ';', ',']).next().unwrap_or_default();
        let ends = first.eq_ignore_ascii_case("goto") || first.eq_ignore_ascii_case("exit");
        self.is_winding |= ends;
        self.is_dead |= ends && is_free;
    }
}

/// Whether a word begins a comment: `rem`, and `rem.` or `rem,` as people write it too.
fn is_comment(word: &str) -> bool {
    word.strip_prefix("rem").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// `%ProgramFiles(x86)%` and the like are replaced before cmd looks for parentheses.
const IN_A_NAME: &str = "(x86)%";

fn begins_in_name(text: &str) -> bool {
    text.get(..IN_A_NAME.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(IN_A_NAME))
}

/// Where the command in front of `text` ends: at `&` or `||`, and at `)` within parentheses. What is in quotes or behind
/// `^` does not count, nor does the `&` of `2>&1`.
fn command_end(text: &str, in_block: bool) -> usize {
    let (mut in_quotes, mut previous, mut skipped) = (false, ' ', 0_usize);
    for (at, character) in text.char_indices() {
        if at < skipped {
            continue;
        }
        in_quotes ^= character == '"';
        let is_escaped = previous == '^' && !in_quotes;
        if !in_quotes && !is_escaped {
            let behind = &text[at..];
            let is_handle_copy = matches!(previous, '>' | '<');
            match character {
                '&' if !is_handle_copy => return at,
                '|' if behind.starts_with("||") => return at,
                ')' if in_block => return at,
                '(' if begins_in_name(behind) => skipped = at + IN_A_NAME.len(),
                _ => {}
            }
        }
        previous = if is_escaped { ' ' } else { character };
    }
    text.len()
}

/// The first word and what stands behind it; a quoted part belongs to its word.
fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let mut in_quotes = false;
    let end = text.char_indices().find(|(at, character)| {
        in_quotes ^= *character == '"';
        let opens = *character == '(' && !begins_in_name(&text[*at..]);
        !in_quotes && (character.is_whitespace() || opens)
    });
    let end = end.map_or(text.len(), |(at, _)| at);
    (&text[..end], &text[end..])
}

/// What stands before and behind the `do` of a `for`.
fn find_do(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    loop {
        let (word, behind) = first_word(rest);
        if word.is_empty() && behind.is_empty() {
            return None;
        }
        if word.eq_ignore_ascii_case("do") {
            return Some((&text[..text.len() - behind.len() - word.len()], behind));
        }
        rest = match word.is_empty() {
            true => behind.trim_start_matches(['(', ' ', '\t']),
            false => behind,
        };
        // A `do` in the set is one of its words.
        if word.eq_ignore_ascii_case("in") && rest.trim_start().starts_with('(') {
            rest = &rest[command_end(rest, true)..];
            rest = rest.strip_prefix(')').unwrap_or(rest);
        }
    }
}

/// The command of `for /f … in ('command')`.
fn command_of_set(set: &str) -> Option<String> {
    if !set.trim_start().to_lowercase().starts_with("/f") {
        return None;
    }
    let set = set.trim_end().strip_suffix(')')?.trim_end();
    let quote = set.chars().next_back().filter(|quote| matches!(quote, '\'' | '`'))?;
    let behind = &set[set.find(&format!("({quote}"))? + 2..];
    let command = behind.strip_suffix(quote)?.replace("^|", "|").replace("^&", "&").replace("^>", ">");
    (!command.trim().is_empty()).then(|| command.trim().to_owned())
}

/// What stands behind the condition of an `if`: `exist X`, `defined X`, `errorlevel N`, `a==b`, `a EQU b`.
fn behind_condition(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let (word, behind) = first_word(rest);
        match word.to_lowercase().as_str() {
            "" => return None,
            "/i" | "not" => rest = behind,
            "exist" | "defined" | "errorlevel" | "cmdextversion" => return Some(first_word(behind).1),
            _ if word.contains("==") => {
                let is_whole = !word.ends_with("==");
                return Some(if is_whole { behind } else { first_word(behind).1 });
            }
            _ => {
                let (operator, behind) = first_word(behind);
                let is_joined = operator.starts_with("==") && operator.len() > 2;
                return Some(if is_joined { behind } else { first_word(behind).1 });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        BatchReader::default().line(line).into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn commands_are_found_behind_their_conditions() {
        for (line, commands) in [
            ("@echo off", vec!["echo off"]),
            ("if exist \"a b\" pause", vec!["pause"]),
            ("if not errorlevel 1 (pause", vec!["pause"]),
            ("if /i \"%A%\"==\"yes\" msiexec /x a.msi", vec!["msiexec /x a.msi"]),
            ("IF %ERRORLEVEL% NEQ 0 exit /b 1", vec!["exit /b 1"]),
            ("for %%i in (*.inf) do pnputil /add-driver %%i", vec!["pnputil /add-driver %%i"]),
            ("for %%i in (*.msi) do (msiexec /i \"%%i\")", vec!["msiexec /i \"%%i\""]),
            (
                "for /f %%i in ('reg query HKLM\\A ^| find \"x\"') do echo %%i",
                vec!["reg query HKLM\\A | find \"x\"", "echo %%i"],
            ),
            ("for /f \"usebackq\" %%i in (`ver`) do a", vec!["ver", "a"]),
            ("for /f %%i in (list.txt) do a", vec!["a"]),
            ("for /f %%i in ('echo do it') do pause", vec!["echo do it", "pause"]),
            ("for %%i in (a do b) do pause", vec!["pause"]),
            (
                "for /f %%i in ('dir \"%ProgramFiles(x86)%\\do it\"') do (a)",
                vec!["dir \"%ProgramFiles(x86)%\\do it\"", "a"],
            ),
            ("if defined A if defined B setup.exe /S", vec!["setup.exe /S"]),
            (") else (", vec![]),
            (") else pause", vec!["pause"]),
            ("if exist a (pause) else (setup.exe /S)", vec!["pause", "setup.exe /S"]),
            ("if a==b (x) else if c==d (y) else (z & w)", vec!["x", "y", "z", "w"]),
            (
                "if exist %ProgramFiles(x86)%\\a (copy a %ProgramFiles(x86)%\\a) else b",
                vec!["copy a %ProgramFiles(x86)%\\a", "b"],
            ),
            ("a & b && c || d", vec!["a", "b", "c", "d"]),
            ("a 2>&1 & \"b & c\" ^& d", vec!["a 2>&1", "\"b & c\" ^& d"]),
            ("echo y | choice", vec!["echo y | choice"]),
            ("echo (x)", vec!["echo (x)"]),
            (";@,pause", vec!["pause"]),
        ] {
            assert_eq!(texts(line), commands, "{line}");
        }
    }

    #[test]
    fn comments_and_labels_are_no_commands() {
        for line in
            ["rem pause", ":: pause", ":pause", "@REM pause", "", "rem. pause", "if a==a rem pause & pause"]
        {
            assert_eq!(texts(line), [""; 0], "{line}");
        }
        assert_eq!(texts("a & rem pause & b"), ["a"]);
        assert_eq!(texts("a & :: pause"), ["a"]);
        assert_eq!(texts("remove.exe /S"), ["remove.exe /S"]);
    }

    /// Each line's commands, a `?` before one that may not run.
    fn run(text: &str) -> String {
        let mut reader = BatchReader::default();
        let found = text.lines().flat_map(|line| reader.line(line)).collect::<Vec<_>>();
        let told = found.iter().map(|one| format!("{}{}", if one.is_certain { "" } else { "?" }, one.text));
        told.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_certainly_runs_is_told_from_what_may_and_from_what_never_does() {
        for (text, expected) in [
            ("a\nif x==y (\nb\n)\nc\ngoto end\nd\n:end\ne", "a ?b c goto end ?e"),
            ("if x==y goto end\na\n:end\nb", "?goto end ?a ?b"),
            ("(\na\nb\n)\nc", "a b c"),
            ("if x==y (a) else (b) & c", "?a ?b c"),
            ("if x==y a & b\nc", "?a ?b c"),
            ("a && b\na || b & c\na || (\nb\n)\nc", "a b a ?b c a ?b c"),
            ("exit /b 0 & a\nb", "exit /b 0"),
            ("call :s\nexit /b\n:s\na\ngoto :eof\nb", "call :s exit /b ?a ?goto :eof"),
            (":: no label\na", "a"),
        ] {
            assert_eq!(run(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_stops_the_reader(text in "([ \\n()^\"%&|<>:@='`]|if|else|for|/f|in|do|not|exist|\\(x86\\)%|[a-zé]){0,60}") {
            let mut reader = BatchReader::default();
            text.lines().for_each(|line| drop(reader.line(line)));
        }
    }
}
