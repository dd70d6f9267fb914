//! Publishing that is cut short at any point: under the final name lies the whole content or nothing.

use super::{MIB, PublishBench, content_of, files, opened, package};
use crate::{PublishError, StoreError, publish};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use waybill_context::{Cancel, Clock, Context, Progress, Stage, SystemClock};

/// Runs a function whenever a block is done, which is in the middle of the work.
struct Between<F: Fn(u64) + Send + Sync>(F, AtomicU64);

impl<F: Fn(u64) + Send + Sync> Progress for Between<F> {
    fn advance(&self, _: Stage, bytes: u64) {
        let done = self.1.fetch_add(bytes, Ordering::Relaxed) + bytes;
        (self.0)(done);
    }
}

fn in_between(
    bench: &PublishBench,
    package: &[u8],
    cancel: &dyn Cancel,
    act: impl Fn(u64) + Send + Sync,
) -> Result<(), PublishError> {
    let (progress, clock): (_, &dyn Clock) = (Between(act, AtomicU64::new(0)), &SystemClock);
    let context = Context::new(&progress, cancel, clock);
    publish(opened(package.to_vec()), &bench.request(), &context).map(drop)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else if fs::copy(entry.path(), &to).is_err() {
            fs::write(&to, b"").unwrap(); // a lock that is held: on Windows it cannot be read
        }
    }
}

/// A power cut or kill -9 leaves what lies on the disk at that moment, so the test looks at a copy taken then.
#[test]
fn what_a_killed_run_leaves_is_hidden_and_swept_by_the_next() {
    let (bench, package) = (PublishBench::new(), package(4 * MIB, 60));
    let copies = Mutex::new(Vec::<PathBuf>::new());
    in_between(&bench, &package, &(), |done| {
        let mut copies = copies.lock().unwrap();
        let to = bench.path(&format!("killed-{done}-{}", copies.len()));
        copy(&bench.public(), &to);
        copies.push(to);
    })
    .unwrap();
    let copies = copies.into_inner().unwrap();
    assert!(copies.len() > 8, "{} moments", copies.len());
    let mac = super::info(&package).mac.to_hex();
    for killed in copies {
        let names = |folder: &Path| -> Vec<String> {
            let entries = fs::read_dir(folder).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        };
        let left = names(&killed);
        assert!(left.len() == 1 && left[0].starts_with(&format!(".{mac}.waybill-")), "{left:?}");
        let report = bench.publish_as(&package, |request| request.public = killed.clone());
        let document_differs = matches!(report, Err(PublishError::DocumentExists { .. }));
        assert!(document_differs, "its URL is another");
        assert_eq!(names(&killed), [mac.as_str()], "swept, and whole");
        assert!(fs::read(killed.join(&mac).join("content.bin")).unwrap() == content_of(&package));
    }
}

#[test]
fn an_interruption_leaves_nothing_wherever_it_comes() {
    let package = package(2 * MIB, 61);
    for after in [1, MIB as u64, 2 * MIB as u64] {
        let (bench, stop) = (PublishBench::new(), AtomicBool::new(false));
        let outcome = in_between(&bench, &package, &stop, |done| {
            if done >= after {
                stop.store(true, Ordering::Relaxed);
            }
        });
        if let Err(error) = outcome {
            assert!(matches!(error, PublishError::Cancelled(_)), "{error}");
            assert!(files(bench.0.path()).is_empty());
        } else {
            assert!(after > MIB as u64, "nobody looked");
        }
    }
}

#[test]
fn what_is_there_is_checked_without_a_copy() {
    let (bench, package) = (PublishBench::new(), package(2 * MIB, 65));
    bench.publish(&package).unwrap();
    in_between(&bench, &package, &(), |_| {
        assert_eq!(fs::read_dir(bench.public()).unwrap().count(), 1, "nothing but the content's folder");
    })
    .unwrap();
}

/// The one that comes second finds the first one's content, checks it and keeps it.
#[test]
fn of_two_at_once_one_writes_and_both_succeed() {
    let (bench, package) = (PublishBench::new(), package(MIB, 62));
    let inner = AtomicBool::new(false);
    in_between(&bench, &package, &(), |_| {
        if !inner.swap(true, Ordering::Relaxed) {
            assert!(!bench.publish(&package).unwrap().already_there);
        }
    })
    .unwrap();
    assert!(inner.into_inner());
    let mut expected = bench.published(&package).to_vec();
    expected.sort();
    assert_eq!(files(&bench.public()), expected);
    assert!(fs::read(&expected[0]).unwrap() == content_of(&package));
}

/// What appears meanwhile and is not the content is not replaced.
#[test]
fn what_appears_under_the_name_meanwhile_is_not_replaced() {
    let (bench, package) = (PublishBench::new(), package(MIB, 63));
    let [content, _] = bench.published(&package);
    let outcome = in_between(&bench, &package, &(), |_| {
        fs::create_dir_all(content.parent().unwrap()).unwrap();
        fs::write(&content, b"theirs").unwrap();
    });
    assert!(matches!(outcome, Err(PublishError::Damaged { .. })), "{outcome:?}");
    assert_eq!(fs::read(&content).unwrap(), b"theirs");
    assert_eq!(files(bench.0.path()), [content]);
}

#[test]
fn a_disk_that_takes_nothing_is_told_and_leaves_nothing() {
    let (bench, package) = (PublishBench::new(), package(100, 64));
    fs::create_dir(bench.path("app.content.json")).unwrap();
    assert!(matches!(bench.publish(&package), Err(PublishError::DocumentExists { .. })));
    let outcome = bench.publish_as(&package, |request| request.force = true);
    assert!(matches!(outcome, Err(PublishError::Store(StoreError::Write { .. }))), "{outcome:?}");
    let report = bench.publish_as(&package, |request| request.document = Some(bench.path("x.json"))).unwrap();
    assert!(report.already_there, "the content lies there whole; only the document was missing");
}
