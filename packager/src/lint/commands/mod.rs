//! WB101 to WB109: the install and the uninstall command.

mod files;
mod installers;
mod msi;
mod shell;
mod start;
mod view;

use super::found::Found;
use super::subject::Subject;
use waybill_intune::command_line::CommandLine;
use waybill_schemas::report::lint::Place;

/// One of the app's two commands.
pub(super) struct Command<'a> {
    /// It installs, rather than removes.
    pub(super) installs: bool,
    /// As it stands in the app document.
    pub(super) text: &'a str,
    /// The same, taken apart.
    pub(super) line: CommandLine,
    /// Where it stands.
    pub(super) place: Place,
}

impl Command<'_> {
    /// For messages.
    pub(super) fn name(&self) -> &'static str {
        if self.installs { "The install command" } else { "The uninstall command" }
    }
}

/// The app's commands; blank ones are left out.
pub(super) fn commands_of(subject: &Subject) -> Vec<Command<'_>> {
    let Some(app) = subject.app() else { return Vec::new() };
    let both = [
        (true, app.install_command_line.as_deref(), "/installCommandLine"),
        (false, app.uninstall_command_line.as_deref(), "/uninstallCommandLine"),
    ];
    let given =
        both.into_iter().filter_map(|(installs, text, pointer)| Some((installs, text?.trim(), pointer)));
    given
        .filter(|(_, text, _)| !text.is_empty())
        .map(|(installs, text, pointer)| Command {
            installs,
            text,
            line: CommandLine::parse(text, &|path| subject.is_packed(path)),
            place: subject.app_place(pointer),
        })
        .collect()
}

pub(super) fn check(subject: &Subject, found: &mut Found) {
    for command in commands_of(subject) {
        start::check(&command, found);
        files::check(&command, subject, found);
        shell::check(&command, found);
        msi::check(&command, subject, found);
        view::check(&command, subject, found);
        installers::check(&command, subject, found);
    }
}
