//! The search for a program on Windows, as SearchPath does it (docs/context.md, "How a command line is started").

use super::{FOUND_ON_PATH, passed_over};
use waybill_intune::command_line::Candidate;
use waybill_intune::path;
use waybill_intune::view::FileView;
use waybill_schemas::secrets::{MASK, mask};
use waybill_system::{FileKind, System, Unanswered};

/// Looks for programs, and remembers for the report where it looked.
pub(super) struct Search<'a> {
    pub(super) system: &'a dyn System,
    /// The content folder; empty where it is not on this machine yet (a dry run).
    pub(super) folder: &'a str,
    pub(super) view: &'a FileView,
    /// The folders of the machine's PATH.
    pub(super) path: Result<Vec<String>, Unanswered>,
    /// Whether the machine is a model, of which nothing is known outside of Windows and the content folder.
    pub(super) is_model: bool,
    /// Whether PATH entries to which accounts other than administrators may write are passed over.
    pub(super) is_guarded: bool,
    /// The masked paths at which nothing suitable was found, in order.
    pub(super) searched: Vec<String>,
    /// Files that were passed over because accounts other than administrators may write to their folder.
    pub(super) passed_over: Vec<String>,
    /// The first file that could not be looked at, and why.
    pub(super) denied: Option<Unanswered>,
}

/// A program that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundProgram<'a> {
    /// The absolute path of the file, as a 64-bit program names it.
    pub(super) path: String,
    /// The place where it was found, for the report.
    pub(super) found_in: String,
    /// The rest of the line after the program, character for character.
    pub(super) tail: &'a str,
}

/// A path that is tried for a name.
struct SearchPlace {
    path: String,
    name: String,
    is_of_path: bool,
}

