//! Where the root is when nobody says.

use std::path::PathBuf;

/// The directory that packages' state goes to by the Filesystem Hierarchy Standard.
#[cfg(unix)]
const OF_THE_MACHINE: &str = "/var/lib/waybill";

#[cfg(unix)]
pub(super) fn of_this_process() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    choose(state, std::env::home_dir(), rustix::process::geteuid().is_root())
}

/// By the XDG Base Directory Specification a relative path counts as none. Root's home is nobody's place for state of
/// the machine, and under sudo it may be another user's.
#[cfg(unix)]
fn choose(state: Option<PathBuf>, home: Option<PathBuf>, is_root: bool) -> PathBuf {
    match (state.filter(|state| state.is_absolute()), home.filter(|home| home.is_absolute())) {
        (Some(state), _) => state.join("waybill"),
        (None, Some(home)) if !is_root => home.join(".local").join("state").join("waybill"),
        _ => OF_THE_MACHINE.into(),
    }
}

#[cfg(windows)]
pub(super) fn of_this_process() -> PathBuf {
    choose(std::env::var_os("ProgramData").map(PathBuf::from))
}

#[cfg(windows)]
fn choose(program_data: Option<PathBuf>) -> PathBuf {
    program_data
        .filter(|folder| folder.is_absolute())
        .unwrap_or_else(|| r"C:\ProgramData".into())
        .join("Waybill")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn state_goes_where_the_xdg_specification_says() {
        let choose = |state: Option<&str>, home: Option<&str>, is_root| {
            choose(state.map(PathBuf::from), home.map(PathBuf::from), is_root).display().to_string()
        };
        assert_eq!(choose(Some("/s"), Some("/home/a"), false), "/s/waybill");
        assert_eq!(choose(Some("/s"), Some("/root"), true), "/s/waybill");
        assert_eq!(choose(Some("relative"), Some("/home/a"), false), "/home/a/.local/state/waybill");
        assert_eq!(choose(None, Some("/home/a"), false), "/home/a/.local/state/waybill");
        assert_eq!(choose(None, Some("/home/a"), true), "/var/lib/waybill");
        assert_eq!(choose(None, None, false), "/var/lib/waybill");
    }

    #[cfg(windows)]
    #[test]
    fn state_goes_to_program_data() {
        assert_eq!(choose(Some(r"D:\Data".into())), PathBuf::from(r"D:\Data\Waybill"));
        assert_eq!(choose(None), PathBuf::from(r"C:\ProgramData\Waybill"));
        assert_eq!(choose(Some("relative".into())), PathBuf::from(r"C:\ProgramData\Waybill"));
    }
}
