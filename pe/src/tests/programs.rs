use crate::sample::{Name, Sample, version_resource};
use crate::*;
use proptest::prelude::*;
use std::io::Cursor;

fn program(sample: &Sample) -> Program {
    Program::from_reader(Cursor::new(sample.bytes())).unwrap()
}

fn full() -> Sample {
    let texts = [
        ("CompanyName", "Contoso Ltd  "),
        ("ProductName", "Contoso Café"),
        ("ProductVersion", "1.2.3-beta"),
        ("FileDescription", "Contoso Setup"),
        ("OriginalFilename", "setup.exe"),
    ];
    Sample {
        sections: vec![(".data", vec![7; 700])],
        resources: vec![
            (Name::Text("DATA"), Name::Number(131), b"PK\x03\x04 and so on".to_vec()),
            (Name::Number(10), Name::Number(11111), b"rDlPtS".to_vec()),
            (Name::Number(16), Name::Number(1), version_resource([1, 2, 3, 40000], &texts)),
        ],
        overlay: b"overlay!".to_vec(),
        ..Sample::default()
    }
}

#[test]
fn headers_resources_and_version_are_read() {
    let sample = full();
    let (found, bytes) = (program(&sample), sample.bytes());
    assert_eq!(found.machine, Machine::X86);
    let names: Vec<_> = found.sections.iter().map(|section| section.name.as_str()).collect();
    assert_eq!(names, [".text", ".data", ".rsrc"]);
    let at = |range: Range<u64>| &bytes[range.start as usize..range.end as usize];
    assert_eq!(at(found.section(".data").unwrap()), [7; 700]);
    assert_eq!(at(found.overlay.clone()), b"overlay!");
    let data = found.resource(&ResourceName::Text("DATA".into()), &ResourceName::Number(131)).unwrap();
    assert_eq!(at(data), b"PK\x03\x04 and so on");
    let inno = found.resource(&ResourceName::Number(10), &ResourceName::Number(11111)).unwrap();
    assert_eq!(at(inno), b"rDlPtS");
    assert_eq!(found.resource(&ResourceName::Number(10), &ResourceName::Number(1)), None);
    let version = found.version.unwrap();
    assert_eq!(version.file_version, Some([1, 2, 3, 40000]));
    assert_eq!(version.product_version, Some([1, 2, 3, 40000]));
    assert_eq!(version.company_name.as_deref(), Some("Contoso Ltd"));
    assert_eq!(version.product_name.as_deref(), Some("Contoso Café"));
    assert_eq!(version.product_version_text.as_deref(), Some("1.2.3-beta"));
    assert_eq!(version.file_description.as_deref(), Some("Contoso Setup"));
    assert_eq!(version.original_filename.as_deref(), Some("setup.exe"));
    assert_eq!(version.comments, None);
}

#[test]
fn a_64_bit_program_without_anything_is_read_too() {
    let found = program(&Sample { x64: true, ..Sample::default() });
    assert_eq!((found.machine, found.overlay.is_empty(), found.version), (Machine::X64, true, None));
}

#[test]
fn the_overlay_ends_where_a_signature_starts() {
    let sample = Sample { signature: vec![9; 64], ..full() };
    let found = program(&sample);
    assert_eq!(found.overlay.end - found.overlay.start, 8);
    assert_eq!(found.overlay.end, sample.bytes().len() as u64 - 64);
}

#[test]
fn what_is_no_program_is_refused() {
    for bytes in [&b""[..], b"MZ", b"PK\x03\x04", &[0; 4096], &full().bytes()[..200]] {
        let error = Program::from_reader(Cursor::new(bytes)).unwrap_err();
        assert_eq!(error.code().id, "program-unreadable");
    }
    assert_eq!(Program::read(Path::new("not/there.exe")).unwrap_err().code().id, "init-io");
}

