//! Processor time that this process has taken, all threads, user and system.

use std::time::Duration;

#[cfg(unix)]
pub(crate) fn taken() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(windows)]
pub(crate) fn taken() -> Duration {
    waybill_win32::process::own_cpu_time().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn work_takes_processor_time() {
        let before = super::taken();
        let mut sum = 0_u64;
        while super::taken() == before {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(1));
        }
        assert!(super::taken() > before);
    }
}
