//! Places where a test stops the process for good, so that it can be killed exactly there.
//!
//! Crash safety is a promise about every moment between two writes, and no test finds such a moment by waiting. So the
//! code names its moments: [`reach`] is called before and after each sync, rename, journal write and removal, and every
//! [`Meter`](crate::Meter) counts the bytes of its stage. Without the feature `failpoints`, which no released program
//! has, all of that is an empty inline function.
//!
//! With it, the environment variable `WAYBILL_FAILPOINT` arms one point:
//!
//! | value | stops |
//! |---|---|
//! | `unpack-renamed` | where that point is reached for the first time |
//! | `partial-synced#3` | for the third time |
//! | `download:1048577` | as soon as a meter of that stage stands at so many bytes or more (bytes it skipped do not stop it) |
//!
//! The thread that gets there writes the line `failpoint <value>` to stderr and sleeps for ever; the other threads go on
//! as in life. The harness reads the line and kills the process.

#[cfg(feature = "failpoints")]
mod armed;

#[cfg(feature = "failpoints")]
pub(crate) use armed::Position;
#[cfg(feature = "failpoints")]
pub use armed::reach;

/// Every named point there is. A test holds this list against the sources.
pub fn all() -> impl Iterator<Item = &'static str> {
    FETCH.iter().chain(INSTALL).copied()
}

/// The points of an attempt to install, in its order.
pub const INSTALL: &[&str] = &[
    // installer-runner: what an earlier run left
    "earlier-settling",
    // agent: each write of state.db, several times in an attempt
    "state-writing",
    "state-written",
    // installer-runner: the installer
    "installer-creating",
    "installer-created",
    "installer-running",
    "installer-ended",
    "attempt-detecting",
];

/// The points of a fetch, in its order.
pub const FETCH: &[&str] = &[
    // intunewin: the file that is received
    "partial-syncing",
    "partial-synced",
    // downloader: what is known of it
    "journal-writing",
    "journal-synced",
    "journal-renamed",
    // intunewin: unpacking
    "unpack-syncing",
    "unpack-synced",
    // downloader: what will be there
    "manifest-writing",
    "manifest-synced",
    "manifest-renamed",
    // intunewin: moving into place
    "unpack-setting-aside",
    "unpack-set-aside",
    "unpack-renaming",
    "unpack-renamed",
    "unpack-parent-synced",
    "unpack-trashed",
    // downloader: the encrypted content goes
    "partial-removing",
    "partial-removed",
    "journal-removed",
    // intunewin: what dead runs left
    "sweep-renamed",
    "sweep-removed",
];

/// The point `name` is reached; stops the thread for ever where that point is armed.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub fn reach(_name: &'static str) {}

/// How far a meter stands: nothing to keep without the feature.
#[cfg(not(feature = "failpoints"))]
pub(crate) struct Position;

#[cfg(not(feature = "failpoints"))]
impl Position {
    #[inline(always)]
    pub(crate) fn begin() -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) fn advance(&self, _stage: crate::Stage, _bytes: u64) {}

    #[inline(always)]
    pub(crate) fn skip(&self, _bytes: u64) {}
}

#[cfg(test)]
mod tests;
