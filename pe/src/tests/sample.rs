//! Small programs for tests, with the structures at the places where linkers put them. Only with the feature `sample`.

/// Alignment in the file, as linkers use it; in memory sections are 16 MiB apart, so that none overlap.
const FILE: usize = 0x200;
pub(crate) const MEMORY: usize = 0x0100_0000;
/// DOS header, signature, COFF header, optional header with 16 directories.
const OPTIONAL: usize = 64 + 4 + 20;

/// A program to be put together.
#[derive(Default, Clone)]
pub struct Sample {
    /// Whether it is a program for 64-bit x86 rather than for 32-bit.
    pub x64: bool,
    /// The CLR header of a .NET program: major and minor version, and flags (1 is ILONLY).
    pub clr: Option<(u16, u16, u32)>,
    /// Sections besides `.text` and `.rsrc`.
    pub sections: Vec<(&'static str, Vec<u8>)>,
    /// Type, name and bytes of each resource.
    pub resources: Vec<(Name, Name, Vec<u8>)>,
    /// The bytes between the last section and the signature.
    pub overlay: Vec<u8>,
    /// The signature at the end; the program is unsigned where it is empty.
    pub signature: Vec<u8>,
}

/// The type or name of a resource.
#[derive(Clone, Copy, PartialEq)]
pub enum Name {
    /// The number of a type or name, e.g. 16 for a version.
    Number(u32),
    /// A name, stored as UTF-16.
    Text(&'static str),
}

impl Sample {
    /// The program as a file, headers and signature included.
    pub fn bytes(&self) -> Vec<u8> {
        let mut sections = vec![(".text", self.clr.map_or_else(|| vec![0xC3; 16], clr_header))];
        sections.extend(self.sections.iter().cloned());
        let resource_address = MEMORY * (sections.len() + 1);
        if !self.resources.is_empty() {
            sections.push((".rsrc", resource_section(&self.resources, resource_address as u32)));
        }
        let mut file = self.headers(&sections, resource_address);
        for (_, data) in &sections {
            file.extend_from_slice(data);
            file.resize(file.len().next_multiple_of(FILE), 0);
        }
        file.extend_from_slice(&self.overlay);
        let signed_at = file.len() as u32;
        file.extend_from_slice(&self.signature);
        if !self.signature.is_empty() {
            let directory = OPTIONAL + if self.x64 { 112 } else { 96 } + 4 * 8;
            file[directory..directory + 4].copy_from_slice(&signed_at.to_le_bytes());
            file[directory + 4..directory + 8].copy_from_slice(&(self.signature.len() as u32).to_le_bytes());
        }
        file
    }

