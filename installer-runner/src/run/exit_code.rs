use crate::ReturnCodes;
use crate::state_code::entry;
use waybill_schemas::codes::Table;
use waybill_schemas::report::install::ExitCodeReport;

/// An exit code with everything that is known of it.
pub(crate) fn exit_code_report(code: u32, codes: &ReturnCodes) -> ExitCodeReport {
    let win32 = (code >> 16 == 0x8007).then_some(code & 0xFFFF);
    let of_installer = |bits: u32| entry(Table::Installer, |one| one.bits() == bits);
    let known = of_installer(code)
        .or_else(|| entry(Table::Device, |one| one.bits() == code))
        .or_else(|| win32.and_then(of_installer));
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
