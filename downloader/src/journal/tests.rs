use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn journal() -> Journal {
    let mut journal = Journal::new(&url("https://host.example/a/content.bin"), 1_000);
    journal.etag = Some("\"0x8D\"".into());
    journal.last_modified = Some("Sat, 21 Nov 2026 06:00:00 GMT".into());
    journal.synced = 600;
    journal.boot = Some("boot-1".into());
    journal
}

#[test]
fn what_is_stored_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.journal");
    assert_eq!(Journal::load(&path).unwrap(), None);
    let mut journal = journal();
    journal.store(&path, &Context::silent()).unwrap();
    journal.synced = 700;
    journal.store(&path, &Context::silent()).unwrap();
    assert_eq!(Journal::load(&path).unwrap(), Some(journal));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside it");
    Journal::remove(&path).unwrap();
    Journal::remove(&path).unwrap();
    assert!(!path.exists());
}

#[test]
fn no_query_user_or_fragment_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.journal");
    let secret = url("https://canary-user:canary-word@host.example/c.bin?sig=canary-signature#canary-part");
    let mut journal = Journal::new(&secret, 5);
    journal.store(&path, &Context::silent()).unwrap();
    assert!(!std::fs::read_to_string(&path).unwrap().contains("canary"));
    assert_eq!(journal.url, "https://host.example/c.bin");
    journal.set_url(&secret);
    assert!(!format!("{journal:?}").contains("canary"));
}

#[test]
fn a_journal_written_by_a_run_that_died_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.journal");
    journal().store(&path, &Context::silent()).unwrap();
    std::fs::write(private_file::beside(&path), "{\"half").unwrap();
    assert_eq!(Journal::load(&path).unwrap(), Some(journal()));
    journal().store(&path, &Context::silent()).unwrap();
    assert!(!private_file::beside(&path).exists());
}

#[test]
fn damaged_and_absurd_journals_count_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.journal");
    let good = serde_json::to_string(&journal()).unwrap();
    for (from, to) in [
        ("\"version\":1", "\"version\":2"),
        ("content.bin\"", "content.bin?sig=x\""),
        ("\"\\\"0x8D\\\"\"", "\"W/\\\"0x8D\\\"\""),
        ("\"\\\"0x8D\\\"\"", "\"\\\"a\\r\\nHost: b\\\"\""),
        ("\"synced\":600", "\"synced\":1001"),
        ("\"synced\":600", "\"synced\":-1"),
        ("boot-1", "boot 1"),
        ("}", ""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        std::fs::write(&path, &bad).unwrap();
        assert_eq!(Journal::load(&path).unwrap(), None, "{bad}");
    }
    for bytes in
        [Vec::new(), vec![0; 300], good.repeat(2).into_bytes(), [good.as_bytes(), &[b' '; 65536]].concat()]
    {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(Journal::load(&path).unwrap(), None);
    }
    std::fs::write(&path, good.replacen('{', "{\"later\":[1,2],", 1)).unwrap();
    assert_eq!(Journal::load(&path).unwrap(), Some(journal()), "unknown fields are ignored");
}

#[test]
fn after_another_boot_only_what_was_synced_is_kept() {
    let journal = journal();
    assert_eq!(journal.keep(900, Some("boot-1")), None);
    assert_eq!(journal.keep(900, Some("boot-2")), Some(600));
    assert_eq!(journal.keep(600, Some("boot-2")), None);
    assert_eq!(journal.keep(900, None), None, "an unknown boot may be the same: the MAC judges");
    let unknown = Journal { boot: None, ..journal };
    assert_eq!((unknown.keep(900, None), unknown.keep(900, Some("boot-1"))), (None, None));
    assert_eq!(unknown.in_this_boot().boot, boot::id());
}

#[test]
fn strong_etags_are_quoted_and_nothing_else() {
    for (etag, strong) in [
        ("\"a\"", true),
        ("\"\"", true),
        ("W/\"a\"", false),
        ("a", false),
        ("\"", false),
        ("\"a\"b\"", false),
    ] {
        assert_eq!(is_strong(etag), strong, "{etag}");
    }
}
