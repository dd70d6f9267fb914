//! Detection.xml for arbitrary values, bytes and damage.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use waybill_schemas::{
    ApplicationInfo, CONTENT_LIMIT, DigestAlgorithm, EncryptionInfo, EncryptionKey, FileDigest,
    InitializationVector, Mac, MacKey, MsiExecutionContext, MsiInfo, Profile, encryption_info_from,
};

/// Any text that XML can hold, markup and white space more often than not.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        proptest::sample::select(
            "<>&\"' \t\r\n]![-:;#x;/.é日🎉\u{85}\u{2028}\u{FFFD}".chars().collect::<Vec<_>>()
        ),
        any::<char>(),
    ];
    proptest::collection::vec(character, 0..24).prop_map(|characters| {
        let fits = |character: &char| !matches!(character, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}');
        characters.into_iter().filter(fits).collect()
    })
}

fn encryption_info() -> impl Strategy<Value = EncryptionInfo> {
    any::<([u8; 32], [u8; 32], [u8; 16], [u8; 32], [u8; 32])>().prop_map(|(key, mac_key, iv, mac, digest)| {
        EncryptionInfo {
            encryption_key: EncryptionKey::new(key),
            mac_key: MacKey::new(mac_key),
            initialization_vector: InitializationVector::new(iv),
            mac: Mac::new(mac),
            profile_identifier: Profile::Version1,
            file_digest: FileDigest::new(digest),
            file_digest_algorithm: DigestAlgorithm::Sha256,
        }
    })
}

fn msi_info() -> impl Strategy<Value = MsiInfo> {
    let context = proptest::sample::select(vec![
        None,
        Some(MsiExecutionContext::System),
        Some(MsiExecutionContext::User),
        Some(MsiExecutionContext::Any),
    ]);
    let texts = proptest::array::uniform5(proptest::option::of(text()));
    (texts, any::<[Option<bool>; 8]>(), context).prop_map(|(texts, flags, execution_context)| {
        let [product_code, product_version, package_code, upgrade_code, publisher] = texts;
        MsiInfo {
            product_code,
            product_version,
            package_code,
            upgrade_code,
            execution_context,
            requires_logon: flags[0],
            requires_reboot: flags[1],
            is_machine_install: flags[2],
            is_user_install: flags[3],
            includes_services: flags[4],
            includes_odbc_data_source: flags[5],
            contains_system_registry_keys: flags[6],
            contains_system_folders: flags[7],
            publisher,
        }
    })
}

prop_compose! {
    fn application_info()(
        tool_version in text().prop_map(|text| format!("1{text}")),
        name in text(),
        description in proptest::option::of(text()),
        unencrypted_content_size in 0..=CONTENT_LIMIT,
        file_name in "[^/\\\\:\\p{Cc}\u{FFFE}\u{FFFF}]{1,60}",
        setup_file in text().prop_map(|text| format!("{text}.exe")),
        encryption_info in encryption_info(),
        msi_info in proptest::option::of(msi_info()),
    ) -> ApplicationInfo {
        let file_name = if matches!(file_name.as_str(), "." | "..") { "a".to_owned() } else { file_name };
        ApplicationInfo {
            tool_version, name, description, unencrypted_content_size, file_name, setup_file, encryption_info, msi_info,
        }
    }
}

fn sample() -> Vec<u8> {
    include_bytes!("../../tests/fixtures/golden/tiny.intunewin").to_vec()
}

/// One byte overwritten, inserted, removed, or a stretch doubled.
fn damage(mut bytes: Vec<u8>, edits: &[(usize, u8, u8)]) -> Vec<u8> {
    for (place, kind, byte) in edits {
        let place = place % bytes.len().max(1);
        match kind % 4 {
            0 if !bytes.is_empty() => bytes[place] = *byte,
            1 => bytes.insert(place, *byte),
            2 if !bytes.is_empty() => drop(bytes.remove(place)),
            _ => {
                let end = (place + usize::from(*byte)).min(bytes.len());
                let stretch = bytes[place..end].to_vec();
                bytes.splice(place..place, stretch);
            }
        }
    }
    bytes
}

fn xml_of(package: &[u8]) -> Vec<u8> {
    let begin = package.windows(17).rposition(|window| window == b"<ApplicationInfo ").unwrap();
    let end = package.windows(18).rposition(|window| window == b"</ApplicationInfo>").unwrap() + 18;
    package[begin..end].to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_unchanged_and_without_notes(info in application_info()) {
        let written = info.write().unwrap();
        let read = ApplicationInfo::read(&written).unwrap();
        prop_assert_eq!(&read.info, &info);
        prop_assert_eq!(read.notes, vec![]);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = ApplicationInfo::read(&bytes);
        let _ = encryption_info_from(&bytes);
    }

    #[test]
    fn markup_soup_never_panics(parts in proptest::collection::vec(proptest::sample::select(vec![
        "<", ">", "</", "/>", "<!", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "<?xml ", "<!DOCTYPE", "[", "]",
        "ApplicationInfo", "<ApplicationInfo>", "</ApplicationInfo>", "<Name>", "</Name>", "<EncryptionInfo>", "&", "&#",
        "&#x41;", ";", "=", "\"", "'", " ", "\r\n", "a", "é", "\u{FEFF}", "version=\"1.0\"", "xmlns:xsd",
    ]), 0..40)) {
        let _ = ApplicationInfo::read(parts.concat().as_bytes());
    }

    #[test]
    fn damaged_documents_never_panic_and_what_is_read_can_be_written(
        edits in proptest::collection::vec(any::<(usize, u8, u8)>(), 1..4),
    ) {
        let damaged = damage(xml_of(&sample()), &edits);
        if let Ok(read) = ApplicationInfo::read(&damaged) {
            let written = read.info.write().unwrap();
            prop_assert_eq!(ApplicationInfo::read(&written).unwrap().info, read.info);
        }
        let _ = encryption_info_from(&damaged);
    }
}

#[test]
fn every_truncation_is_refused() {
    let xml = xml_of(&sample());
    for length in 0..xml.len() {
        assert!(ApplicationInfo::read(&xml[..length]).is_err(), "{length} bytes");
    }
}
