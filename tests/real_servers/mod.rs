//! Fetching from nginx and Azurite, as `ci/real-servers.sh` starts them; without them the tests are skipped.
//!
//! After every fetch the folder must be byte-identical to the source or absent, and no message may show a signature.

mod device;
mod relay;

use device::{Device, Servers, download, write_document};
use relay::Cut;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use waybill_schemas::codes::Class;

/// Where a download is cut, in bytes: somewhere in its middle.
const MIDDLE: usize = 5_000_000;
/// The most bytes that the sockets between a server and a device hold.
const IN_FLIGHT: u64 = 1 << 20;

fn cut(after: usize) -> Cut {
    Cut { after, then: Box::new(|| {}) }
}

/// Fetches once without a fault, once with a cut, and once interrupted and continued by the next fetch.
#[track_caller]
fn arrives_in_every_way(servers: &Servers, url: &str) {
    let fresh = download(Device::new(servers).fetch(url));
    assert_eq!((fresh.received, fresh.resumed_from, fresh.retries), (fresh.size, 0, 0));
    let relay = servers.relay(url, vec![cut(MIDDLE), cut(MIDDLE)]);
    let torn = download(Device::new(servers).fetch(&relay.url(url)));
    assert!(torn.received <= torn.size + 2 * IN_FLIGHT && torn.retries >= 2, "{torn:?}");
    let device = Device::new(servers);
    device.interrupted(url, MIDDLE);
    let resumed = download(device.fetch(url));
    assert!(resumed.resumed_from + IN_FLIGHT > MIDDLE as u64, "{resumed:?}");
    assert_eq!(resumed.received + resumed.resumed_from, resumed.size);
}

#[test]
fn nginx_as_it_comes() {
    let Some(servers) = Servers::found() else { return };
    arrives_in_every_way(&servers, &servers.nginx("plain"));
}

#[test]
fn nginx_that_compresses_for_whoever_accepts_it() {
    let Some(servers) = Servers::found() else { return };
    arrives_in_every_way(&servers, &servers.nginx("gzip"));
}

#[test]
fn azurite_with_a_signature() {
    let Some(servers) = Servers::found() else { return };
    arrives_in_every_way(&servers, &servers.signed(600));
}

#[test]
fn redirects_to_the_same_host_and_to_another() {
    let Some(servers) = Servers::found() else { return };
    for place in ["moved", "elsewhere"] {
        let device = Device::new(&servers);
        let moved = download(device.fetch(&servers.nginx(place)));
        assert_eq!(moved.received, moved.size, "{place}");
    }
}

/// Without ranges the download starts anew, and the held bytes are not given up before more has been received.
#[test]
fn nginx_without_ranges() {
    let Some(servers) = Servers::found() else { return };
    let url = servers.nginx("no-ranges");
    let fresh = download(Device::new(&servers).fetch(&url));
    assert_eq!(fresh.received, fresh.size);
    let device = Device::new(&servers);
    device.interrupted(&url, MIDDLE);
    let resumed = download(device.fetch(&url));
    assert!(resumed.received >= resumed.size, "all of it came again: {resumed:?}");
}

#[test]
fn a_proxy_that_compresses_is_refused() {
    let Some(servers) = Servers::found() else { return };
    let url = servers.nginx("recompressed");
    let failure = Device::new(&servers).fetch(&url).unwrap_err();
    assert_eq!(failure.class, Class::Network, "{}", failure.text);
    assert!(failure.text.contains("gzip"), "{}", failure.text);
    // The bytes that were held before are kept for a later fetch.
    let device = Device::new(&servers);
    device.interrupted(&servers.nginx("plain"), MIDDLE);
    device.fetch(&url).unwrap_err();
    let resumed = download(device.fetch(&servers.nginx("plain")));
    assert!(resumed.resumed_from > 0 && resumed.received < resumed.size, "{resumed:?}");
}

#[test]
fn a_slow_server_is_no_stalled_one() {
    let Some(servers) = Servers::found() else { return };
    let device = Device::new(&servers);
    device.interrupted(&servers.nginx("plain"), 10 << 20);
    let started = Instant::now();
    let resumed = download(device.fetch(&servers.nginx("slow")));
    assert!(resumed.resumed_from > 0 && resumed.retries == 0, "{resumed:?}");
    assert!(started.elapsed() > Duration::from_millis(300), "2 MiB at 2 MiB/s");
}

#[test]
fn several_connections_at_once() {
    let Some(servers) = Servers::found() else { return };
    for url in [servers.nginx("plain"), servers.nginx("slow"), servers.signed(600)] {
        let mut device = Device::new(&servers);
        device.options.connections = 4;
        let fetched = download(device.fetch(&url));
        assert_eq!(fetched.received, fetched.size);
    }
}

/// The held bytes are from one server, the rest from another with the same bytes and another ETag.
#[test]
fn the_rest_from_another_server() {
    let Some(servers) = Servers::found() else { return };
    for (first, second) in
        [(servers.nginx("plain"), servers.signed(600)), (servers.signed(600), servers.nginx("plain"))]
    {
        let device = Device::new(&servers);
        device.interrupted(&first, MIDDLE);
        let resumed = download(device.fetch(&second));
        assert!(resumed.resumed_from > 0 && resumed.received < resumed.size, "{resumed:?}");
    }
}

#[test]
fn a_server_that_is_busy_is_asked_until_patience_ends() {
    let Some(servers) = Servers::found() else { return };
    let failure = Device::new(&servers).fetch(&servers.nginx("busy")).unwrap_err();
    assert_eq!(failure.class, Class::Network, "{}", failure.text);
    assert!(failure.text.contains("503"), "{}", failure.text);
}

#[test]
fn a_signature_that_expired_is_told_and_a_fresh_one_goes_on() {
    let Some(servers) = Servers::found() else { return };
    let device = Device::new(&servers);
    device.interrupted(&servers.signed(600), MIDDLE);
    let failure = device.fetch(&servers.signed(-60)).unwrap_err();
    assert_eq!((failure.code, failure.class), ("url-refused", Class::Network), "{}", failure.text);
    let resumed = download(device.fetch(&servers.signed(600)));
    assert!(resumed.resumed_from > 0 && resumed.received < resumed.size, "{resumed:?}");
}

/// The connection is cut when the signature has expired; by then the document has a fresh one.
#[test]
fn a_signature_that_expires_in_mid_download_is_renewed_by_the_document() {
    let Some(servers) = Servers::found() else { return };
    let servers = Arc::new(servers);
    let device = Device::new(&servers);
    let (short, fresh) = (servers.signed(3), servers.signed(600));
    let expired = SystemTime::now() + Duration::from_secs(4);
    let (document, known) = (device.document(), Arc::clone(&servers));
    let renew = Box::new(move || {
        write_document(&known, &document, &fresh);
        std::thread::sleep(expired.duration_since(SystemTime::now()).unwrap_or_default()); // Azurite has no other clock
    });
    let relay = servers.relay(&short, vec![Cut { after: MIDDLE, then: renew }]);
    let outcome = device.fetch(&relay.url(&short));
    let rules = outcome.as_ref().map(|report| report.observations.clone()).unwrap_or_default();
    assert!(rules.iter().any(|seen| seen.rule == "url-renewed" && seen.times == 1), "{rules:?}");
    let fetched = download(outcome);
    assert!(fetched.received <= fetched.size + IN_FLIGHT && fetched.retries >= 1, "{fetched:?}");
}
