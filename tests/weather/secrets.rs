//! Keys and signatures of URLs appear in no log (at trace level), error, report or file of the root.

use crate::When;
use crate::lab::{CONTENT, Lab, SIGNATURE, content, replaced};
use crate::outcome::FetchOutcome;
use log::{LevelFilter, Metadata, Record};
use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use tracing_subscriber::filter::LevelFilter as TracingLevel;
use waybill_downloader::{Location, SecretUrl, Wanted};
use waybill_support::clock::FastClock;
use waybill_support::folder_listing::list;
use waybill_tests::fault_server::{Answer, Ending, Fault, Resource, cut_at, fault, status};

const DOCUMENT: &str = "/secret/weather.content.json";

/// The two keys in every form in which they could be printed, and the signature.
fn canaries() -> Vec<String> {
    let info = &content().package.info;
    let keys = [
        (*info.encryption_key.expose(), info.encryption_key.to_base64()),
        (*info.mac_key.expose(), info.mac_key.to_base64()),
    ];
    let mut canaries = vec![SIGNATURE.to_owned()];
    for (key, base64) in keys {
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let list = key.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        canaries.extend([base64[..40].to_owned(), base64[4..].to_owned()]);
        canaries.extend([hex[..32].to_owned(), hex[..32].to_uppercase(), list]);
    }
    canaries
}

fn leak(text: &str) -> Option<String> {
    canaries().into_iter().find(|canary| text.contains(canary))
}

fn redirect(url: String) -> Fault {
    fault(move |_, _| Answer::plain(307).with("Location", url.clone()))
}

/// Sets up faults and fetches.
type Weather = fn(&mut Lab) -> FetchOutcome;

/// Fetches that together print every kind of message.
fn weathers() -> Vec<(&'static str, Weather)> {
    vec![
        ("nothing", |lab| lab.fetch()),
        ("cut", |lab| {
            lab.then(vec![cut_at(lab.at), status(500)]);
            lab.fetch()
        }),
        ("reset", |lab| {
            lab.then(vec![fault(|request, resource| {
                resource.right(request).only(100_000).ending(Ending::Reset)
            })]);
            lab.fetch()
        }),
        ("expired", |lab| {
            lab.then(vec![cut_at(lab.at)]);
            lab.forever(status(403));
            lab.fetch()
        }),
        ("gone", |lab| {
            lab.forever(status(410));
            lab.fetch()
        }),
        ("busy", |lab| {
            lab.forever(status(503));
            lab.fetch()
        }),
        ("redirected", |lab| {
            lab.then(vec![redirect(lab.url.replace("sv=1", "sv=2"))]);
            lab.fetch()
        }),
        ("loop", |lab| {
            lab.forever(redirect(lab.url.clone()));
            lab.fetch()
        }),
        ("redirected nowhere", |lab| {
            lab.forever(redirect(format!("ftp://127.0.0.1/?sig={SIGNATURE}")));
            lab.fetch()
        }),
        ("replaced", |lab| {
            lab.put(replaced());
            lab.fetch()
        }),
        ("another size", |lab| {
            lab.put(Resource::new(vec![0; 1000]));
            lab.fetch()
        }),
        ("damaged", |lab| {
            lab.with_pieces = true;
            lab.then(vec![fault(|request, resource| {
                let mut answer = resource.right(request);
                answer.body[1_500_000] ^= 1;
                answer
            })]);
            lab.fetch()
        }),
        ("no server", |lab| {
            lab.url = format!("http://127.0.0.1:9/x?sig={SIGNATURE}");
            lab.fetch()
        }),
        ("no name", |lab| {
            lab.url = format!("http://name.invalid/x?sig={SIGNATURE}");
            lab.fetch()
        }),
        ("no TLS", |lab| {
            lab.url = lab.url.replace("http:", "https:");
            lab.clock = Arc::new(FastClock::new(600)); // the server waits for more than a TLS greeting
            lab.fetch()
        }),
        ("several connections", |lab| {
            lab.with_pieces = true;
            let options = lab.options.clone().with(|fetch| fetch.connections = 3);
            lab.fetch_with(&options, &lab.write_document())
        }),
        ("a URL of its own", |lab| {
            let content_url = SecretUrl::parse(&lab.server.url(&format!("/none?sig={SIGNATURE}"))).ok();
            let options = lab.options.clone().with(|fetch| fetch.content_url = content_url);
            lab.fetch_with(&options, &lab.write_document())
        }),
        ("a bare content", |lab| {
            let what = Wanted::Bare {
                url: SecretUrl::parse(&lab.url).unwrap(),
                info: Box::new(content().package.info.clone()),
                size: Some(content().size() as u64),
                name: "bare".to_owned(),
            };
            assert_eq!(leak(&format!("{what:?} {:?}", lab.options)), None);
            lab.fetch_this(what, &lab.options)
        }),
        ("a document with a signature", |lab| {
            lab.server.put(DOCUMENT, Resource::new(content().document(&lab.url, false).unwrap()));
            by_url(lab)
        }),
        ("a document that is not there", |lab| by_url(lab)),
        ("a package", |lab| {
            lab.server.put(DOCUMENT, Resource::new(content().package.bytes.clone()));
            by_url(lab)
        }),
    ]
}

