//! No key is in the public tree in any form, and the document is for its owner alone.

use super::{MIB, PublishBench, files, info, package};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::fs;
use std::path::Path;

/// A key in every form in which it might leak. Each is long enough not to occur by chance.
fn forms(key: &[u8; 32]) -> Vec<Vec<u8>> {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = key.map(|byte| byte.to_string()).join(",");
    let mut forms = vec![key[..12].to_vec(), key[20..].to_vec()];
    for text in [hex.to_uppercase(), hex, list] {
        forms.push(text.as_bytes()[..24].to_vec());
        forms.push(text.as_bytes()[text.len() - 24..].to_vec());
    }
    // Base64, wherever in a longer text the key begins: without the characters that its neighbours would change.
    for before in 0..3 {
        let shifted = [vec![0; before], key.to_vec()].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let text = engine.encode(&shifted);
            forms.push(text.as_bytes()[4..28].to_vec());
        }
    }
    let reversed: Vec<u8> = key.iter().rev().copied().collect();
    forms.push(reversed[..12].to_vec());
    forms
}

fn canaries(package: &[u8]) -> Vec<Vec<u8>> {
    let info = info(package);
    [forms(info.encryption_key.expose()), forms(info.mac_key.expose())].concat()
}

/// UTF-16 texts are seen as what they say.
fn leaks(bytes: &[u8], canaries: &[Vec<u8>]) -> bool {
    let narrow: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    let mut by_first = vec![Vec::new(); 256];
    canaries.iter().for_each(|canary| by_first[usize::from(canary[0])].push(canary));
    let holds = |bytes: &[u8]| {
        (0..bytes.len())
            .any(|at| by_first[usize::from(bytes[at])].iter().any(|canary| bytes[at..].starts_with(canary)))
    };
    holds(bytes) || holds(&narrow)
}

fn leaking(folder: &Path, canaries: &[Vec<u8>]) -> Vec<String> {
    let leaks = files(folder).into_iter().filter(|path| {
        leaks(path.to_string_lossy().as_bytes(), canaries) || leaks(&fs::read(path).unwrap(), canaries)
    });
    leaks.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_public_tree_holds_no_key_in_any_form() {
    for len in [0, 5_000, 2 * MIB + 77] {
        let (bench, package) = (PublishBench::new(), package(len, 20));
        let canaries = canaries(&package);
        let report = bench.publish(&package).unwrap();
        assert!(leaks(&package, &canaries), "a package carries its keys: the canary is in its cage");
        assert_eq!(leaking(bench.0.path(), &canaries), ["app.content.json"]);
        assert!(leaking(&bench.public(), &canaries).is_empty());
        assert!(!leaks(format!("{report:?}").as_bytes(), &canaries));
    }
}

/// The search for keys has to find them where they are.
#[test]
fn every_form_is_seen() {
    let canaries = canaries(&package(10, 20));
    let key = *info(&package(10, 20)).mac_key.expose();
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let base64 = |before: &[u8]| STANDARD_NO_PAD.encode([before, &key, b"after"].concat()).into_bytes();
    let wide = base64(b"").iter().flat_map(|byte| [*byte, 0]).collect();
    for text in [
        key.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        base64(b""),
        base64(b"a"),
        base64(b"ab"),
        URL_SAFE_NO_PAD.encode(key).into_bytes(),
        wide,
    ] {
        assert!(leaks(&[b"{\"x\":\"", text.as_slice()].concat(), &canaries));
    }
}

#[test]
fn keys_in_the_public_tree_are_told() {
    let (bench, package) = (PublishBench::new(), package(10, 21));
    fs::create_dir(bench.public()).unwrap();
    let named = bench.public().join("app.intunewin");
    fs::write(&named, &package).unwrap();
    let report = bench
        .publish_as(&package, |request| {
            (request.with_keys, request.document) = (true, None);
            (request.package, request.package_has_keys) = (named, true);
        })
        .unwrap();
    assert!(report.with_keys);
    assert!(report.notes.len() == 2 && report.notes[0].contains("carries the keys"), "{:?}", report.notes);
    assert_eq!(report.url, format!("{}/content.bin", report.mac));
    let leaking = leaking(&bench.public(), &canaries(&package));
    assert_eq!(leaking, ["app.content.json", "app.intunewin"]);
}

#[test]
fn neither_report_nor_error_tells_a_token() {
    let (bench, package) = (PublishBench::new(), package(10, 22));
    let url = "https://account.blob.core.windows.net/apps?sv=1&sig=c2VjcmV0";
    let report = bench.publish_as(&package, |request| request.base_url = Some(url.to_owned())).unwrap();
    assert!(!format!("{report:?}").contains("c2VjcmV0"));
    let text = fs::read_to_string(bench.path("app.content.json")).unwrap();
    assert!(text.contains(&format!("/apps/{}/content.bin?sv=1&sig=c2VjcmV0", report.mac)), "{text}");
    let error = bench.publish_as(&package, |request| request.base_url = Some(format!("{url} "))).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("c2VjcmV0"));
}

#[cfg(unix)]
#[test]
fn the_document_is_private_and_the_public_tree_as_any_new_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let (bench, package) = (PublishBench::new(), package(10, 23));
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let (file, folder) = (bench.path("file"), bench.path("folder"));
    fs::write(&file, b"").unwrap();
    fs::create_dir(&folder).unwrap();
    bench.publish(&package).unwrap();
    let [content, pieces] = bench.published(&package);
    assert_eq!(mode(&bench.path("app.content.json")), 0o600);
    assert_eq!((mode(&content), mode(&pieces)), (mode(&file), mode(&file)));
    assert_eq!(mode(content.parent().unwrap()), mode(&folder));
    fs::set_permissions(bench.path("app.content.json"), fs::Permissions::from_mode(0o644)).unwrap();
    let other = |request: &mut super::PublishRequest| {
        (request.force, request.base_url) = (true, Some("https://cdn.example".to_owned()));
    };
    bench.publish_as(&package, other).unwrap();
    assert_eq!(mode(&bench.path("app.content.json")), 0o600, "what replaces it is private again");
}
