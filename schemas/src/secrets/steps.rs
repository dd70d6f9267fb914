//! How much the scans of this room look at, so that its tests can hold them to linear time.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Takes note that a scan looked at so many bytes.
#[cfg(test)]
pub(super) fn count(bytes: usize) {
    STEPS.set(STEPS.get() + bytes);
}

/// Takes note that a scan looked at so many bytes.
#[cfg(not(test))]
pub(super) const fn count(_bytes: usize) {}

/// How many bytes the scans look at that `run` makes.
#[cfg(test)]
pub(super) fn counted(run: impl FnOnce()) -> usize {
    STEPS.set(0);
    run();
    STEPS.get()
}