    fn headers(&self, sections: &[(&str, Vec<u8>)], resource_address: usize) -> Vec<u8> {
        let directories = if self.x64 { 112 } else { 96 };
        let mut head = vec![0; OPTIONAL + directories + 16 * 8];
        let mut put = |at: usize, bytes: &[u8]| head[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, b"MZ");
        put(0x3C, &64_u32.to_le_bytes());
        put(64, b"PE\0\0");
        put(68, &if self.x64 { 0x8664_u16 } else { 0x014C }.to_le_bytes());
        put(70, &(sections.len() as u16).to_le_bytes());
        put(84, &((directories + 16 * 8) as u16).to_le_bytes());
        put(OPTIONAL, &if self.x64 { 0x20B_u16 } else { 0x10B }.to_le_bytes());
        put(OPTIONAL + directories - 4, &16_u32.to_le_bytes());
        if self.clr.is_some() {
            put(OPTIONAL + directories + 14 * 8, &(MEMORY as u32).to_le_bytes());
            put(OPTIONAL + directories + 14 * 8 + 4, &(CLR_SIZE as u32).to_le_bytes());
        }
        if !self.resources.is_empty() {
            put(OPTIONAL + directories + 2 * 8, &(resource_address as u32).to_le_bytes());
        }
        let mut offset = (head.len() + sections.len() * 40).next_multiple_of(FILE);
        let first = offset;
        for (index, (name, data)) in sections.iter().enumerate() {
            let mut header = [0; 40];
            header[..name.len()].copy_from_slice(name.as_bytes());
            let raw = data.len().next_multiple_of(FILE);
            for (at, value) in [(8, data.len()), (12, MEMORY * (index + 1)), (16, raw), (20, offset)] {
                header[at..at + 4].copy_from_slice(&(value as u32).to_le_bytes());
            }
            head.extend_from_slice(&header);
            offset += raw;
        }
        head.resize(first, 0);
        head
    }
}

/// The size of a CLR header (ECMA-335, partition II, 25.3.3).
const CLR_SIZE: usize = 72;

fn clr_header((major, minor, flags): (u16, u16, u32)) -> Vec<u8> {
    let mut header = vec![0; CLR_SIZE];
    header[..4].copy_from_slice(&(CLR_SIZE as u32).to_le_bytes());
    header[4..6].copy_from_slice(&major.to_le_bytes());
    header[6..8].copy_from_slice(&minor.to_le_bytes());
    header[16..20].copy_from_slice(&flags.to_le_bytes());
    header
}

/// A resource section: one directory of types, one of names each, one language each, then texts and data.
fn resource_section(resources: &[(Name, Name, Vec<u8>)], address: u32) -> Vec<u8> {
    let mut kinds: Vec<Name> = Vec::new();
    for (kind, _, _) in resources {
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    let directory = |count: usize| 16 + 8 * count;
    let names_at: Vec<usize> = kinds
        .iter()
        .scan(directory(kinds.len()), |at, kind| {
            let here = *at;
            *at += directory(resources.iter().filter(|one| one.0 == *kind).count());
            Some(here)
        })
        .collect();
    let languages_at = directory(kinds.len()) + kinds.len() * 16 + 8 * resources.len();
    let entries_at = languages_at + resources.len() * directory(1);
    let mut tail_at = entries_at + resources.len() * 16;
    let mut tail = Vec::new();
    let mut keep = |bytes: &[u8]| {
        let at = tail_at;
        tail.extend_from_slice(bytes);
        tail.resize(tail.len().next_multiple_of(8), 0);
        tail_at += bytes.len().next_multiple_of(8);
        at as u32
    };
    let mut number = |name: Name| match name {
        Name::Number(number) => number,
        Name::Text(text) => {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let length = (text.encode_utf16().count() as u16).to_le_bytes();
            0x8000_0000 | keep(&[&length[..], &units].concat())
        }
    };
    let head = |count: usize| [[0; 12].as_slice(), &[0, 0], &(count as u16).to_le_bytes()].concat();
    let entry = |name: u32, at: usize| [name.to_le_bytes(), (0x8000_0000 | at as u32).to_le_bytes()].concat();
    let mut section = head(kinds.len());
    for (kind, at) in kinds.iter().zip(&names_at) {
        section.extend(entry(number(*kind), *at));
    }
    for kind in &kinds {
        let of_kind = || resources.iter().enumerate().filter(|(_, one)| one.0 == *kind);
        section.extend(head(of_kind().count()));
        for (index, one) in of_kind() {
            section.extend(entry(number(one.1), languages_at + index * directory(1)));
        }
    }
    for index in 0..resources.len() {
        section.extend(head(1));
        section.extend([1033_u32.to_le_bytes(), ((entries_at + index * 16) as u32).to_le_bytes()].concat());
    }
    for (_, _, data) in resources {
        let at = keep(data);
        section.extend([address + at, data.len() as u32, 0, 0].map(u32::to_le_bytes).concat());
    }
    section.extend(tail);
    section
}

/// A version resource with these numbers and texts.
pub fn version_resource(version: [u16; 4], texts: &[(&str, &str)]) -> Vec<u8> {
    let halves = [version[1], version[0], version[3], version[2]].map(u16::to_le_bytes).concat();
    let mut fixed = [0xBD, 0x04, 0xEF, 0xFE, 0, 0, 1, 0].to_vec();
    fixed.extend([halves.clone(), halves, vec![0; 28]].concat());
    let texts = texts.iter().map(|(key, text)| {
        let value: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        block(key, 1, &value, &[])
    });
    let language = block("040904B0", 1, &[], &texts.collect::<Vec<_>>());
    block("VS_VERSION_INFO", 0, &fixed, &[block("StringFileInfo", 1, &[], &[language])])
}

fn block(key: &str, kind: u16, value: &[u8], children: &[Vec<u8>]) -> Vec<u8> {
    let length = if kind == 1 { value.len() / 2 } else { value.len() } as u16;
    let mut bytes = [[0, 0], length.to_le_bytes(), kind.to_le_bytes()].concat();
    bytes.extend(key.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    for part in [value].into_iter().chain(children.iter().map(Vec::as_slice)) {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend_from_slice(part);
    }
    let length = (bytes.len() as u16).to_le_bytes();
    bytes[..2].copy_from_slice(&length);
    bytes
}