#[test]
fn a_disk_that_fails_is_no_file_without_a_version() {
    /// A reader that fails from an offset on.
    struct Failing(Cursor<Vec<u8>>, u64);
    impl std::io::Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let end = self.0.position() + buffer.len() as u64;
            if end > self.1 { Err(std::io::Error::from_raw_os_error(5)) } else { self.0.read(buffer) }
        }
    }
    impl std::io::Seek for Failing {
        fn seek(&mut self, position: std::io::SeekFrom) -> std::io::Result<u64> {
            self.0.seek(position)
        }
    }
    let bytes = full().bytes();
    for from in [0, 70, 0x200, 0x800] {
        let failed = Program::from_reader(Failing(Cursor::new(bytes.clone()), from)).unwrap_err();
        let ProgramError::Read(error) = failed else { panic!("{from}: {failed:?}") };
        assert_eq!(error.raw_os_error(), Some(5), "{from}");
    }
}

/// Counts what is read of a program with 12 MiB in a section, a resource and the overlay.
#[test]
fn a_huge_installer_costs_little() {
    struct Counted<R>(R, std::rc::Rc<std::cell::Cell<usize>>);
    impl<R: Read> Read for Counted<R> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.read(buffer)?;
            self.1.set(self.1.get() + count);
            Ok(count)
        }
    }
    impl<R: Seek> Seek for Counted<R> {
        fn seek(&mut self, position: std::io::SeekFrom) -> std::io::Result<u64> {
            self.0.seek(position)
        }
    }
    let sample = Sample {
        sections: vec![(".big", vec![1; 4 << 20])],
        resources: [full().resources, vec![(Name::Number(10), Name::Number(1), vec![2; 4 << 20])]].concat(),
        overlay: vec![3; 4 << 20],
        ..Sample::default()
    };
    let read = std::rc::Rc::default();
    let found =
        Program::from_reader(Counted(Cursor::new(sample.bytes()), std::rc::Rc::clone(&read))).unwrap();
    assert!(found.version.is_some());
    assert!(read.get() < 4096, "{} bytes read", read.get());
}

#[test]
fn a_resource_directory_that_multiplies_ends() {
    // Every entry of the first directory leads back to the first directory.
    let mut section = [[0; 14].as_slice(), &[0x00, 0x10]].concat();
    for id in 0..4096_u32 {
        section.extend([id.to_le_bytes(), 0x8000_0000_u32.to_le_bytes()].concat());
    }
    let mut sample = full();
    sample.resources.clear();
    sample.sections = vec![(".rsrc", section)];
    let mut bytes = sample.bytes();
    bytes[64 + 24 + 96 + 16..64 + 24 + 96 + 20]
        .copy_from_slice(&(2 * crate::sample::MEMORY as u32).to_le_bytes());
    let found = Program::from_reader(Cursor::new(bytes)).unwrap();
    assert!(found.resources.is_empty() && found.version.is_none());
}

#[test]
fn a_version_is_found_behind_more_resources_than_are_kept() {
    const ICON: u32 = 3;
    let icon = |id| (Name::Number(ICON), Name::Number(id), vec![0]);
    let mut resources: Vec<_> = (1..=2_000).map(icon).collect();
    resources.push((Name::Number(16), Name::Number(1), version_resource([1, 2, 3, 4], &[])));
    let found = program(&Sample { resources, ..Sample::default() });
    assert_eq!(found.version.unwrap().file_version, Some([1, 2, 3, 4]));
}

