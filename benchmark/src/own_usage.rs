//! What this process has used: processor time of all its threads, user and system; and its peak memory.

use std::time::Duration;

#[cfg(unix)]
pub(crate) fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(windows)]
pub(crate) fn cpu() -> Duration {
    waybill_win32::process::own_cpu_time().unwrap_or_default()
}

/// In bytes; 0 where the system does not tell.
#[cfg(target_os = "linux")]
pub(crate) fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

/// In bytes; 0 where the system does not tell.
#[cfg(windows)]
pub(crate) fn peak_memory() -> u64 {
    waybill_win32::process::own_peak_memory().unwrap_or(0)
}

/// The system tells who waits for this process.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn peak_memory() -> u64 {
    0
}

#[cfg(test)]
mod tests {
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
