//! The programs of a clean 64-bit Windows 11: which folder of Windows has which, and which have no 32-bit twin.
//!
//! One list for the model of a Windows on which command lines are resolved anywhere (`waybill-system`) and for lint. No
//! page of Microsoft lists the two folders. The list holds what commands of apps name; it was compared with public
//! listings of both folders (strontic's xCyclopedia, LOLBAS). A program whose 32-bit twin is not certain to be missing
//! stands among those that have one, so that nobody is warned without a reason. The tools of Remote Desktop (`quser`,
//! `qwinsta` and their kin) have a 32-bit twin on servers and are missing on clients.

/// Programs of System32 of which SysWOW64 has a 32-bit twin.
const IN_BOTH: &str = "appidtel arp at attrib auditpol autochk bitsadmin bootcfg cacls calc certreq certutil \
    charmap checknetisolation chkdsk chkntfs choice cipher cleanmgr clip cmd cmdkey cmstp colorcpl comp compact \
    control convert cscript ctfmon curl diskpart dism dllhost doskey driverquery esentutl eventcreate eventvwr \
    expand extrac32 fc find findstr finger fltmc fondue forfiles fsutil ftp getmac gpresult gpupdate help \
    hostname icacls ie4uinit ieunatt iexpress infdefaultinstall ipconfig label lodctr logman magnify makecab mmc \
    mountvol mshta msiexec msinfo32 mstsc net net1 netsh netstat newdev notepad nslookup odbcad32 odbcconf \
    openfiles pathping perfmon ping powercfg print printui psr rasdial reagentc recover reg regedt32 regini \
    register-cimprovider regsvr32 relog replace robocopy route runas rundll32 runonce sc schtasks sdbinst secedit \
    setx sfc shutdown sort subst systeminfo takeown tar taskkill tasklist taskmgr timeout tracert typeperf tzutil \
    unlodctr verifier w32tm waitfor wecutil wermgr wevtutil where whoami winrs winver wscript wusa xcopy";

/// Programs of System32 that SysWOW64 lacks.
const IN_64_BIT_ALONE: &str = "bash bcdboot bcdedit change changepk chglogon chgport chgusr defrag \
    deviceenroller displayswitch dispdiag dsregcmd lpksetup logoff lpremove manage-bde mdmdiagnosticstool mdsched \
    msconfig msg pcalua pnputil qappsrv qprocess query quser qwinsta repair-bde reset rstrui rwinsta sihost slui \
    spoolsv systemreset tpmtool tscon tsdiscon tskill usoclient vssadmin wbadmin wsl wuauclt";

/// Programs in folders of their own below System32, of which SysWOW64 has a twin in the same folder.
const IN_BOTH_BELOW: &[&str] = &[
    r"wbem\mofcomp",
    r"wbem\wmic",
    r"WindowsPowerShell\v1.0\powershell",
    r"WindowsPowerShell\v1.0\powershell_ise",
];

/// Programs in folders of their own below System32, which SysWOW64 lacks.
const IN_64_BIT_ALONE_BELOW: &[&str] =
    &[r"OpenSSH\scp", r"OpenSSH\sftp", r"OpenSSH\ssh", r"OpenSSH\ssh-keygen", r"spool\tools\PrintBrm"];

/// Programs of the Windows folder itself. Of explorer and regedit SysWOW64 has a twin.
const IN_WINDOWS: &str = "explorer hh notepad regedit splwow64 winhlp32 write";

/// A folder of Windows in which programs lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgramFolder {
    /// The Windows folder.
    Windows,
    /// `System32`, the programs of 64 bits.
    System32,
    /// `SysWOW64`, the programs of 32 bits.
    SysWow64,
}

impl ProgramFolder {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Windows, Self::System32, Self::SysWow64];

    /// Its path below the Windows folder; empty for the Windows folder itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Windows => "",
            Self::System32 => "System32",
            Self::SysWow64 => "SysWOW64",
        }
    }

    /// The programs that a clean 64-bit Windows 11 has in the folder, as paths below it, with `.exe`.
    pub fn programs(self) -> impl Iterator<Item = String> {
        let (names, below): (Vec<&str>, Vec<&[&str]>) = match self {
            Self::Windows => (vec![IN_WINDOWS], vec![]),
            Self::System32 => (vec![IN_BOTH, IN_64_BIT_ALONE], vec![IN_BOTH_BELOW, IN_64_BIT_ALONE_BELOW]),
            Self::SysWow64 => (vec![IN_BOTH, "explorer regedit"], vec![IN_BOTH_BELOW]),
        };
        let names = names.into_iter().flat_map(str::split_ascii_whitespace);
        let below = below.into_iter().flatten().copied();
        names.chain(below).map(|name| format!("{name}.exe"))
    }
}

