//! A loss of power, as far as a test can simulate one: journals and manifests of another boot, and files whose last
//! bytes are zeros, as file systems leave them where the length was stored but not yet the data.

use crate::child::Stopped;
use crate::device::{Device, There, names};
use crate::lab::{Published, lab};
use serde_json::{Value, json};
use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use waybill_schemas::PIECE_SIZE;
use waybill_schemas::codes::Classified as _;
use waybill_schemas::report::delivery::FetchReport;

const ANOTHER_BOOT: &str = "00000000-1111-4222-8333-444444444444";
const MIB: u64 = 1 << 20;

/// A device whose power failed when about 5.5 MiB were held, of which the journal says that `synced` bytes are synced.
fn cut_off(content: &Published, synced: u64) -> Device {
    let device = Device::new();
    Stopped::at("download:6000000", &device, content).kill();
    assert!(device.held(content) >= 5 * MIB);
    edit_journal(&device, content, |journal| {
        journal["boot"] = json!(ANOTHER_BOOT);
        journal["synced"] = json!(synced);
    });
    device
}

fn edit_journal(device: &Device, content: &Published, edit: impl Fn(&mut Value)) {
    let path = device.journal(content);
    let mut journal = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    edit(&mut journal);
    fs::write(&path, journal.to_string()).unwrap();
}

fn zero(path: &Path, from: u64, to: u64) {
    let mut file = fs::File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    file.write_all(&vec![0; (to - from) as usize]).unwrap();
}

/// Completes the fetch. Returns the offset at which it continued, the bytes that it received, and its report.
#[track_caller]
fn goes_on(device: &Device, content: &Published) -> (u64, u64, FetchReport) {
    let report = device.fetch(content).unwrap();
    device.assert_done(content);
    let download = report.download.clone().unwrap();
    (download.resumed_from, download.received, report)
}

#[test]
fn what_was_not_synced_is_cut_off() {
    let content = &lab().content;
    for synced in [0, 48, 3 * MIB, 3 * MIB + 12_345] {
        let device = cut_off(content, synced);
        zero(&device.partial(content), synced, device.held(content));
        let (resumed, received, report) = goes_on(&device, content);
        if boots_are_told() {
            assert_eq!((resumed, received), (synced, content.size - synced));
            assert_eq!(report.observations, []);
        }
    }
}

/// Whether the system identifies its boots. Without it (wine, macOS) everything is kept and the MAC decides.
fn boots_are_told() -> bool {
    let (device, content) = (Device::new(), &lab().other);
    Stopped::at("unpack:1", &device, content).kill();
    let journal: Value = serde_json::from_slice(&fs::read(device.journal(content)).unwrap()).unwrap();
    assert!(journal["boot"].is_string() || !cfg!(target_os = "linux"));
    journal["boot"].is_string()
}

/// The journal names the boot in which it was last written, not the one in which it was begun.
#[test]
fn a_kill_after_it_costs_no_more_than_any_other() {
    let content = &lab().content;
    let device = cut_off(content, 3 * MIB);
    Stopped::at("download:6000000", &device, content).kill();
    edit_journal(&device, content, |journal| assert_ne!(journal["boot"], ANOTHER_BOOT));
    let held = device.held(content);
    assert!(held >= 5 * MIB);
    let (resumed, received, _) = goes_on(&device, content);
    assert_eq!((resumed, received), (held, content.size - held));
}

#[test]
fn a_partial_file_that_lost_its_tail_goes_on_from_what_it_has() {
    let content = &lab().content;
    let device = cut_off(content, 5 * MIB);
    fs::File::options().write(true).open(device.partial(content)).unwrap().set_len(2 * MIB).unwrap();
    let (resumed, received, _) = goes_on(&device, content);
    assert_eq!((resumed, received), (2 * MIB, content.size - 2 * MIB));
}

/// Disks that report a sync too early: the MAC detects it, and the pieces show where.
#[test]
fn zeros_among_what_was_synced_are_repaired_piece_by_piece() {
    let content = &lab().content;
    let device = cut_off(content, 5 * MIB);
    let kept = if boots_are_told() { 5 * MIB } else { device.held(content) };
    zero(&device.partial(content), 2 * MIB - 5, 2 * MIB + 5);
    let (resumed, received, report) = goes_on(&device, content);
    assert_eq!(report.validate.unwrap().pieces_mended, 2);
    assert_eq!((resumed, received), (kept, content.size - kept + 2 * PIECE_SIZE));
}

