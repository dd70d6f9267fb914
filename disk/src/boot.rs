//! Identifies the boot of the machine: what an earlier boot wrote and did not sync may be lost.

/// The id of this boot; `None` where the system has none. Without one, manifests count as another boot's, and partial
/// downloads as this one's, because their MAC decides.
///
/// Linux: `/proc/sys/kernel/random/boot_id`, new at every boot. Windows: the counter that the prefetcher keeps in
/// the registry. Other systems have one only behind calls that are not safe, so they have none here.
pub fn id() -> Option<String> {
    read().map(|id| id.trim().to_owned()).filter(|id| is_plausible(id))
}

/// Whether an id is short and printable, because it is written into journals and manifests.
pub fn is_plausible(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic())
}

/// Whether both ids are known and equal.
pub fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_some() && one == other
}

#[cfg(target_os = "linux")]
fn read() -> Option<String> {
    use std::io::Read as _;
    let mut id = String::new();
    let file = std::fs::File::open("/proc/sys/kernel/random/boot_id").ok()?;
    file.take(256).read_to_string(&mut id).ok()?;
    Some(id)
}

#[cfg(windows)]
fn read() -> Option<String> {
    const PREFETCHER: &str =
        r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters";
    let number = windows_registry::LOCAL_MACHINE.open(PREFETCHER).ok()?.get_u32("BootId").ok()?;
    Some(format!("boot-{number}"))
}

#[cfg(not(any(target_os = "linux", windows)))]
fn read() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_the_same_uuid_every_time() {
        let id = id().unwrap();
        assert_eq!(id.len(), 36, "{id}");
        assert!(is_same(Some(&id), super::id().as_deref()));
    }

    #[test]
    fn unknown_boots_are_never_the_same() {
        assert!(!is_same(None, None));
        assert!(!is_same(Some("a"), None));
        assert!(!is_same(Some("a"), Some("b")));
    }

    #[test]
    fn what_is_no_id_is_none() {
        for wrong in ["", "two words", "line\nbreak", &"x".repeat(65)] {
            assert!(!is_plausible(wrong), "{wrong:?}");
        }
    }
}
