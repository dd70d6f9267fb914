//! The variables of a program are those of its own width, whatever starts it; `%NAME%` in the line is that of the line's.

use super::*;
use waybill_system::{Architecture, LoadedAs, Machine};

/// ProgramFiles, CommonProgramFiles and the two variables of the processor.
type Block<'a> = [Option<&'a str>; 4];

const OF_64_BIT: Block<'_> =
    [Some(r"C:\Program Files"), Some(r"C:\Program Files\Common Files"), Some("AMD64"), None];
const OF_32_BIT: Block<'_> = [
    Some(r"C:\Program Files (x86)"),
    Some(r"C:\Program Files (x86)\Common Files"),
    Some("x86"),
    Some("AMD64"),
];

fn block(resolved: &Resolved) -> Block<'_> {
    ["ProgramFiles", "CommonProgramFiles", "PROCESSOR_ARCHITECTURE", "PROCESSOR_ARCHITEW6432"]
        .map(|name| resolved.environment.get(name))
}

/// The content folder holds a program of each kind.
fn with_programs() -> FakeSystem {
    let machine = machine(&["x86.exe", "x64.exe", "any.exe", "junk.exe", "x64.com", "install.cmd"]);
    for (name, loaded) in [
        ("x86.exe", LoadedAs::Machine(Machine::X86)),
        ("x64.exe", LoadedAs::Machine(Machine::X64)),
        ("x64.com", LoadedAs::Machine(Machine::X64)),
        ("any.exe", LoadedAs::AnyCpu),
    ] {
        machine.set_loaded_as(&format!(r"{CONTENT}\{name}"), loaded);
    }
    machine
}

#[test]
fn the_program_decides_about_its_variables() {
    let machine = with_programs();
    let of_32_bit = (OF_32_BIT, Some("32-bit"));
    let of_64_bit = (OF_64_BIT, Some("64-bit"));
    for (line, expected) in [
        ("x86.exe", of_32_bit),
        ("x64.exe", of_64_bit),
        ("x64.com", of_64_bit),
        ("any.exe", of_64_bit),
        ("powershell.exe -File x.ps1", of_32_bit),
        (r"%SystemRoot%\Sysnative\WindowsPowerShell\v1.0\powershell.exe -File x.ps1", of_64_bit),
        (r"C:\Windows\Sysnative\cmd.exe /c x", of_64_bit),
        (r"C:\Windows\System32\cmd.exe /c x", of_32_bit),
        ("msiexec /i a.msi", of_32_bit),
        ("splwow64.exe", of_64_bit),
        // The width of a batch file is that of the cmd.exe that runs it.
        ("install.cmd", of_32_bit),
        // Whose headers do not say its width keeps the variables of the line.
        ("junk.exe", (OF_32_BIT, None)),
    ] {
        let resolved = resolved(line, &reference(), &machine);
        let program_view = resolved.report.program_view.as_deref();
        assert_eq!((block(&resolved), program_view), expected, "{line}");
        assert_eq!(resolved.report.view, "32-bit", "{line}");
    }
}

#[test]
fn a_32_bit_program_of_a_64_bit_host_has_the_variables_of_its_own_width() {
    let machine = with_programs();
    for (line, expected) in
        [("x86.exe", OF_32_BIT), ("any.exe", OF_64_BIT), (r"C:\Windows\SysWOW64\cmd.exe /c x", OF_32_BIT)]
    {
        assert_eq!(block(&resolved(line, &native(), &machine)), expected, "{line}");
    }
    assert_eq!(block(&resolved("install.cmd", &native(), &machine)), OF_64_BIT);
}

#[test]
fn the_line_keeps_the_variables_of_the_agent() {
    let machine = with_programs();
    let resolved = resolved("x64.exe \"%ProgramFiles%\" %PROCESSOR_ARCHITECTURE%", &reference(), &machine);
    assert!(resolved.line.ends_with(r#"\x64.exe" "C:\Program Files (x86)" x86"#), "{}", resolved.line);
    // The report has what differs from this process, whose own variable is the same on a Windows.
    let told = resolved.report.environment.iter().find(|one| one.name == "ProgramFiles");
    let expected = (!cfg!(windows)).then_some(r"C:\Program Files");
    assert_eq!(told.and_then(|one| one.value.as_deref()), expected);
}

#[test]
fn an_arm64_machine_emulates_what_is_not_its_own() {
    let machine = with_programs();
    machine.set_loaded_as(&format!(r"{CONTENT}\x64.com"), LoadedAs::Machine(Machine::Arm64));
    machine.set_device(|device| device.architecture = Some(Architecture::Arm64));
    let processor = |line: &str| {
        let [_, _, name, own] =
            block(&resolved(line, &reference(), &machine)).map(|one| one.map(str::to_owned));
        (name.unwrap(), own)
    };
    assert_eq!(processor("x86.exe"), ("x86".to_owned(), Some("ARM64".to_owned())));
    assert_eq!(processor("x64.exe"), ("AMD64".to_owned(), None));
    assert_eq!(processor("x64.com"), ("ARM64".to_owned(), None));
    assert_eq!(processor("any.exe"), ("AMD64".to_owned(), None), "Windows 11 emulates x64");
    machine.set_device(|device| device.build = Some(19_045));
    assert_eq!(processor("any.exe"), ("x86".to_owned(), Some("ARM64".to_owned())));
}

#[test]
fn a_32_bit_windows_has_one_width() {
    let machine = with_programs();
    machine.set_device(|device| device.architecture = Some(Architecture::X86));
    for line in ["x86.exe", "any.exe"] {
        let resolved = resolved(line, &reference(), &machine);
        assert_eq!(block(&resolved)[2..], [Some("x86"), None], "{line}");
        assert_eq!(resolved.report.program_view.as_deref(), Some("32-bit"), "{line}");
    }
}
