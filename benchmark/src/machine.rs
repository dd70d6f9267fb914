//! The machine that a run was measured on, and the processor time and memory of this process.

use std::time::Duration;
use waybill_schemas::report::benchmark::MachineKind;

/// The name of a processor that the system does not name.
pub(crate) const UNKNOWN: &str = "unknown";

/// The kind of this machine, for reports.
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

/// The name of the processor from /proc/cpuinfo. x86 has a name there, ARM the numbers of implementer and part.
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

#[cfg(unix)]
pub(crate) fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(windows)]
pub(crate) fn cpu() -> Duration {
    waybill_win32::process::own_cpu_time().unwrap_or_default()
}

/// Peak memory of this process in bytes; 0 if the system does not say.
#[cfg(target_os = "linux")]
pub(crate) fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

/// Peak memory of this process in bytes; 0 if the system does not say.
#[cfg(windows)]
pub(crate) fn peak_memory() -> u64 {
    waybill_win32::process::own_peak_memory().unwrap_or(0)
}

/// Always 0: on these systems the peak is only known to the process that waits for this one.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn peak_memory() -> u64 {
    0
}

#[cfg(test)]
mod machine_tests {
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

#[cfg(test)]
mod own_usage_tests {
    use super::*;

    #[test]
    fn work_takes_processor_time() {
        let before = cpu();
        let mut sum = 0_u64;
        while cpu() == before {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(1));
        }
        assert!(cpu() > before);
    }

    #[cfg(any(target_os = "linux", windows))]
    #[test]
    fn a_large_buffer_raises_the_peak() {
        let before = peak_memory();
        let size = usize::try_from(before).unwrap() + (32 << 20); // other tests may have come close to it
        let buffer = std::hint::black_box(vec![1_u8; size]);
        assert!(peak_memory() >= before + (16 << 20), "{before}, {}", peak_memory());
        drop(buffer);
    }
}
