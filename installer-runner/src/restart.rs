//! The reboot manager: which restarts the device waits for.