impl<'a> Search<'a> {
    /// The first candidate for which there is a file; without content, the one that is assumed to be in it.
    pub(super) fn find<'c>(&mut self, candidates: &[Candidate<'c>]) -> Option<FoundProgram<'c>> {
        let found = self.find_here(candidates);
        let found = if self.is_model { found.or_else(|| self.installed(candidates)) } else { found };
        if self.folder.is_empty() { found.or_else(|| assumed(candidates)) } else { found }
    }

    /// A program of another app, or of this one once it is installed, which no model has.
    fn installed<'c>(&self, candidates: &[Candidate<'c>]) -> Option<FoundProgram<'c>> {
        let candidate = named(candidates)?;
        let full = path::full(candidate.name, self.folder);
        let is_known = |folder: &str| path::below(&full, folder).is_some();
        if !path::is_absolute(&full) || is_known(self.view.windows()) || is_known(self.folder) {
            return None;
        }
        let path = if path::has_extension(candidate.name) { full } else { format!("{full}.exe") };
        let found_in =
            "as the line says: what apps install is not part of the model, so it was not looked for";
        Some(FoundProgram { path, found_in: found_in.to_owned(), tail: candidate.tail })
    }

    fn find_here<'c>(&mut self, candidates: &[Candidate<'c>]) -> Option<FoundProgram<'c>> {
        let (first, longer) = candidates.split_first()?;
        let found = self.look_for(first);
        if found.is_some() {
            return found;
        }
        // The places for longer names are the same, so the report only lists those of the first name.
        let told = std::mem::take(&mut self.searched);
        let found = longer.iter().find_map(|candidate| self.look_for(candidate));
        self.searched = told;
        if let (None, Some(longest)) = (&found, longer.last()) {
            let longest = told_place(longest, longest.name);
            self.searched.push(format!("the same places for longer names, up to `{longest}`"));
        }
        found
    }

    fn look_for<'c>(&mut self, candidate: &Candidate<'c>) -> Option<FoundProgram<'c>> {
        if candidate.name.is_empty() || !path::is_possible(candidate.name) {
            return None;
        }
        for place in self.places(candidate.name) {
            match self.kind_of(&place.path) {
                None => self.searched.push(told_place(candidate, &place.path)),
                // SearchPath stops at a folder of that name, which CreateProcess then refuses.
                Some(FileKind::Folder) => {
                    self.searched.push(format!("{} (a folder)", told_place(candidate, &place.path)));
                    return None;
                }
                Some(FileKind::File) if place.is_of_path && self.must_not_start(&place.path) => {}
                Some(FileKind::File) => {
                    return Some(FoundProgram {
                        path: place.path,
                        found_in: place.name,
                        tail: candidate.tail,
                    });
                }
            }
        }
        None
    }

    /// What is at `path`. A path that may not be looked at counts as absent, and is remembered in `denied`.
    pub(super) fn kind_of(&mut self, path: &str) -> Option<FileKind> {
        match self.system.files().look(path) {
            Ok(facts) => facts.map(|facts| facts.kind),
            Err(unanswered) => {
                self.denied.get_or_insert(unanswered);
                None
            }
        }
    }

    /// Whether this program, which a folder of PATH led to, must not be started. It is remembered for the report.
    fn must_not_start(&mut self, path: &str) -> bool {
        // A program that a user puts on the PATH does no harm where it runs with that user's rights.
        let Some(why) = self.is_guarded.then(|| passed_over(path, self.system)).flatten() else {
            return false;
        };
        self.searched.push(format!("{} ({why})", mask(path)));
        self.passed_over.push(path.to_owned());
        true
    }

    fn places(&mut self, name: &str) -> Vec<SearchPlace> {
        let with_exe = (!path::has_extension(name)).then(|| format!("{name}.exe"));
        let is_relative = !path::is_absolute(&path::full(name, self.folder));
        if path::is_bare(name) {
            return self.places_of_bare(&with_exe.unwrap_or_else(|| name.to_owned()));
        }
        if is_relative {
            return Vec::new();
        }
        let names = match (path::is_placed(name), with_exe) {
            (true, Some(with_exe)) => vec![name.to_owned(), with_exe],
            (false, Some(with_exe)) => vec![with_exe],
            (_, None) => vec![name.to_owned()],
        };
        names.iter().map(|name| self.place_of_path(name)).collect()
    }

    /// The place of a name with a folder; a relative one is below the content folder.
    fn place_of_path(&self, name: &str) -> SearchPlace {
        let full = path::full(name, self.folder);
        // The content folder is never redirected, even if it is below the Windows folder, because we name it by its
        // real path.
        let in_content = path::below(&full, self.folder).is_some();
        let path = if in_content { full.clone() } else { self.view.map(&full) };
        let name = match (in_content, path == full) {
            (true, _) => "content folder".to_owned(),
            (false, true) => "as the line says".to_owned(),
            (false, false) => format!("as the line says: a 32-bit program means this by {full}"),
        };
        SearchPlace { path, name, is_of_path: false }
    }

    fn places_of_bare(&mut self, name: &str) -> Vec<SearchPlace> {
        let (windows, system) = (self.view.windows(), self.view.system_folder());
        let place = |folder: &str, name_of_place: String| SearchPlace {
            path: self.view.map(&path::full(name, folder)),
            name: name_of_place,
            is_of_path: false,
        };
        let content = SearchPlace {
            path: path::full(name, self.folder),
            name: "content folder".to_owned(),
            is_of_path: false,
        };
        let content = Some(content).filter(|_| !self.folder.is_empty());
        let mut places: Vec<SearchPlace> = content.into_iter().collect();
        places.extend([
            place(&system, format!("system folder: {system}")),
            place(windows, format!("Windows folder: {windows}")),
        ]);
        match &self.path {
            Ok(entries) => {
                let absolute = entries.iter().filter(|entry| path::is_absolute(entry));
                places.extend(absolute.map(|entry| {
                    let folder = self.view.map(&path::full(entry, self.folder));
                    SearchPlace { is_of_path: true, ..place(&folder, format!("{FOUND_ON_PATH}{folder}")) }
                }));
            }
            Err(unanswered) => {
                self.searched.push(format!("the machine's PATH, which cannot be read: {unanswered}"));
            }
        }
        // The machine's PATH names the system folder and the Windows folder again.
        let mut seen = std::collections::HashSet::new();
        places.retain(|place| seen.insert(place.path.to_lowercase()));
        places
    }
}

/// The candidate that is meant where no disk can be asked: the shortest one with an extension, else the first word.
fn named<'a, 'c>(candidates: &'a [Candidate<'c>]) -> Option<&'a Candidate<'c>> {
    let names_file = |one: &&Candidate<'_>| path::has_extension(one.name);
    candidates.iter().find(names_file).or(candidates.first())
}

fn assumed<'c>(candidates: &[Candidate<'c>]) -> Option<FoundProgram<'c>> {
    // The program in a content folder that is not here.
    let candidate = named(candidates)?;
    let name = candidate.name;
    let full = path::full(name, "");
    let is_possible = !name.is_empty() && path::is_possible(name) && !path::is_absolute(&full);
    let path = if path::has_extension(name) { full } else { format!("{full}.exe") };
    let found_in = "content folder, which is not here yet: not looked for".to_owned();
    is_possible.then_some(FoundProgram { path, found_in, tail: candidate.tail })
}
/// A place that was searched for a candidate, without its secrets. A name may be cut off from what shows it to be one:
/// `sh -c 'echo S` of `sh -c 'echo S | docker login --password-stdin'`.
fn told_place(candidate: &Candidate<'_>, place: &str) -> String {
    let line = format!("{}{}", candidate.name, candidate.tail);
    if mask(&line).starts_with(&mask(candidate.name)) {
        mask(place)
    } else {
        place.replace(candidate.name, MASK)
    }
}
