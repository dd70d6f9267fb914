//! From a URL to a content folder.
