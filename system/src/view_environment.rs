//! The variables of a program of one view, made from those of the account (docs/context.md, "What a name becomes").
//! WOW64 does the same for every 32-bit program that it starts; here it is done before a program is started.

use crate::{Architecture, Environment, View};
use waybill_intune::view::FolderVariable;

/// The variables that a process of the architecture `process` has, made from those of an account, in either view, on a
/// Windows whose processor is `native` (Microsoft, "WOW64 Implementation Details", "Environment Variables"). On a 32-bit
/// Windows, which has one view, nothing changes but the processor's variables.
pub fn for_process(block: &Environment, process: Architecture, native: Architecture) -> Environment {
    let mut block = block.clone();
    show(&mut block, process, native);
    block
}

/// Turns `block` into the variables of a process of the architecture `process`, as [`for_process`].
pub(crate) fn show(block: &mut Environment, process: Architecture, native: Architecture) {
    // A program that this Windows cannot run is refused by Windows, whatever its variables.
    let process = if native.has_views() { process } else { native };
    block.set("PROCESSOR_ARCHITECTURE", processor_name(process));
    if process.view() == View::Bits32 && native.has_views() {
        block.set("PROCESSOR_ARCHITEW6432", processor_name(native));
    } else {
        block.remove("PROCESSOR_ARCHITEW6432");
    }
    if native.has_views() {
        for variable in FolderVariable::ALL {
            if let Some(value) = block.get(variable.source(process.view())).map(str::to_owned) {
                block.set(variable.name, value);
            }
        }
    }
}

/// The value of PROCESSOR_ARCHITECTURE in a native program.
fn processor_name(native: Architecture) -> &'static str {
    match native {
        Architecture::X86 => "x86",
        Architecture::X64 => "AMD64",
        Architecture::Arm => "ARM",
        Architecture::Arm64 => "ARM64",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemKind;

    /// The variables of a 64-bit program or, if `files` is an `(x86)` folder, of a 32-bit one.
    fn block(files: &str) -> Environment {
        let mut block = Environment::new(SystemKind::Windows);
        for (name, value) in [
            ("PROGRAMFILES", files),
            ("ProgramFiles(x86)", r"C:\Program Files (x86)"),
            ("ProgramW6432", r"C:\Program Files"),
            ("CommonProgramFiles(x86)", r"C:\Program Files (x86)\Common Files"),
            ("CommonProgramW6432", r"C:\Program Files\Common Files"),
            ("PROCESSOR_ARCHITECTURE", "whatever"),
            ("PROCESSOR_ARCHITEW6432", "whatever"),
        ] {
            block.set(name, value);
        }
        block
    }

    #[test]
    fn each_view_is_the_same_whichever_block_it_is_made_of() {
        for files in [r"C:\Program Files", r"C:\Program Files (x86)"] {
            let mut block = block(files);
            show(&mut block, Architecture::X86, Architecture::X64);
            assert_eq!(block.get("ProgramFiles"), Some(r"C:\Program Files (x86)"));
            assert_eq!(block.get("CommonProgramFiles"), Some(r"C:\Program Files (x86)\Common Files"));
            assert_eq!(block.get("ProgramW6432"), Some(r"C:\Program Files"));
            assert_eq!(block.get("PROCESSOR_ARCHITECTURE"), Some("x86"));
            assert_eq!(block.get("PROCESSOR_ARCHITEW6432"), Some("AMD64"));
            show(&mut block, Architecture::Arm64, Architecture::Arm64);
            assert_eq!(block.get("ProgramFiles"), Some(r"C:\Program Files"));
            assert_eq!(block.get("CommonProgramFiles"), Some(r"C:\Program Files\Common Files"));
            assert_eq!(block.get("PROCESSOR_ARCHITECTURE"), Some("ARM64"));
            assert_eq!(block.get("PROCESSOR_ARCHITEW6432"), None);
        }
    }

    #[test]
    fn an_emulated_processor_is_named_and_the_true_one_only_to_32_bit_programs() {
        for (process, name, true_name, files) in [
            (Architecture::X64, "AMD64", None, r"C:\Program Files"),
            (Architecture::Arm64, "ARM64", None, r"C:\Program Files"),
            (Architecture::X86, "x86", Some("ARM64"), r"C:\Program Files (x86)"),
            (Architecture::Arm, "ARM", Some("ARM64"), r"C:\Program Files (x86)"),
        ] {
            let block = for_process(&block(r"C:\Program Files"), process, Architecture::Arm64);
            assert_eq!(block.get("PROCESSOR_ARCHITECTURE"), Some(name));
            assert_eq!(block.get("PROCESSOR_ARCHITEW6432"), true_name, "{name}");
            assert_eq!(block.get("ProgramFiles"), Some(files), "{name}");
        }
    }

    #[test]
    fn a_32_bit_windows_has_one_view() {
        let mut block = Environment::new(SystemKind::Windows);
        block.set("ProgramFiles", r"C:\Program Files");
        show(&mut block, Architecture::X64, Architecture::X86);
        assert_eq!(block.get("ProgramFiles"), Some(r"C:\Program Files"));
        assert_eq!(block.get("PROCESSOR_ARCHITECTURE"), Some("x86"));
        assert_eq!(block.get("PROCESSOR_ARCHITEW6432"), None);
    }
}
