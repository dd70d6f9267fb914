//! Files that survive a crash: atomic small files, staging folders and their sweep, locks, the private root, free space.
