//! HTTP for whoever fetches, uploads or calls: client, trust, redirects, patience, pace, and what an answer is worth.
