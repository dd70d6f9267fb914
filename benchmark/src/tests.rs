//! Small benchmarks with real processes: this test program runs itself for each limit and stage.

use crate::{
    BenchError, BenchOptions, BenchRequest, Data, PayloadPlan, StageProgram, Subject, SweepRequest, answer,
    bench, sweep,
};
use std::path::Path;
use std::sync::Mutex;
use waybill_context::Context;
use waybill_downloader::Location;
use waybill_packager::pack::{PackOutput, PackRequest, PackSource, pack};
use waybill_publisher::{PublishRequest, publish};
use waybill_schemas::codes::Classified as _;
use waybill_server::{Server, ServerOptions};

/// The code of the processes that the other tests start.
#[test]
#[ignore = "run by the other tests, as a process of its own"]
fn stage() {
    answer(&Context::silent()).unwrap();
}

fn program() -> StageProgram {
    let arguments = ["--exact", "tests::stage", "--ignored", "--nocapture"].map(str::to_owned).to_vec();
    StageProgram { path: std::env::current_exe().unwrap(), arguments }
}

fn options(folder: &Path) -> BenchOptions {
    BenchOptions { threads: 2, ..BenchOptions::new(folder, program()) }
}

fn request(subject: Subject, folder: &Path) -> BenchRequest {
    BenchRequest { subject, options: options(folder) }
}

fn made(size: u64, files: u64) -> Subject {
    Subject::Made(PayloadPlan { data: Data::Mixed, size, files, seed: 1 })
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

/// A watcher that remembers the steps.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl crate::Watcher for Told {
    fn begins(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }
}

#[test]
fn every_limit_and_stage_is_measured_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let told = Told::default();
    let report = bench(&request(made(3 << 20, 5), folder.path()), &told, &Context::silent()).unwrap();
    assert!(is_empty(folder.path()));
    assert_eq!(told.0.into_inner().unwrap(), ["making 3 MiB in 5 files", "round 1 of 1"]);

    let payload = &report.payload;
    assert_eq!((payload.files, payload.source, payload.seed), (6, (3 << 20) + 11, 1));
    assert!(payload.payload < payload.source && payload.content > payload.payload);
    let limits: Vec<_> = report.limits.iter().map(|limit| limit.name.as_str()).collect();
    let expected = [
        "memory-copy",
        "sha-256",
        "blake3",
        "aes-encrypt",
        "aes-decrypt",
        "deflate",
        "inflate",
        "file-write",
        "file-sync",
        "file-read",
        "http",
    ];
    assert_eq!(limits, expected);
    assert!(report.limits.iter().all(|limit| limit.rate.min > 0.0 && limit.bytes > 0));
    assert_eq!(report.stages.len(), 13);
    for stage in &report.stages {
        assert!(stage.rate.median > 0.0 && stage.seconds.median > 0.0, "{}", stage.name);
        assert!(stage.memory.median > 1e6, "{}: {} bytes", stage.name, stage.memory.median);
        assert_eq!(stage.share.is_some(), stage.name != "serve", "{}", stage.name);
        let bytes = match stage.of.as_str() {
            "source" => payload.source,
            "payload" => payload.payload,
            _ => payload.content,
        };
        assert_eq!(stage.bytes, bytes, "{}", stage.name);
    }
}

/// Random data has no blocks that deflate, so these limits are missing, and no stage needs them.
#[test]
fn data_that_does_not_deflate_has_all_its_shares() {
    let folder = tempfile::tempdir().unwrap();
    let plan = PayloadPlan { data: Data::Random, size: 1 << 20, files: 2, seed: 1 };
    let report = bench(&request(Subject::Made(plan), folder.path()), &(), &Context::silent()).unwrap();
    assert!(report.limits.iter().all(|limit| !limit.name.ends_with("flate")));
    let without: Vec<_> = report.stages.iter().filter(|stage| stage.share.is_none()).collect();
    assert_eq!(without.len(), 1, "{without:?}");
}

#[test]
fn what_a_real_server_serves_is_fetched_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("source")).unwrap();
    std::fs::create_dir_all(at("public")).unwrap();
    std::fs::write(at("source").join("setup.exe"), vec![7; 1 << 20]).unwrap();
    let context = Context::silent();
    let source = PackSource::Folder { folder: at("source"), setup_file: "setup.exe".into() };
    let packing = PackRequest::new(source, PackOutput::File(at("app.intunewin")));
    pack(&packing, &context).unwrap();
    let server = Server::start(ServerOptions::new(at("public"))).unwrap();
    let policy = intunewin::ArchivePolicy::default();
    let source = intunewin::FileSource::open(at("app.intunewin")).unwrap();
    let content = intunewin::Package::open(source, &policy).unwrap().into_content(&context).unwrap();
    let mut publishing = PublishRequest::new(at("app.intunewin"), at("public"));
    publishing.document = Some(at("app.content.json"));
    publishing.base_url = Some(server.url());
    publish(content, &publishing, &context).unwrap();

    std::fs::create_dir_all(at("work")).unwrap();
    let served = Subject::Served(Location::File(at("app.content.json")));
    let report = bench(&request(served, &at("work")), &(), &context).unwrap();
    assert!(is_empty(&at("work")));
    assert_eq!((report.payload.data.as_str(), report.payload.source), ("url", 1 << 20));
    let names: Vec<_> = report.stages.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!(names, ["download", "fetch"]);
    assert!(report.stages.iter().all(|stage| stage.share.is_some_and(|share| share.median > 0.0)));
    assert!(report.limits.iter().any(|limit| limit.name == "http" && limit.rate.min > 0.0));
    server.stop();
}

#[test]
fn a_stage_that_fails_says_what_it_met() {
    let folder = tempfile::tempdir().unwrap();
    let absent = Subject::Served(Location::File(folder.path().join("absent.content.json")));
    let error = bench(&request(absent, folder.path()), &(), &Context::silent()).unwrap_err();
    assert!(error.to_string().contains("absent.content.json"), "{error}");
    assert_eq!(error.code().id, "input-missing", "what fetch says of it");
    assert!(is_empty(folder.path()));
}

#[test]
fn a_disk_that_is_too_small_is_told_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let error = bench(&request(made(1 << 60, 1), folder.path()), &(), &Context::silent()).unwrap_err();
    assert!(matches!(error, BenchError::NoRoom { .. }), "{error}");
    assert!(is_empty(folder.path()));
}

#[test]
fn an_interruption_ends_it_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let cancelled = std::sync::atomic::AtomicBool::new(true);
    let context = Context::new(&(), &cancelled, &waybill_context::SystemClock);
    let error = bench(&request(made(1 << 20, 1), folder.path()), &(), &context).unwrap_err();
    assert_eq!(error.code().class.exit_code(), 130);
    assert!(is_empty(folder.path()));
}

#[test]
fn a_sweep_has_a_point_for_every_size_and_number_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    let request = SweepRequest { data: Data::Text, seed: 3, largest: 1 << 20, most_files: 10, options };
    let report = sweep(&request, &(), &Context::silent()).unwrap();
    let points: Vec<_> =
        report.points.iter().map(|point| (point.grows.as_str(), point.payload.files)).collect();
    assert_eq!(points, [("size", 11), ("files", 2), ("files", 11)]);
    assert!(report.points.iter().all(|point| point.stages.len() == 5));
    assert!(is_empty(folder.path()));
}
