//! What a run was measured on.

use waybill_schemas::report::benchmark::MachineKind;

/// Of a processor that the system does not name.
pub(crate) const UNKNOWN: &str = "unknown";

/// This machine.
pub(crate) fn this() -> MachineKind {
    MachineKind {
        system: std::env::consts::OS.to_owned(),
        architecture: std::env::consts::ARCH.to_owned(),
        processor: processor().unwrap_or_else(|| UNKNOWN.to_owned()),
        threads: u32::try_from(crate::stage::processors()).unwrap_or(u32::MAX),
    }
}

#[cfg(target_os = "linux")]
fn processor() -> Option<String> {
    name_in(&std::fs::read_to_string("/proc/cpuinfo").ok()?)
}

#[cfg(windows)]
fn processor() -> Option<String> {
    let key = windows_registry::LOCAL_MACHINE.open(r"HARDWARE\DESCRIPTION\System\CentralProcessor\0");
    let name = key.and_then(|key| key.get_string("ProcessorNameString")).ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(not(any(target_os = "linux", windows)))]
fn processor() -> Option<String> {
    let asked =
        std::process::Command::new("/usr/sbin/sysctl").args(["-n", "machdep.cpu.brand_string"]).output();
    let name = String::from_utf8_lossy(&asked.ok()?.stdout).trim().to_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// x86 tells a name, ARM who made it and which part it is.
#[cfg(any(target_os = "linux", test))]
fn name_in(cpuinfo: &str) -> Option<String> {
    let value = |field: &str| {
        let (_, value) =
            cpuinfo.lines().filter_map(|line| line.split_once(':')).find(|line| line.0.trim() == field)?;
        Some(value.trim().to_owned())
    };
    let part = || Some(format!("ARM {} {}", value("CPU implementer")?, value("CPU part")?));
    value("model name").or_else(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_is_named_once() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nprocessor\t: 1\nmodel name\t: Some CPU @ 2.00GHz\n";
        assert_eq!(name_in(cpuinfo).as_deref(), Some("Some CPU @ 2.00GHz"));
        let arm = "processor : 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n";
        assert_eq!(name_in(arm).as_deref(), Some("ARM 0x41 0xd0c"));
        assert_eq!(name_in("processor : 0\nBogoMIPS : 1\n"), None);
        assert!(this().threads > 0);
    }
}
