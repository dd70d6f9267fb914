//! Names and meanings of the numbers that Intune's agent reports, from the table of codes.

use crate::ReturnCodes;
use waybill_schemas::codes::{NUMBERS, NumberCode, Table};
use waybill_schemas::report::install::{ExitCodeReport, StateCode};

/// A number with its name and meaning from `table`, e.g. EnforcementState 1000.
pub fn state(table: Table, number: i64) -> StateCode {
    let known = entry(table, |code| code.value == number);
    StateCode {
        number,
        text: number.to_string(),
        name: known.map_or_else(|| number.to_string(), |code| code.name.to_owned()),
        meaning: known.map_or_else(String::new, |code| code.meaning.to_owned()),
    }
}

/// An HRESULT with its name and meaning, its number signed as Intune's agent reports it.
pub fn hresult(bits: u32) -> StateCode {
    let text = format!("0x{bits:08X}");
    // The table of Intune's agent goes first: there 0x80070002 means more than "file not found".
    let of_device = entry(Table::Device, |code| code.bits() == bits);
    let win32 = (bits >> 16 == 0x8007).then_some(bits & 0xFFFF);
    let known =
        of_device.or_else(|| win32.and_then(|code| entry(Table::Installer, |one| one.bits() == code)));
    StateCode {
        number: bits.cast_signed().into(),
        name: known.map_or_else(|| text.clone(), |code| code.name.to_owned()),
        meaning: known.map_or_else(String::new, |code| code.meaning.to_owned()),
        text,
    }
}

/// The ErrorCode that Intune's agent reports for an exit code: the HRESULT of its low 16 bits as a Win32 error. Its log
/// shows -2147024574 (0x80070142) for 0xC0000142. The code itself stands beside it in the report of the run.
pub(crate) fn error_code(code: u32) -> u32 {
    0x8007_0000 | (code & 0xFFFF)
}

/// The ErrorCode of an exit code, as the exit code itself is named: the agent keeps its low 16 bits, which in another table
/// may mean something else.
pub(crate) fn error_of_exit_code(bits: u32, exit: &ExitCodeReport) -> StateCode {
    let name = exit.name.clone().unwrap_or_else(|| format!("0x{bits:08X}"));
    let meaning = match exit.unsigned {
        code if code == bits || code <= 0xFFFF => exit.meaning.clone().unwrap_or_default(),
        _ => format!("Exit code {}: Intune's agent keeps its low 16 bits alone.", exit.hex),
    };
    StateCode { number: bits.cast_signed().into(), text: format!("0x{bits:08X}"), name, meaning }
}

/// What the tables know of an exit code: an installer's own code, the Win32 error of an HRESULT, a code of the agent.
pub(crate) fn exit_code_entry(code: u32) -> Option<&'static NumberCode> {
    let win32 = (code >> 16 == 0x8007).then_some(code & 0xFFFF);
    let of_installer = |bits: u32| entry(Table::Installer, |one| one.holds(bits));
    of_installer(code)
        .or_else(|| win32.and_then(of_installer))
        .or_else(|| entry(Table::Device, |one| one.bits() == code))
}

/// The first entry of a table for which `fits` returns `true`.
pub(crate) fn entry(table: Table, fits: impl Fn(&NumberCode) -> bool) -> Option<&'static NumberCode> {
    let tables = NUMBERS.iter().filter(|(one, _)| *one == table);
    tables.flat_map(|(_, codes)| codes.iter()).find(|code| fits(code))
}

/// An exit code with everything that is known of it.
pub(crate) fn exit_code_report(code: u32, codes: &ReturnCodes) -> ExitCodeReport {
    let known = exit_code_entry(code);
    let (kind, said_by) = codes.stands_for(code);
    ExitCodeReport {
        unsigned: code,
        signed: code.cast_signed(),
        hex: format!("0x{code:08X}"),
        name: known.map(|entry| entry.name.to_owned()),
        meaning: known.map(|entry| entry.meaning.to_owned()),
        stands_for: kind.name().to_owned(),
        said_by: said_by.to_owned(),
    }
}
