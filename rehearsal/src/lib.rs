//! A package's dress rehearsal: lint, pack, serve on loopback, fetch, install, detect, install again, uninstall.
