//! Fetching the content of a whole `.intunewin` on a server: by ranges if the server has them, else as a whole.

use crate::When;
use crate::lab::{Lab, content};
use crate::outcome::FetchOutcome;
use waybill_downloader::{Location, SecretUrl, Wanted};
use waybill_schemas::codes::Class;
use waybill_tests::fault_server::{Ending, Fault, Resource, fault};

const PACKAGE: &str = "/weather.intunewin";

fn lab() -> Lab {
    let lab = Lab::new("packages", When::Fresh);
    lab.server.put(PACKAGE, Resource::new(content().package.bytes.clone()));
    lab
}

fn fetch(lab: &Lab) -> FetchOutcome {
    let url = SecretUrl::parse(&lab.server.url(&format!("{PACKAGE}?sig={}", crate::lab::SIGNATURE))).unwrap();
    lab.fetch_this(Wanted::Described(Location::Url(url)), &lab.options)
}

fn bytes_asked_for(lab: &Lab) -> usize {
    let total = content().package.bytes.len();
    let requests = lab.server.requests_for(PACKAGE);
    let lengths = requests.iter().map(|request| match request.range() {
        Some((first, last)) => last.unwrap_or(total - 1).min(total - 1) - first + 1,
        None => total,
    });
    lengths.sum()
}

#[test]
fn by_parts() {
    let lab = lab();
    let outcome = fetch(&lab).arrived().acted(&[]);
    assert_eq!(outcome.result.unwrap().setup_file.as_deref(), Some("setup.cmd"));
    let most = content().size() + 3 * (64 << 10);
    assert!(bytes_asked_for(&lab) <= most, "{} of {most}", bytes_asked_for(&lab));
}

#[test]
fn by_parts_and_cut() {
    let lab = lab();
    let at = content().package.content_start + lab.at;
    lab.server.forever(PACKAGE, cut_once(at));
    let outcome = fetch(&lab).arrived();
    assert_eq!(outcome.times("broken-off"), 1);
    assert_eq!(outcome.download().received as usize, content().size());
}

/// Cuts the first answer that contains this byte there.
fn cut_once(at: usize) -> Fault {
    let mut is_cut = false;
    fault(move |request, resource| {
        let answer = resource.right(request);
        let first = request.first_byte();
        if is_cut || !(first..first + answer.body.len()).contains(&at) {
            return answer;
        }
        is_cut = true;
        answer.only(at - first).ending(Ending::Fin)
    })
}

#[test]
fn without_ranges() {
    let lab = lab();
    lab.server.forever(PACKAGE, fault(|_, resource| resource.whole()));
    let outcome = fetch(&lab);
    assert_eq!(outcome.times("package-whole"), 1);
    assert_eq!(outcome.files.as_ref(), Some(&content().files));
    assert_eq!(outcome.apps, ["weather"]);
}

#[test]
fn without_ranges_and_cut() {
    let lab = lab();
    let mut is_cut = false;
    lab.server.forever(
        PACKAGE,
        fault(move |request, resource| {
            let answer = resource.whole();
            if request.range().is_none() && !std::mem::replace(&mut is_cut, true) {
                return answer.only(1_000_000).ending(Ending::Fin);
            }
            answer
        }),
    );
    let outcome = fetch(&lab);
    assert_eq!(outcome.times("broken-off"), 1);
    assert_eq!(outcome.files.as_ref(), Some(&content().files));
}

/// The content is damaged in its middle. Without piece hashes there is one clean restart, and then an error.
#[test]
fn damaged() {
    let lab = lab();
    let mut bytes = content().package.bytes.clone();
    bytes[content().package.content_start + 1_000_000] ^= 1;
    lab.server.put(PACKAGE, Resource::new(bytes));
    fetch(&lab).failed("mac-mismatch", Class::Integrity);
}

#[test]
fn cut_off_at_its_end() {
    let lab = lab();
    let bytes = &content().package.bytes;
    lab.server.put(PACKAGE, Resource::new(bytes[..bytes.len() - 1000].to_vec()));
    let outcome = fetch(&lab);
    let code = outcome.result.as_ref().unwrap_err().code;
    outcome.failed(code, Class::Refused);
}