#[test]
fn without_its_journal_everything_is_kept_and_the_mac_judges() {
    let content = &lab().content;
    let device = cut_off(content, 0);
    let held = device.held(content);
    fs::write(device.journal(content), vec![0; 300]).unwrap();
    zero(&device.partial(content), held - 1000, held);
    let (resumed, received, report) = goes_on(&device, content);
    let bad = (held - 1) / PIECE_SIZE - (held - 1000) / PIECE_SIZE + 1;
    assert_eq!(report.validate.unwrap().pieces_mended, bad);
    assert_eq!((resumed, received), (held, content.size - held + bad * PIECE_SIZE));
}

#[test]
fn a_partial_file_whose_first_bytes_are_gone_is_dropped() {
    let content = &lab().content;
    let device = cut_off(content, 5 * MIB);
    zero(&device.partial(content), 0, 4096);
    let (resumed, received, report) = goes_on(&device, content);
    assert_eq!((resumed, received), (0, content.size));
    assert_eq!(report.observations[0].rule, "partial-dropped");
}

#[test]
fn a_journal_that_was_being_written_counts_as_none() {
    let content = &lab().content;
    let device = Device::new();
    Stopped::at("journal-synced#3", &device, content).kill();
    let held = device.held(content);
    let beside = device.journal(content).with_extension("journal.new");
    assert!(beside.is_file());
    fs::write(&beside, "{\"vers").unwrap();
    assert_eq!(goes_on(&device, content).0, held);
}

/// Edits the last line of the manifest, a summary of all others that holds `settled` and `boot`.
fn edit_manifest(device: &Device, edit: impl Fn(&mut Value)) {
    let name = names(&device.manifests()).into_iter().find(|name| name.ends_with(".jsonl")).unwrap();
    let path = device.manifests().join(name);
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    let mut summary = serde_json::from_str(&lines.pop().unwrap()).unwrap();
    edit(&mut summary);
    fs::write(&path, format!("{}\n{summary}\n", lines.join("\n"))).unwrap();
}

fn unsettled(summary: &mut Value) {
    (summary["settled"], summary["boot"]) = (json!(false), json!(ANOTHER_BOOT));
}

#[test]
fn a_folder_that_was_never_settled_is_read_in_full_before_it_is_believed() {
    let content = &lab().content;
    let mut device = Device::new();
    device.fetch(content).unwrap();
    edit_manifest(&device, unsettled);
    assert!(!device.fetch(content).unwrap().changed, "it is whole");

    edit_manifest(&device, unsettled);
    zero(&device.destination().join("large.bin"), MIB, MIB + 4096);
    let error = device.fetch(content).unwrap_err();
    assert_eq!((error.code().id, error.code().class.exit_code()), ("folder-damaged", 4), "{error}");
    device.options = device.options.clone().with(|fetch| fetch.force = true);
    assert_eq!(goes_on(&device, content).1, content.size);
}

/// The content in the staging folder of a killed run.
fn staged(device: &Device) -> PathBuf {
    let name = names(&device.apps()).into_iter().find(|name| name.starts_with(".app.waybill-")).unwrap();
    device.apps().join(name).join("content")
}

#[test]
fn staging_is_taken_up_only_where_its_bytes_are_sure() {
    let content = &lab().content;
    for (settled, is_zeroed) in [(true, false), (false, false), (false, true)] {
        let device = Device::new();
        Stopped::at("unpack-renaming", &device, content).kill();
        if !settled {
            edit_manifest(&device, unsettled);
        }
        if is_zeroed {
            zero(&staged(&device).join("medium.bin"), 0, 4096);
        }
        assert_eq!(device.there(content), There::Nothing);
        let report = device.fetch(content).unwrap();
        device.assert_done(content);
        assert!(report.changed);
        let received = report.download.map(|download| download.received);
        assert_eq!(
            received,
            is_zeroed.then_some(0),
            "settled {settled}: unpacked again only where it must be"
        );
    }
}