/// The folders of the machine's PATH on a clean Windows 11, below the Windows folder.
pub const PATH_BELOW_WINDOWS: [&str; 5] =
    ["System32", "", r"System32\Wbem", r"System32\WindowsPowerShell\v1.0", r"System32\OpenSSH"];

/// Whether every clean Windows 11 has a program of this name in one of its folders on the PATH; `stem` has no folder
/// and no `.exe`.
///
/// ```
/// use waybill_intune::windows_programs::{has_32_bit_twin, is_of_windows};
/// assert!(is_of_windows("msiexec") && has_32_bit_twin("msiexec") == Some(true));
/// assert!(is_of_windows("PnPUtil") && has_32_bit_twin("PnPUtil") == Some(false));
/// assert!(!is_of_windows("setup") && has_32_bit_twin("setup").is_none());
/// ```
pub fn is_of_windows(stem: &str) -> bool {
    holds(IN_WINDOWS, stem) || has_32_bit_twin(stem).is_some()
}

/// Whether a 32-bit program, such as Intune's agent, finds this program by its bare name; `None` where no folder of
/// System32 on the PATH has it. Where the answer is `false` the line has to name `C:\Windows\Sysnative`.
pub fn has_32_bit_twin(stem: &str) -> Option<bool> {
    if holds(IN_BOTH, stem) || holds_below(IN_BOTH_BELOW, stem) {
        return Some(true);
    }
    (holds(IN_64_BIT_ALONE, stem) || holds_below(IN_64_BIT_ALONE_BELOW, stem)).then_some(false)
}

fn holds(list: &str, stem: &str) -> bool {
    list.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(stem))
}

/// Whether a folder that is on the PATH has the program.
fn holds_below(list: &[&str], stem: &str) -> bool {
    let is_on_path = |folder: &str| {
        let folder = format!(r"System32\{folder}");
        PATH_BELOW_WINDOWS.iter().any(|entry| entry.eq_ignore_ascii_case(&folder))
    };
    list.iter()
        .filter_map(|path| path.rsplit_once('\\'))
        .any(|(folder, name)| name.eq_ignore_ascii_case(stem) && is_on_path(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_program_stands_in_two_lists() {
        let all: Vec<&str> = [IN_BOTH, IN_64_BIT_ALONE].into_iter().flat_map(str::split_whitespace).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        assert!(all.iter().all(|name| !name.contains('.') && name.to_lowercase() == **name));
    }

    #[test]
    fn the_programs_that_a_32_bit_agent_does_not_find_are_known() {
        for lacking in ["pnputil", "bcdedit", "manage-bde", "vssadmin", "wbadmin", "qwinsta", "wsl", "ssh"] {
            assert_eq!(has_32_bit_twin(lacking), Some(false), "{lacking}");
        }
        for there in ["cmd", "MSIEXEC", "powershell", "dism", "schtasks", "icacls", "certutil", "tar", "wmic"]
        {
            assert_eq!(has_32_bit_twin(there), Some(true), "{there}");
        }
        // It is in a folder that is on nobody's PATH.
        assert_eq!((has_32_bit_twin("printbrm"), is_of_windows("printbrm")), (None, false));
        assert!(is_of_windows("regedit") && has_32_bit_twin("regedit").is_none(), "not in System32");
    }

    #[test]
    fn the_folders_have_their_programs() {
        let has = |folder: ProgramFolder, name: &str| folder.programs().any(|one| one == name);
        assert!(has(ProgramFolder::System32, "pnputil.exe") && !has(ProgramFolder::SysWow64, "pnputil.exe"));
        let powershell = r"WindowsPowerShell\v1.0\powershell.exe";
        assert!(ProgramFolder::ALL[1..].iter().all(|folder| has(*folder, powershell)));
        assert!(has(ProgramFolder::Windows, "regedit.exe") && has(ProgramFolder::SysWow64, "regedit.exe"));
    }
}
