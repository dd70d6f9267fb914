//! The stages, and the least work that each must do.

use crate::limit::Limit;
use crate::limit::{Need, Phase};
use serde::{Deserialize, Serialize};

/// Sizes of the content that is measured, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// The number of files.
    pub(crate) files: u64,
    /// The size of the source files.
    pub(crate) source: u64,
    /// The size of those source files that are deflated.
    pub(crate) deflated: u64,
    /// The size of the payload (the inner zip).
    pub(crate) payload: u64,
    /// The size of the content (the encrypted file).
    pub(crate) content: u64,
}

/// A part of packing or delivery that is measured in a separate process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    Sha256,
    Aes,
    Hmac,
    Seal,
    Deflate,
    Pack,
    Serve,
    Download,
    Authenticate,
    Digest,
    Decrypt,
    Unpack,
    Fetch,
}

impl Stage {
    /// The stages for a payload that is made here. [`Stage::Serve`] is measured with the download.
    pub(crate) const ALL: [Self; 13] = [
        Self::Sha256,
        Self::Aes,
        Self::Hmac,
        Self::Seal,
        Self::Deflate,
        Self::Pack,
        Self::Serve,
        Self::Download,
        Self::Authenticate,
        Self::Digest,
        Self::Decrypt,
        Self::Unpack,
        Self::Fetch,
    ];

    /// The stages for a content on another server.
    pub(crate) const DELIVERY: [Self; 2] = [Self::Download, Self::Fetch];

    /// The stages that a sweep measures.
    pub(crate) const SWEEP: [Self; 5] =
        [Self::Pack, Self::Download, Self::Authenticate, Self::Unpack, Self::Fetch];

    /// The name of the stage in reports.
    pub(crate) fn name(self) -> &'static str {
        self.texts().0
    }

    /// What the stage does, in one line.
    pub(crate) fn what(self) -> &'static str {
        self.texts().1
    }

    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Sha256 => ("sha-256", "SHA-256 of the source files, read 64 KiB at a time"),
            Self::Aes => ("aes", "AES-256-CBC encryption of the source files, read 64 KiB at a time"),
            Self::Hmac => ("hmac", "HMAC-SHA-256 of the source files, read 64 KiB at a time"),
            Self::Seal => (
                "seal",
                "digest, encryption, MAC and CRC of the source files in one pass, as packing does it",
            ),
            Self::Deflate => ("deflate", "the payload from the source folder, on all threads, into nowhere"),
            Self::Pack => ("pack", "the package from the source folder"),
            Self::Serve => ("serve", "the lab server during the download"),
            Self::Download => {
                ("download", "the content from the server, authenticated and digested as it comes")
            }
            Self::Authenticate => ("authenticate", "MAC and digest of the content file, on two threads"),
            Self::Digest => ("digest", "decryption and SHA-256 of the payload, on one thread"),
            Self::Decrypt => ("decrypt", "decryption of the payload, on one thread, into nowhere"),
            Self::Unpack => {
                ("unpack", "the files from the content file, decrypted and inflated on all threads")
            }
            Self::Fetch => ("fetch", "from the server to the files in their place, all three phases"),
        }
    }

    /// The size by which the rate of this stage is computed: its name in reports and its bytes.
    pub(crate) fn counted(self, facts: &Facts) -> (&'static str, u64) {
        match self {
            Self::Sha256 | Self::Aes | Self::Hmac | Self::Seal => ("source", facts.source),
            Self::Deflate | Self::Pack | Self::Unpack => ("source", facts.source),
            Self::Digest | Self::Decrypt => ("payload", facts.payload),
            Self::Serve | Self::Download | Self::Authenticate | Self::Fetch => ("content", facts.content),
        }
    }

    /// Whether the stage downloads from a server.
    pub(crate) fn downloads(self) -> bool {
        matches!(self, Self::Download | Self::Fetch)
    }

    /// The least work of the stage; none for a server, which waits for its client.
    pub(crate) fn phases(self, facts: &Facts, threads: usize, processors: usize) -> Vec<Phase> {
        // More threads than processors do not shorten the least time; counting them would make every share look worse.
        let threads = threads.min(processors);
        let Facts { source, payload, content, deflated, .. } = *facts;
        let need = |limit, bytes| Need { limit, bytes };
        // SHA-256 counts twice: the file digest covers the payload, and the MAC (HMAC-SHA-256) covers the encrypted
        // bytes.
        let sealing = |bytes, sealed| {
            vec![need(Limit::Sha256, bytes), need(Limit::AesEncrypt, bytes), need(Limit::Sha256, sealed)]
        };
        let one = |needs| Phase { chains: vec![needs], spread: Vec::new(), threads: 1 };
        let read = |bytes| need(Limit::FileRead, bytes);
        match self {
            Self::Sha256 | Self::Hmac => vec![one(vec![read(source), need(Limit::Sha256, source)])],
            Self::Aes => vec![one(vec![read(source), need(Limit::AesEncrypt, source)])],
            Self::Seal => vec![one([vec![read(source)], sealing(source, source)].concat())],
            Self::Deflate => {
                let spread = vec![read(source), need(Limit::Deflate, deflated)];
                vec![Phase { chains: Vec::new(), spread, threads }]
            }
            Self::Pack => {
                let writing = [sealing(payload, content), vec![need(Limit::FileSync, content)]].concat();
                let spread = vec![read(source), need(Limit::Deflate, deflated)];
                vec![Phase { chains: vec![writing], spread, threads }]
            }
            Self::Serve => Vec::new(),
            Self::Download => vec![downloading(facts, processors)],
            Self::Authenticate => {
                // MAC and digest take one thread each, independent of `threads`.
                let mac = vec![read(content), need(Limit::Sha256, content)];
                vec![Phase {
                    chains: vec![mac, digesting(payload)],
                    spread: Vec::new(),
                    threads: processors.min(2),
                }]
            }
            Self::Digest => vec![one([vec![read(content)], digesting(payload)].concat())],
            Self::Decrypt => vec![one(vec![read(content), need(Limit::AesDecrypt, payload)])],
            Self::Unpack => vec![unpacking(facts, threads, 0)],
            Self::Fetch => vec![downloading(facts, processors), unpacking(facts, threads, source)],
        }
    }
}

fn digesting(payload: u64) -> Vec<Need> {
    [Limit::AesDecrypt, Limit::Sha256].map(|limit| Need { limit, bytes: payload }).to_vec()
}

/// The work of a download: receiving, MAC and digest each have a thread, and the bytes are written.
fn downloading(facts: &Facts, processors: usize) -> Phase {
    let need = |limit| vec![Need { limit, bytes: facts.content }];
    let chains = vec![need(Limit::Http), need(Limit::Sha256), digesting(facts.payload)];
    Phase { chains, spread: Vec::new(), threads: processors.min(3) }
}

/// The work of unpacking; `recorded` is the number of bytes that are digested for the manifest.
fn unpacking(facts: &Facts, threads: usize, recorded: u64) -> Phase {
    let needs = [
        (Limit::FileRead, facts.payload),
        (Limit::AesDecrypt, facts.payload),
        (Limit::Inflate, facts.deflated),
        (Limit::Blake3, recorded),
    ];
    let spread = needs.map(|(limit, bytes)| Need { limit, bytes }).to_vec();
    // All threads write files; one thread syncs them at the end.
    let writing = vec![Need { limit: Limit::FileSync, bytes: facts.source }];
    // Unpacking uses at most eight threads.
    Phase { chains: vec![writing], spread, threads: threads.min(8) }
}

pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
