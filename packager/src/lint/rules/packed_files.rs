//! WB102: files that are not in the package, and paths of the packager's machine.

use super::program::{is_shell_builtin, is_windows_program};
use super::starters::variable_in;
use super::{Examined, Findings, LintPage, LintRule, Severity::Error, Subject};
use waybill_intune::View;
use waybill_intune::command_line::{Msiexec, PowerShell, ProductOrFile, Step, Word, unquoted_run};
use waybill_intune::path::{extension, leaf};
use waybill_intune::right_line::{LIKELY_EXTENSIONS, is_program, right_line};
use waybill_schemas::secrets::mask;

/// The extensions that cmd tries for a name without one.
const PATHEXT: [&str; 6] = ["com", "exe", "bat", "cmd", "vbs", "js"];

pub(super) static RULES: &[LintRule] = &[LintRule {
    page: LintPage {
        code: "WB102",
        severity: Error,
        title: "the command names a file that is not in the package",
        harm: "On the device the working directory is the unpacked package and nothing else of the packager's \
               machine is there: the install ends with 0x80070002, or msiexec with 1619. A bare name gets only \
               `.exe` added, so `install` never finds install.cmd.",
        fix: "Name files relative to the source folder, with their extension, and put them there before packing.",
        before: "msiexec /i \"D:\\Packages\\Contoso\\contoso.msi\" /qn /norestart",
        after: "msiexec /i \"contoso.msi\" /qn /norestart",
    },
    checks: &[commands, setup_file],
}];

fn commands(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    for (command, step) in examined.steps() {
        let mut check = |written: &str, is_missing: bool| {
            // What is taken for a file may be a misplaced parameter with a password.
            let shown = mask(written);
            let path = shown.as_str();
            let (message, fix) = match location(path, command.installs) {
                _ if step.stem() == "msiexec" && path.starts_with('/') && !path[1..].contains('/') => (
                    format!("{command} gives msiexec {path} in place of a file or product (1619)."),
                    "Write the file or the product code right behind `/i` or `/x`.".to_owned(),
                ),
                _ if step.stem() == "msiexec" && meant_as_code(path).is_some() => {
                    let why = meant_as_code(path).unwrap_or_default();
                    let fix = "Write the product code in braces, as `waybill inspect` shows it.".to_owned();
                    (
                        format!(
                            "{command} gives msiexec {path}, which {why}: it takes it for a file (1619)."
                        ),
                        fix,
                    )
                }
                Location::Elsewhere => (
                    format!("{command} names {path}, which is no path of the device."),
                    relative(path, subject),
                ),
                // After a `cd` it is not known what a relative path is relative to.
                Location::Relative if !step.moved && is_missing => {
                    (format!("{command} names {path}, which is not in the package."), nearest(path, subject))
                }
                Location::Relative | Location::OnTheDevice => return,
            };
            findings.error(command.place.clone(), message, fix);
        };
        let name = step.program.as_str();
        // WB103 reports what only a shell understands.
        if !(name.is_empty() || name.contains('$') || name.contains("%~") || is_shell_builtin(&step.stem())) {
            check(name, is_program_missing(step, subject));
        }
        named_files(step).iter().for_each(|path| check(path, subject.lacks(path)));
    }
}

/// Why a path that was meant as a product code is none; `None` for other paths.
fn meant_as_code(path: &str) -> Option<&'static str> {
    let path = path.trim_matches(['(', ')', '[', ']', '\'']);
    let hexadecimal = path.chars().filter(char::is_ascii_hexdigit).count();
    let is_plain = path.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, '{' | '}' | '-'));
    if path.starts_with('{') && !path.contains(['\\', '/', '.']) {
        return Some("is no product code");
    }
    (is_plain && hexadecimal == 32).then_some("is a product code without braces")
}

fn setup_file(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    if let Some(setup) =
        subject.setup_file.as_deref().filter(|setup| !setup.trim().is_empty() && subject.lacks(setup))
    {
        let fix = match subject.find_leaf(leaf(setup)) {
            Some(entry) => format!("It is there as `{}`: name that.", entry.name),
            None => "Put it into the source folder, or correct the name.".to_owned(),
        };
        let message = format!("The setup file {setup} is not in the package.");
        findings.error(subject.setup_file_place(), message, fix);
    }
    if let Some(setup) = &subject.setup_file
        && let Some(name) = variable_in(setup)
    {
        let message = format!(
            "The setup file {setup} has %{name}% in its name, which is replaced in commands where the device has that variable."
        );
        findings.warning(subject.setup_file_place(), message, "Rename the file without percent signs.");
    }
}

/// The name in the package for a path of another machine.
fn relative(path: &str, subject: &Subject) -> String {
    let leaf = leaf(path);
    match subject.find_leaf(leaf) {
        Some(entry) => format!("Name it as it is in the package: `{}`.", entry.name.replace('/', "\\")),
        None => format!("Put {leaf} into the source folder and name it relative to that."),
    }
}

