//! What a run was measured on.

use waybill_schemas::report::benchmark::MachineKind;

/// This machine.
pub(crate) fn this() -> MachineKind {
    MachineKind {
        system: std::env::consts::OS.to_owned(),
        architecture: std::env::consts::ARCH.to_owned(),
        processor: processor().unwrap_or_else(|| "unknown".to_owned()),
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
    None
}

/// Of x86; other architectures tell no name there.
#[cfg(any(target_os = "linux", test))]
fn name_in(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    let (_, name) = line.split_once(':')?;
    Some(name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_is_named_once() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nprocessor\t: 1\nmodel name\t: Some CPU @ 2.00GHz\n";
        assert_eq!(name_in(cpuinfo).as_deref(), Some("Some CPU @ 2.00GHz"));
        assert_eq!(name_in("processor : 0\nBogoMIPS : 1\n"), None);
        assert!(this().threads > 0);
    }
}
