//! The limits of a machine, and the least time that they allow for the work of a stage.

use serde::{Deserialize, Serialize};

/// A primitive operation that is measured by itself, as the limit of stages that use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Limit {
    MemoryCopy,
    Sha256,
    Blake3,
    AesEncrypt,
    AesDecrypt,
    Deflate,
    Inflate,
    FileWrite,
    FileSync,
    FileRead,
    Http,
}

impl Limit {
    /// All limits; they are measured for a payload that is made here.
    pub(crate) const ALL: [Self; 11] = [
        Self::MemoryCopy,
        Self::Sha256,
        Self::Blake3,
        Self::AesEncrypt,
        Self::AesDecrypt,
        Self::Deflate,
        Self::Inflate,
        Self::FileWrite,
        Self::FileSync,
        Self::FileRead,
        Self::Http,
    ];

    /// The name of the limit in reports.
    pub(crate) fn name(self) -> &'static str {
        self.texts().0
    }

    /// What is measured, in one line.
    pub(crate) fn what(self) -> &'static str {
        self.texts().1
    }

    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::MemoryCopy => ("memory-copy", "copies between two buffers of 32 MiB"),
            Self::Sha256 => ("sha-256", "SHA-256 of a buffer of 64 KiB, over and over"),
            Self::Blake3 => ("blake3", "BLAKE3 of a buffer of 64 KiB, over and over, on one thread"),
            Self::AesEncrypt => {
                ("aes-encrypt", "AES-256-CBC encryption of a buffer of 64 KiB, over and over")
            }
            Self::AesDecrypt => {
                ("aes-decrypt", "AES-256-CBC decryption of a buffer of 64 KiB, over and over")
            }
            Self::Deflate => {
                ("deflate", "libdeflate, level 6, of 1 MiB at a time of this payload's files that deflate")
            }
            Self::Inflate => ("inflate", "libdeflate's inflate of the same blocks, bytes that come out"),
            Self::FileWrite => ("file-write", "a new file in the folder, 512 KiB at a time, not synced"),
            Self::FileSync => {
                ("file-sync", "the same, and synced once at the end, as packages and folders are")
            }
            Self::FileRead => ("file-read", "a file of the folder, 64 KiB at a time, as the system holds it"),
            Self::Http => ("http", "GET to a file by the same HTTP library, nothing checked"),
        }
    }
}

/// A number of bytes that a stage must pass through a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) limit: Limit,
    pub(crate) bytes: u64,
}

/// Work of a stage that can go on at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phase {
    /// The needs of a chain are worked off one after the other by one thread, beside the other chains.
    pub(crate) chains: Vec<Vec<Need>>,
    /// Work that can be divided among all threads.
    pub(crate) spread: Vec<Need>,
    /// The number of threads.
    pub(crate) threads: usize,
}

/// The least time for the work of a stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Least {
    pub(crate) seconds: f64,
    /// The limit that takes most of this time.
    pub(crate) bound_by: Limit,
}

/// The least time of phases that follow one another. Each takes as long as its longest chain, and no less than all its
/// work divided by its threads. `None` without work, or if a rate is unknown.
pub(crate) fn least(phases: &[Phase], rate: impl Fn(Limit) -> Option<f64>) -> Option<Least> {
    let time =
        |need: &Need| if need.bytes == 0 { Some(0.0) } else { Some(need.bytes as f64 / rate(need.limit)?) };
    let sum = |needs: &[Need]| needs.iter().map(time).sum::<Option<f64>>();
    let mut seconds = 0.0;
    let mut work: Vec<(Limit, f64)> = Vec::new();
    for phase in phases {
        let chains = phase.chains.iter().map(|chain| sum(chain)).collect::<Option<Vec<_>>>()?;
        let longest = chains.iter().copied().fold(0.0, f64::max);
        let all = chains.iter().sum::<f64>() + sum(&phase.spread)?;
        let divided = all / phase.threads.max(1) as f64;
        seconds += longest.max(divided);
        // Either the longest chain decides how long the phase takes, or all its work divided by the threads. In the
        // latter case the times of all work are scaled down to the length of the phase.
        let decides = |sum: &f64| *sum >= longest && longest >= divided;
        let chain = chains.iter().position(decides).map(|index| &phase.chains[index]);
        let part = if chain.is_some() { 1.0 } else { divided / all };
        let everything = || phase.chains.iter().flatten().chain(&phase.spread).copied().collect();
        let deciding: Vec<Need> = chain.cloned().unwrap_or_else(everything);
        for need in &deciding {
            let took = time(need)? * part;
            match work.iter_mut().find(|(limit, _)| *limit == need.limit) {
                Some((_, total)) => *total += took,
                None => work.push((need.limit, took)),
            }
        }
    }
    let (bound_by, _) = work.into_iter().max_by(|left, right| left.1.total_cmp(&right.1))?;
    (seconds > 0.0).then_some(Least { seconds, bound_by })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(limit: Limit, bytes: u64) -> Need {
        Need { limit, bytes }
    }

    fn rate(limit: Limit) -> Option<f64> {
        match limit {
            Limit::Sha256 => Some(100.0),
            Limit::AesDecrypt => Some(500.0),
            Limit::FileWrite => Some(200.0),
            _ => None,
        }
    }

    #[test]
    fn the_longest_chain_counts_where_there_are_threads_enough() {
        let digest = vec![need(Limit::AesDecrypt, 1000), need(Limit::Sha256, 1000)];
        let mac = vec![need(Limit::Sha256, 1000)];
        let phase =
            |threads| Phase { chains: vec![mac.clone(), digest.clone()], spread: Vec::new(), threads };
        assert_eq!(least(&[phase(2)], rate), Some(Least { seconds: 12.0, bound_by: Limit::Sha256 }));
        assert_eq!(least(&[phase(1)], rate), Some(Least { seconds: 22.0, bound_by: Limit::Sha256 }));
    }

    #[test]
    fn work_that_is_spread_is_divided_and_phases_follow_one_another() {
        let writing = Phase { chains: Vec::new(), spread: vec![need(Limit::FileWrite, 1000)], threads: 2 };
        let both = [writing.clone(), Phase { threads: 1, ..writing }];
        assert_eq!(least(&both, rate), Some(Least { seconds: 7.5, bound_by: Limit::FileWrite }));
    }

    #[test]
    fn without_work_or_a_rate_there_is_no_least_time() {
        assert_eq!(least(&[], rate), None);
        let phase = |bytes| Phase {
            chains: vec![vec![need(Limit::Http, bytes), need(Limit::Sha256, 100)]],
            spread: Vec::new(),
            threads: 1,
        };
        assert_eq!(least(&[phase(1)], rate), None);
        let nothing_of_it = Some(Least { seconds: 1.0, bound_by: Limit::Sha256 });
        assert_eq!(least(&[phase(0)], rate), nothing_of_it, "of what is not done no rate is needed");
    }

    #[test]
    fn what_bounds_is_what_decides() {
        let rate = |limit| Some(if limit == Limit::Http { 100.0 } else { 150.0 });
        let chain = |limit| vec![need(limit, 1000)];
        let chains = vec![chain(Limit::Http), chain(Limit::Sha256), chain(Limit::Sha256)];
        let bound = |threads| {
            let phase = Phase { chains: chains.clone(), spread: Vec::new(), threads };
            least(&[phase], rate).unwrap().bound_by
        };
        assert_eq!(bound(3), Limit::Http, "the longest chain");
        assert_eq!(bound(1), Limit::Sha256, "all of it");
    }
}
