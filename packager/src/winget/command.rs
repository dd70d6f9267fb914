//! The install command that a manifest's switches give, and the return codes.

use super::installer::Installer;
use super::{WingetChoice, WingetError};
use waybill_intune::right_line::quoted;
use waybill_schemas::Quoted;
use waybill_schemas::app::{ReturnCode, ReturnCodeType};

/// The install command for the setup file `setup`: the file, Silent, Custom, and the location where it is asked for.
/// What a manifest has as Silent takes the place of the type's own switches.
pub(super) fn install_line(
    installer: &Installer,
    setup: &str,
    choice: &WingetChoice,
) -> Result<String, WingetError> {
    let silent = choice
        .silent
        .clone()
        .or_else(|| installer.switch("Silent"))
        .or_else(|| installer.kind.default_silent().map(str::to_owned))
        .or_else(|| installer.switch("SilentWithProgress"));
    let Some(silent) = silent else {
        let why = format!("an installer of type {} needs `Silent`, and has none", installer.type_in_words());
        return Err(WingetError::Switches { why });
    };
    let start = if installer.kind.is_msi() {
        format!("msiexec /i \"{}\"", setup.replace('/', "\\"))
    } else {
        quoted(setup)
    };
    let mut parts = vec![start, silent];
    parts.extend(installer.switch("Custom"));
    // Last, because NSIS takes everything behind `/D=` for the folder, which stands there without quotation marks.
    parts.extend(location(installer, choice)?);
    let line =
        parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let lower = line.to_lowercase();
    match ["<logpath>", "<installpath>"].iter().find(|placeholder| lower.contains(**placeholder)) {
        Some(placeholder) => Err(WingetError::Switches {
            why: format!("the placeholder {placeholder} is left in {line}", line = Quoted(&line)),
        }),
        None => Ok(line),
    }
}

/// The switch for the folder that was asked for.
fn location(installer: &Installer, choice: &WingetChoice) -> Result<Option<String>, WingetError> {
    let Some(folder) = &choice.install_location else {
        let is_required = installer.fields.is_true("InstallLocationRequired");
        return if is_required { Err(WingetError::LocationRequired) } else { Ok(None) };
    };
    let switch =
        installer.switch("InstallLocation").or_else(|| installer.kind.default_location().map(str::to_owned));
    let Some(switch) = switch else {
        return Err(WingetError::NoLocationSwitch { kind: installer.type_in_words() });
    };
    Ok(Some(replaced(&switch, "<INSTALLPATH>", folder)))
}

fn replaced(text: &str, placeholder: &str, value: &str) -> String {
    match text.to_uppercase().find(placeholder).filter(|_| text.is_ascii()) {
        Some(at) => format!("{}{value}{}", &text[..at], &text[at + placeholder.len()..]),
        None => text.replace(placeholder, value),
    }
}

/// What a response of the manifest is to Intune; `None` for those that are failures, as every code is that no table
/// has. An installer that wants a restart before it can install has installed nothing: that is no soft restart.
fn kind_of(response: &str) -> Option<ReturnCodeType> {
    Some(match response.to_lowercase().as_str() {
        "alreadyinstalled" => ReturnCodeType::Success,
        "rebootrequiredtofinish" => ReturnCodeType::SoftReboot,
        "rebootinitiated" => ReturnCodeType::HardReboot,
        "installinprogress"
        | "packageinuse"
        | "packageinusebyapplication"
        | "fileinuse"
        | "rebootrequiredforinstall"
        | "nonetwork" => ReturnCodeType::Retry,
        _ => return None,
    })
}

/// The five defaults with the manifest's codes over them, and sentences about the others. 0 stays success.
pub(super) fn return_codes(installer: &Installer) -> (Vec<ReturnCode>, Vec<String>) {
    let mut codes = ReturnCode::defaults();
    let mut notes = Vec::new();
    let mut failures = Vec::new();
    for element in installer.fields.list("InstallerSuccessCodes") {
        let code = element.as_text().unwrap_or_default();
        put(&mut codes, code, ReturnCodeType::Success, &mut notes);
    }
    for expected in installer.fields.list("ExpectedReturnCodes") {
        let code = expected.text("InstallerReturnCode").unwrap_or_default();
        let response = expected.text("ReturnResponse").unwrap_or_else(|| "custom".to_owned());
        match kind_of(&response) {
            Some(kind) => put(&mut codes, &code, kind, &mut notes),
            None => {
                if let Some(number) = signed(&code) {
                    // The manifest calls a default code a failure: it is one then.
                    codes.retain(|known| number == 0 || known.return_code != i64::from(number));
                    failures.push(format!("{number} ({response})"));
                } else {
                    notes.push(format!(
                        "The return code {code} is no number of 32 bits, and is left out.",
                        code = Quoted(&code)
                    ));
                }
            }
        }
    }
    if !failures.is_empty() {
        notes.push(format!("Return codes that count as failed: {}.", failures.join(", ")));
    }
    (codes, notes)
}

fn put(codes: &mut Vec<ReturnCode>, text: &str, kind: ReturnCodeType, notes: &mut Vec<String>) {
    let Some(number) = signed(text) else {
        return notes.push(format!(
            "The return code {text} is no number of 32 bits, and is left out.",
            text = Quoted(text)
        ));
    };
    if number == 0 {
        return;
    }
    match codes.iter_mut().find(|code| code.return_code == i64::from(number)) {
        Some(code) => code.kind = Some(kind),
        None => codes.push(ReturnCode::new(number, kind)),
    }
}

/// Codes run to 4294967295 in manifests; Graph's are signed numbers of 32 bits.
fn signed(text: &str) -> Option<i32> {
    let number: i64 = text.trim().parse().ok()?;
    let is_signed = i32::try_from(number).ok();
    is_signed.or_else(|| u32::try_from(number).ok().map(u32::cast_signed))
}
