//! Runs `waybill bench` as people and CI do.

use super::documents::validated;
use super::run;
use super::serve::Serving;
use super::workbench::Workbench;
use serde_json::Value;
use std::fs;

const SMALL: [&str; 7] = ["bench", "--json", "--size", "512KiB", "--files", "3", "--folder"];

fn saved(bench: &Workbench) -> Value {
    serde_json::from_slice(&fs::read(bench.file("run.json")).unwrap()).unwrap()
}

#[test]
fn a_run_is_told_kept_and_drawn_and_nothing_is_overwritten() {
    let bench = Workbench::new();
    let outputs = ["work", "--runs", "1", "--save", "run.json", "--markdown", "run.md", "--chart", "run.svg"];
    let arguments = [&SMALL[..], &outputs].concat();
    let output = run(&bench, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = validated("bench-report", &output.stdout);
    assert_eq!(report, saved(&bench));
    assert_eq!(report["stages"].as_array().unwrap().len(), 13);
    assert!(fs::read_to_string(bench.file("run.md")).unwrap().contains("unpack"));
    assert!(fs::read_to_string(bench.file("run.svg")).unwrap().starts_with("<svg"));
    assert_eq!(fs::read_dir(bench.file("work")).unwrap().count(), 0);

    let again = run(&bench, &arguments);
    assert_eq!(again.status.code(), Some(2), "{}", String::from_utf8_lossy(&again.stdout));
    assert_eq!(validated("error", &again.stdout)["error"]["code"], "report-exists");
    assert_eq!(report, saved(&bench));
    let replaced = run(&bench, &[&arguments[..], &["--force"]].concat());
    assert_eq!(replaced.status.code(), Some(0));
    assert_eq!(validated("bench-report", &replaced.stdout), saved(&bench));
}

/// Seven rounds are two hundred processes, which take a minute under wine, and nothing in it depends on the system.
#[cfg(not(windows))]
#[test]
fn a_stage_that_lost_its_share_ends_the_command_with_12() {
    let bench = Workbench::new();
    let output = run(&bench, &[&SMALL[..], &["work", "--runs", "1", "--save", "run.json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let mut baseline = saved(&bench);
    baseline["runs"] = 7.into();
    for stage in baseline["stages"].as_array_mut().unwrap() {
        let better = if stage["name"] == "unpack" { 1000.0 } else { 0.0001 };
        if let Some(share) = stage.get_mut("share") {
            share["median"] = better.into();
        }
    }
    fs::write(bench.file("baseline.json"), baseline.to_string()).unwrap();
    let absent = serde_json::json!({ "name": "absent", "share": { "median": 1.0, "min": 1.0, "max": 1.0 } });
    let mut unlike = baseline.clone();
    let mut stage = unlike["stages"][0].clone();
    stage.as_object_mut().unwrap().extend(absent.as_object().unwrap().clone());
    unlike["stages"].as_array_mut().unwrap().push(stage);
    fs::write(bench.file("unlike.json"), unlike.to_string()).unwrap();
    let arguments = [&SMALL[..], &["work", "--baseline", "unlike.json", "--save", "kept.json"]].concat();
    let output = run(&bench, &arguments);
    assert_eq!(validated("error", &output.stdout)["error"]["code"], "baseline-unlike");
    let kept: Value = serde_json::from_slice(&fs::read(bench.file("kept.json")).unwrap()).unwrap();
    assert_eq!(kept["stages"].as_array().unwrap().len(), 13, "the run is not lost");

    let compared = ["work", "--baseline", "baseline.json", "--markdown", "comment.md"];
    let output = run(&bench, &[&SMALL[..], &compared].concat());
    assert_eq!(output.status.code(), Some(12), "{}", String::from_utf8_lossy(&output.stderr));
    let report = validated("bench-report", &output.stdout);
    let stages = report["comparison"]["stages"].as_array().unwrap();
    let lost: Vec<_> = stages.iter().filter(|stage| stage["regressed"] == true).collect();
    assert_eq!((lost.len(), &lost[0]["name"]), (1, &Value::from("unpack")));
    assert!(fs::read_to_string(bench.file("comment.md")).unwrap().contains("unpack"));
}

#[test]
fn what_cannot_be_compared_is_refused_before_anything_is_measured() {
    let bench = Workbench::new();
    fs::write(bench.file("baseline.json"), "{}").unwrap();
    let refused = |arguments: &[&str]| {
        let output = run(&bench, &[&SMALL[..], arguments].concat());
        let document = validated("error", &output.stdout);
        assert!(!bench.file("work").exists());
        (output.status.code().unwrap(), document["error"]["code"].as_str().unwrap().to_owned())
    };
    let baseline = ["work", "--baseline", "baseline.json"];
    assert_eq!(refused(&baseline), (3, "baseline-unreadable".to_owned()));
    assert_eq!(refused(&["work", "--baseline", "absent.json"]).0, 3);
    assert_eq!(refused(&["work", "--compare-anyway"]).0, 2, "without a baseline there is nothing to compare");
    assert_eq!(refused(&["work", "--sweep", "--baseline", "baseline.json"]).0, 2);
}

/// The server has no such file. The error names the URL as fetch does, without its token.
#[test]
fn a_signed_url_is_told_without_its_query() {
    let bench = Workbench::new();
    let server = Serving::start(&bench, &[]);
    let url = format!("http://{}/absent.content.json?sig=canary-token", server.address);
    fs::write(bench.file("url.txt"), url).unwrap();
    let output = run(&bench, &["bench", "--json", "-vv", "--url-file", "url.txt", "--folder", "work"]);
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    assert!(!String::from_utf8_lossy(&said).contains("canary"), "{}", String::from_utf8_lossy(&said));
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&said));
    assert_eq!(validated("error", &output.stdout)["error"]["code"], "not-there");
}
