//! A static file server with ranges and strong ETags, for a lab and for tests.