#[test]
fn resources_are_bounded_in_number_and_names_in_length() {
    const LANGUAGES: u32 = 4096;
    let directory =
        |named: u8, count: u32| [[0; 12].as_slice(), &[named, 0], &(count as u16).to_le_bytes()].concat();
    let entry = |name: u32, to: u32| [name.to_le_bytes(), to.to_le_bytes()].concat();
    let (flag, address) = (0x8000_0000, 2 * crate::sample::MEMORY as u32);
    let (names, languages) = (24, 56);
    let data = languages + 16 + 8 * LANGUAGES;
    let name = data + 16;
    // One type; a name of 300 units and the number 1, which share 4,096 languages, which share their data.
    let mut section = [directory(0, 1), entry(10, flag | names)].concat();
    section
        .extend([directory(1, 1), entry(flag | name, flag | languages), entry(1, flag | languages)].concat());
    section.extend(directory(0, LANGUAGES));
    (0..LANGUAGES).for_each(|id| section.extend(entry(id, data)));
    section.extend(
        [entry(address, 1), entry(0, 0), 300_u16.to_le_bytes().to_vec(), [b'a', 0].repeat(300)].concat(),
    );
    let sample = Sample { sections: vec![(".rsrc", section)], ..Sample::default() };
    let mut bytes = sample.bytes();
    bytes[64 + 24 + 96 + 16..64 + 24 + 96 + 20].copy_from_slice(&address.to_le_bytes());
    let found = Program::from_reader(Cursor::new(bytes)).unwrap().resources;
    assert_eq!(found.len(), 1024);
    assert!(found.iter().all(|resource| resource.name == ResourceName::Number(1)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn damage_does_no_harm(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = full().bytes();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = Program::from_reader(Cursor::new(bytes));
    }

    #[test]
    fn version_resources_are_read_within_their_bounds(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = VersionInfo::parse(&bytes);
        let mut damaged = version_resource([1, 2, 3, 4], &[("ProductName", "x")]);
        for (to, from) in damaged.iter_mut().skip(6).step_by(3).zip(&bytes) {
            *to ^= *from & 0x11;
        }
        let _ = VersionInfo::parse(&damaged);
    }
}

#[test]
fn the_loader_goes_by_the_machine_and_the_clr_header() {
    const IL_ONLY: u32 = 1;
    const REQUIRED: u32 = 2;
    const PREFERRED: u32 = 0x2_0000;
    let x86 = LoadedAs::Machine(Machine::X86);
    let x64 = LoadedAs::Machine(Machine::X64);
    for (is_64, clr, expected) in [
        (false, None, x86),
        (true, None, x64),
        (false, Some((2, 5, IL_ONLY)), LoadedAs::AnyCpu),
        (false, Some((2, 5, IL_ONLY | 8)), LoadedAs::AnyCpu), // signed with a strong name
        (false, Some((2, 5, IL_ONLY | REQUIRED)), x86),
        (false, Some((2, 5, IL_ONLY | REQUIRED | PREFERRED)), x86),
        (false, Some((2, 5, IL_ONLY | PREFERRED)), x86),
        (false, Some((2, 5, 0)), x86),       // C++/CLI with code for x86
        (false, Some((2, 0, IL_ONLY)), x86), // .NET Framework 1.x
        (true, Some((2, 5, IL_ONLY)), x64),
    ] {
        let sample = Sample { x64: is_64, clr, ..Sample::default() };
        assert_eq!(program(&sample).loaded_as(), expected, "64-bit {is_64}, {clr:?}");
    }
}

#[test]
fn a_clr_header_that_is_nowhere_counts_as_none() {
    let sample = Sample { clr: Some((2, 5, 1)), ..Sample::default() };
    let directory = 64 + 4 + 20 + 96 + 14 * 8;
    for address in [1_u32, 0x7FFF_FFFF, u32::MAX] {
        let mut bytes = sample.bytes();
        bytes[directory..directory + 4].copy_from_slice(&address.to_le_bytes());
        let found = Program::from_reader(Cursor::new(bytes)).unwrap();
        assert_eq!(found.loaded_as(), LoadedAs::Machine(Machine::X86), "{address:#x}");
    }
}

#[test]
fn other_processors_are_told_by_the_header() {
    for (number, machine) in
        [(0xAA64_u16, Machine::Arm64), (0x01C4, Machine::Arm), (0x0200, Machine::Other(0x0200))]
    {
        let mut bytes = Sample { x64: true, ..Sample::default() }.bytes();
        bytes[68..70].copy_from_slice(&number.to_le_bytes());
        let found = Program::from_reader(Cursor::new(bytes)).unwrap();
        assert_eq!(found.loaded_as(), LoadedAs::Machine(machine));
    }
}
