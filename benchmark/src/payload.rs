//! Making the files that are packed. The same plan makes the same bytes on every machine.

use crate::options::{BenchError, Data, PayloadPlan, failed};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

/// How many bytes are made and written at once.
const BLOCK: usize = 256 << 10;
/// The length of each run of text or noise in files of both, in bytes.
const TURN: usize = 4 << 10;
/// The name of the setup file, which every payload needs to be packed.
pub(crate) const SETUP_FILE: &str = "install.cmd";

/// The kind of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Noise,
    Words,
    Both,
}

const SETUP_SCRIPT: &str = "exit /b 0\r\n";

/// The number of files of a plan, with the setup file.
pub(crate) fn files(plan: &PayloadPlan) -> u64 {
    plan.files.max(1) + 1
}

/// The size of these files in bytes.
pub(crate) fn bytes(plan: &PayloadPlan) -> u64 {
    plan.size + SETUP_SCRIPT.len() as u64
}

/// Makes the files of `plan` in `folder`, which must be new or empty.
pub(crate) fn make(plan: &PayloadPlan, folder: &Path) -> Result<(), BenchError> {
    std::fs::create_dir_all(folder).map_err(failed("make", folder))?;
    let setup = folder.join(SETUP_FILE);
    std::fs::write(&setup, SETUP_SCRIPT).map_err(failed("write", &setup))?;
    for index in 0..plan.files.max(1) {
        let within = folder.join(format!("{:03}", index / 1000));
        if index % 1000 == 0 {
            std::fs::create_dir(&within).map_err(failed("make", &within))?;
        }
        let path = within.join(format!("file-{index:05}.bin"));
        write(&path, size_of_file(plan, index), plan, index).map_err(failed("write", &path))?;
    }
    Ok(())
}

/// The size of a file: the first has half of the bytes, the others the rest in equal parts, the last also the
/// remainder.
fn size_of_file(plan: &PayloadPlan, index: u64) -> u64 {
    let (size, files) = (plan.size, plan.files.max(1));
    if files == 1 {
        return size;
    }
    let first = size / 2;
    let each = (size - first) / (files - 1);
    match index {
        0 => first,
        _ if index == files - 1 => size - first - each * (files - 2),
        _ => each,
    }
}

fn kind(data: Data, index: u64) -> Kind {
    match (data, index % 3) {
        (Data::Random, _) | (Data::Mixed, 1) => Kind::Noise,
        (Data::Text, _) | (Data::Mixed, 2) => Kind::Words,
        (Data::Mixed, _) => Kind::Both,
    }
}

fn write(path: &Path, size: u64, plan: &PayloadPlan, index: u64) -> std::io::Result<()> {
    // Each file has its own seed, so that no file deflates better because it repeats another.
    let mut bytes = Bytes::new(kind(plan.data, index), plan.seed ^ index.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let mut file = File::create_new(path)?;
    let mut block = vec![0; BLOCK.min(usize::try_from(size).unwrap_or(BLOCK))];
    let mut left = size;
    while left > 0 {
        let now = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        bytes.fill(&mut block[..now]);
        file.write_all(&block[..now])?;
        left -= now as u64;
    }
    Ok(())
}

/// A generator of the bytes of one file.
struct Bytes {
    kind: Kind,
    state: u64,
    words: Vec<Vec<u8>>,
}

impl Bytes {
    fn new(kind: Kind, seed: u64) -> Self {
        let mut bytes = Self { kind, state: seed, words: Vec::new() };
        bytes.words = (0..2048).map(|_| bytes.word()).collect();
        bytes
    }

    /// The next number of splitmix64 (Steele, Lea and Flood 2014).
    fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A word of random letters with a space at the end.
    fn word(&mut self) -> Vec<u8> {
        let length = 2 + self.number() % 9;
        (0..length).map(|_| b'a' + (self.number() % 26) as u8).chain([b' ']).collect()
    }

    fn fill(&mut self, block: &mut [u8]) {
        match self.kind {
            Kind::Noise => self.noise(block),
            Kind::Words => self.text(block),
            Kind::Both => {
                for (turn, part) in block.chunks_mut(TURN).enumerate() {
                    if turn % 2 == 0 { self.text(part) } else { self.noise(part) }
                }
            }
        }
    }

    fn noise(&mut self, block: &mut [u8]) {
        for eight in block.chunks_mut(8) {
            eight.copy_from_slice(&self.number().to_le_bytes()[..eight.len()]);
        }
    }

    /// Fills the block with words, some far more often than others, as in real text.
    fn text(&mut self, block: &mut [u8]) {
        let mut at = 0;
        while at < block.len() {
            let number = self.number();
            // The product of two even random numbers is small far more often than large, so the first words
            // come most often.
            let index = ((number & 0x7ff) * (number >> 11 & 0x7ff)) >> 11;
            let word = &self.words[index as usize];
            let now = word.len().min(block.len() - at);
            block[at..at + now].copy_from_slice(&word[..now]);
            at += now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libdeflater::{CompressionLvl, Compressor};

    fn plan(data: Data, size: u64, files: u64) -> PayloadPlan {
        PayloadPlan { data, size, files, seed: 7 }
    }

    #[test]
    fn files_hold_exactly_what_was_asked_for() {
        for (size, files) in [(0, 1), (1, 1), (10, 4), (1_000_003, 7), (5, 9)] {
            let plan = plan(Data::Text, size, files);
            let sum: u64 = (0..files).map(|index| size_of_file(&plan, index)).sum();
            assert_eq!(sum, size, "{files} files");
        }
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("source");
        make(&plan(Data::Mixed, 700_001, 1002), &made).unwrap();
        let sizes = ["000", "001"].map(|name| {
            let entries = std::fs::read_dir(made.join(name)).unwrap();
            entries.map(|entry| entry.unwrap().metadata().unwrap().len()).sum::<u64>()
        });
        assert_eq!(sizes.iter().sum::<u64>(), 700_001);
    }

    #[test]
    fn the_same_seed_makes_the_same_bytes_and_kinds_deflate_as_they_should() {
        let deflated = |data, index| {
            let mut bytes = vec![0; 1 << 20];
            let seed = 7;
            Bytes::new(kind(data, index), seed).fill(&mut bytes);
            let mut again = vec![0; 1 << 20];
            Bytes::new(kind(data, index), seed).fill(&mut again);
            assert!(bytes == again);
            Bytes::new(kind(data, index), 8).fill(&mut again);
            assert!(bytes != again);
            let mut room = vec![0; 2 << 20];
            let level = CompressionLvl::new(6).unwrap();
            let length = Compressor::new(level).deflate_compress(&bytes, &mut room).unwrap();
            length as f64 / bytes.len() as f64
        };
        assert!(deflated(Data::Random, 0) > 1.0);
        assert!((0.2..0.5).contains(&deflated(Data::Text, 1)));
        assert!((0.5..0.8).contains(&deflated(Data::Mixed, 0)));
        assert!(deflated(Data::Mixed, 1) > 1.0 && deflated(Data::Mixed, 2) < 0.5);
    }
}