/// The packed file that was probably meant by a path that is not packed.
fn nearest(path: &str, subject: &Subject) -> String {
    let name = leaf(path);
    if let Some(entry) = subject.find_leaf(name) {
        return format!("It is there as `{}`: write that.", entry.name.replace('/', "\\"));
    }
    let with_extension = |extension: &str| subject.find_leaf(&format!("{name}.{extension}"));
    match LIKELY_EXTENSIONS.into_iter().find_map(with_extension).filter(|_| !name.contains('.')) {
        Some(entry) => {
            // With its extension alone a script would be started directly, which WB101 finds.
            let end = extension(&entry.name);
            let name = entry.name.replace('/', "\\");
            match right_line(&end, &name, View::Bits32).filter(|_| !is_program(&end)) {
                Some(line) => format!("{name} is there: write `{line}`."),
                None => format!("{} is there: write its extension.", leaf(&entry.name)),
            }
        }
        None => "Put it into the source folder, or correct the name.".to_owned(),
    }
}

/// Whether the program that a step starts is neither in the package nor, by a bare name, in Windows.
fn is_program_missing(step: &Step, subject: &Subject) -> bool {
    // A name with a folder before it means one file.
    let is_windows = !step.program.contains(['\\', '/']) && is_windows_program(&step.stem());
    !is_windows && candidates(step).iter().all(|path| subject.lacks(path))
}

/// The names that are tried for the program: CreateProcess adds `.exe`, cmd more.
fn candidates(step: &Step) -> Vec<String> {
    let name = &step.program;
    let mut paths = vec![name.clone()];
    match step.extension().as_str() {
        // cmd tries all of PATHEXT, CreateProcess only `.exe`.
        "" if step.in_shell => paths.extend(PATHEXT.map(|extension| format!("{name}.{extension}"))),
        "" => paths = vec![format!("{name}.exe")],
        _ if step.in_shell => paths.push(format!("{name}.exe")),
        _ => {}
    }
    paths
}

/// The files that the arguments of well-known programs name.
fn named_files(step: &Step) -> Vec<String> {
    let words = &step.words;
    let plain = |word: &&Word| word.switch().is_none();
    let first = |words: &[Word]| words.iter().find(plain).map(|word| word.text.clone());
    let files: Vec<String> = match step.stem().as_str() {
        "msiexec" => msi_files(step),
        "powershell" => PowerShell::parse(step).map(|call| call.scripts()).unwrap_or_default(),
        "wscript" | "cscript" | "regedit" | "wusa" | "regsvr32" => first(words).into_iter().collect(),
        "reg" if words.first().is_some_and(|word| word.text.eq_ignore_ascii_case("import")) => {
            first(&words[1..]).into_iter().collect()
        }
        _ => Vec::new(),
    };
    files.into_iter().filter(|path| !path.is_empty() && !path.contains(['*', '?', '$'])).collect()
}

fn msi_files(step: &Step) -> Vec<String> {
    let Some(call) = Msiexec::parse(step) else { return Vec::new() };
    let targets = call.targets.iter().filter_map(|target| match target {
        // A path in several unquoted words is found by WB104.
        ProductOrFile::File(path, at) if unquoted_run(&step.words, *at, &["msi", "msp"]).is_none() => {
            Some(path.clone())
        }
        ProductOrFile::File(..) | ProductOrFile::Product(_) => None,
    });
    // `:name` is a transform inside the MSI; `|` and `@` precede paths that msiexec looks up itself.
    let lists = ["TRANSFORMS", "PATCH"].into_iter().filter_map(|name| call.property(name));
    let listed = lists.flat_map(|list| list.split(';')).filter(|path| !path.starts_with([':', '|', '@']));
    targets.chain(listed.map(str::to_owned)).collect()
}

enum Location {
    /// Relative: in the package, if anywhere.
    Relative,
    /// A path that the device may have.
    OnTheDevice,
    /// A path that only the packager's machine has.
    Elsewhere,
}

fn location(path: &str, installs: bool) -> Location {
    let path = path.replace('/', "\\").to_lowercase();
    let elsewhere = |yes: bool| if yes { Location::Elsewhere } else { Location::OnTheDevice };
    // The value of a variable is known on the device only, and msiexec takes URLs.
    if path.contains('%') || path.contains(":\\\\") {
        return Location::OnTheDevice;
    }
    if let Some(unc) = path.strip_prefix("\\\\") {
        let host = unc.split('\\').next().unwrap_or_default();
        return elsewhere(!matches!(host, "?" | "." | "localhost" | "127.0.0.1"));
    }
    if let Some(rooted) = path.strip_prefix("c:\\") {
        return elsewhere(is_packagers(rooted, installs));
    }
    match path.as_bytes() {
        [letter, b':', ..] => elsewhere(letter.is_ascii_alphabetic()),
        // On the current drive, an installer may have made the file, and an uninstall may use it.
        [b'\\', ..] => elsewhere(installs),
        _ if path.split('\\').any(|part| part == "..") => Location::Elsewhere,
        _ => Location::Relative,
    }
}

/// Whether a path below `C:\` exists on the packager's machine only. Before an install there are only Windows and
/// programs; an uninstall may find more.
fn is_packagers(rooted: &str, installs: bool) -> bool {
    let mut parts = rooted.split('\\');
    match parts.next().unwrap_or_default() {
        "users" => !matches!(parts.next().unwrap_or_default(), "public" | "default" | "all users"),
        "windows" | "program files" | "program files (x86)" | "programdata" => false,
        _ => installs,
    }
}
