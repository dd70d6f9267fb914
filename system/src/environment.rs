use crate::SystemKind;
use std::collections::BTreeMap;

/// A block of environment variables. Names are kept as given; on Windows they are the same whatever their case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    kind: SystemKind,
    variables: BTreeMap<String, (String, String)>,
}

impl Environment {
    /// A block without variables.
    pub fn new(kind: SystemKind) -> Self {
        Self { kind, variables: BTreeMap::new() }
    }

    /// Sets a variable, replacing one of the same name.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.variables.insert(self.key(&name), (name, value.into()));
    }

    /// Removes a variable, if the block has it.
    pub fn remove(&mut self, name: &str) {
        self.variables.remove(&self.key(name));
    }

    /// The value of a variable; `None` if the block does not have it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(&self.key(name)).map(|(_, value)| value.as_str())
    }

    /// Names and values, sorted by name as the system compares them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.values().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// `text` with each `%NAME%` replaced by its value. Values are not expanded again, and unknown names stay as they
    /// are. This is the same on every system, because rules and commands are written for Windows.
    pub fn expand(&self, text: &str) -> String {
        let mut expanded = String::with_capacity(text.len());
        self.read(text, |piece| match piece {
            Piece::Text(text) | Piece::Variable(_, text) => expanded.push_str(text),
        });
        expanded
    }

    /// The names of the variables that [`Environment::expand`] replaces in `text`, as they are written there, in their
    /// order and once each.
    pub fn names_in(&self, text: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        self.read(text, |piece| {
            if let Piece::Variable(name, _) = piece
                && !names.iter().any(|known| self.key(known) == self.key(name))
            {
                names.push(name.to_owned());
            }
        });
        names
    }

    /// Hands over `text` piece by piece.
    fn read<'t>(&'t self, text: &'t str, mut each: impl FnMut(Piece<'t>)) {
        let mut rest = text;
        while let Some(start) = rest.find('%') {
            each(Piece::Text(&rest[..start]));
            let after = &rest[start + 1..];
            let variable = after.find('%').and_then(|end| Some((&after[..end], self.get(&after[..end])?)));
            match variable {
                Some((name, value)) => {
                    each(Piece::Variable(name, value));
                    rest = &after[name.len() + 1..];
                }
                None => {
                    each(Piece::Text("%"));
                    rest = after;
                }
            }
        }
        each(Piece::Text(rest));
    }

    fn key(&self, name: &str) -> String {
        match self.kind {
            SystemKind::Windows => name.to_uppercase(),
            SystemKind::Unix => name.to_owned(),
        }
    }
}

/// A part of a text with variables.
enum Piece<'a> {
    /// Text that stays.
    Text(&'a str),
    /// The name of a variable, and its value.
    Variable(&'a str, &'a str),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> Environment {
        let mut block = Environment::new(SystemKind::Windows);
        block.set("ProgramFiles", r"C:\Program Files (x86)");
        block.set("Loop", "%Loop%");
        block
    }

    #[test]
    fn names_are_expanded_once_and_in_any_case() {
        let block = block();
        assert_eq!(block.expand(r"%PROGRAMFILES%\App"), r"C:\Program Files (x86)\App");
        assert_eq!(block.expand("%Loop%"), "%Loop%");
        assert_eq!(block.expand("100%"), "100%");
        assert_eq!(
            block.expand("%% and %Nothing% and %ProgramFiles%"),
            r"%% and %Nothing% and C:\Program Files (x86)"
        );
        assert_eq!(block.expand("%a%ProgramFiles%"), r"%aC:\Program Files (x86)");
        let names = block.names_in("%programfiles% %Nothing% 100% %Loop% %ProgramFiles%");
        assert_eq!(names, ["programfiles", "Loop"]);
    }

    #[test]
    fn the_case_of_names_counts_where_the_system_says_so() {
        let mut block = Environment::new(SystemKind::Unix);
        block.set("home", "/h");
        assert_eq!((block.get("home"), block.get("HOME")), (Some("/h"), None));
        block.remove("home");
        assert_eq!(block.iter().count(), 0);
    }
}