fn by_url(lab: &Lab) -> FetchOutcome {
    let url = SecretUrl::parse(&lab.server.url(&format!("{DOCUMENT}?sig={SIGNATURE}"))).unwrap();
    lab.fetch_this(Wanted::Described(Location::Url(url)), &lab.options)
}

/// The report or the error, as a user sees it.
fn told(outcome: &FetchOutcome) -> String {
    match &outcome.result {
        Ok(report) => format!("{} {report:?}", serde_json::to_string(report).unwrap()),
        Err(failure) => failure.text.clone(),
    }
}

#[test]
fn nothing_is_told_of_keys_and_signatures() {
    collect();
    for (weather, run) in weathers() {
        let mut lab = Lab::new(weather, When::Fresh);
        let document = fs::read_to_string(lab.write_document()).unwrap();
        assert!(leak(&document).is_some(), "the canary is not in the cage");
        let outcome = run(&mut lab);
        assert_eq!(leak(&told(&outcome)), None, "told in {weather}");
        for (path, bytes) in list(&lab.root()).unwrap() {
            let bytes = bytes.unwrap_or_default();
            assert_eq!(leak(&String::from_utf8_lossy(&bytes)), None, "{path} in {weather}");
            assert_eq!(leak(&path), None);
        }
    }
    let logs = collected();
    for expected in ["broken-off", "backed-off", "pieces-mended", CONTENT] {
        assert!(logs.contains(expected), "the logs are not collected: no {expected}");
    }
    let leaking = logs.lines().find(|line| leak(line).is_some());
    assert_eq!(leaking, None, "logged");
}

/// Documents that are invalid in the place of the keys, because errors quote what they cannot parse.
#[test]
fn broken_documents_are_not_quoted() {
    collect();
    let whole =
        String::from_utf8(content().document("x/content.bin?sig=CANARYsignature", false).unwrap()).unwrap();
    let key = content().package.info.encryption_key.to_base64();
    let mac_key = content().package.info.mac_key.to_base64();
    let documents = [
        whole.replace(&key, &format!("{key}AAAA")),
        whole.replace(&mac_key, &mac_key[..40]),
        whole.replace(&format!("\"{key}\""), &format!("[\"{key}\"]")),
        whole.replace("\"macKey\"", "\"macKez\""),
        whole.replace("\"mac\"", &format!("\"{key}\"")),
        whole.replace("ProfileVersion1", &key),
        whole.replace("SHA256", &mac_key),
        whole.replace("x/content.bin", "../content.bin"),
        whole.replace("x/content.bin", "ftp://host/"),
        whole[..whole.find(&key).unwrap() + 20].to_owned(),
        whole.replace('}', ""),
        whole.replace("\"name\"", &format!("\"name\": {key}, \"x\"")),
    ];
    for (number, document) in documents.into_iter().enumerate() {
        let lab = Lab::new("broken documents", When::Fresh);
        assert_ne!(document, whole, "document {number} is not broken");
        let path = lab.write_document();
        fs::write(&path, document).unwrap();
        let outcome = lab.fetch_with(&lab.options, &path);
        assert_eq!(outcome.result.as_ref().unwrap_err().class.exit_code(), 3, "document {number}");
        assert_eq!(leak(&told(&outcome)), None, "document {number}");
    }
    assert_eq!(collected().lines().find(|line| leak(line).is_some()), None);
}

/// Everything that this process logs at trace level, through tracing (ours) and through log (reqwest's).
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn lines() -> MutexGuard<'static, Vec<u8>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Collector;

impl Write for Collector {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lines().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl log::Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = format!("{} {}: {}\n", record.level(), record.target(), record.args());
        lines().extend_from_slice(line.as_bytes());
    }

    fn flush(&self) {}
}

/// Starts collecting the logs of all tests in this process.
fn collect() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(TracingLevel::TRACE).with_ansi(false);
        subscriber.with_writer(|| Collector).init();
        log::set_logger(&Collector).unwrap();
        log::set_max_level(LevelFilter::Trace);
    });
}

/// All logs that were collected so far.
fn collected() -> String {
    String::from_utf8_lossy(&lines()).into_owned()
}
