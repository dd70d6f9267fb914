use super::*;
use std::sync::atomic::AtomicBool;
use waybill_context::SystemClock;

/// A clock whose `sleep` calls the function, which plays the task.
struct Meanwhile<F>(F);

impl<F: Fn() + Send + Sync> waybill_context::Clock for Meanwhile<F> {
    fn now(&self) -> std::time::SystemTime {
        SystemClock.now()
    }
    fn sleep(&self, _: Duration) {
        (self.0)();
    }
}

fn relayed(folder: &Path, meanwhile: impl Fn() + Send + Sync) -> (Result<u32, AsSystemError>, [String; 2]) {
    let mut told = [Vec::new(), Vec::new()];
    let clock = Meanwhile(meanwhile);
    let context = Context::new(&(), &(), &clock);
    let exit = follow(folder, &mut |stream, bytes| told[stream as usize].extend_from_slice(bytes), &context);
    (exit, told.map(|bytes| String::from_utf8(bytes).unwrap()))
}

#[cfg(unix)]
#[test]
fn a_request_comes_back_with_output_and_exit_code() {
    let root = tempfile::tempdir().unwrap();
    let folder = request::new_folder(root.path()).unwrap();
    let script = "read line; echo \"$line $GREETING $1\"; pwd >&2; exit 9";
    let request = Request {
        program: "/bin/sh".into(),
        arguments: ["-c", script, "sh", "a b"].map(str::to_owned).to_vec(),
        folder: "/".into(),
        variables: vec![("GREETING".into(), "hello".into())],
        stdin: b"from stdin\n".to_vec(),
    };
    request.write(&folder).unwrap();
    let (exit, told) = relayed(&folder, || answer(&folder).unwrap());
    assert_eq!(exit.unwrap(), 9);
    assert_eq!(told, ["from stdin hello a b\n", "/\n"].map(str::to_owned));
}

#[test]
fn output_is_passed_on_as_it_comes_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(request::STDOUT);
    let round = std::sync::atomic::AtomicU32::new(0);
    let (exit, told) = relayed(folder.path(), || {
        let round = round.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let line = fs::read_to_string(&path).unwrap_or_default() + &format!("{round}\n");
        fs::write(&path, line).unwrap();
        if round == 2 {
            fs::write(folder.path().join("exit"), "3010").unwrap();
        }
    });
    assert_eq!((exit.unwrap(), told[0].as_str()), (3010, "0\n1\n2\n"));
}

#[test]
fn a_task_that_never_starts_or_dies_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(relayed(folder.path(), || ()).0, Err(AsSystemError::NotStarted)));
    fs::write(folder.path().join("running.lock"), "").unwrap();
    assert!(matches!(relayed(folder.path(), || ()).0, Err(AsSystemError::NoResult)));
}

#[test]
fn an_interruption_leaves_the_task_alone() {
    let folder = tempfile::tempdir().unwrap();
    let stop = AtomicBool::new(true);
    let outcome = follow(folder.path(), &mut |_, _| (), &Context::new(&(), &stop, &SystemClock));
    assert!(matches!(outcome, Err(AsSystemError::Interrupted)) && folder.path().exists());
}

#[test]
fn a_folder_without_a_request_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(answer(folder.path()), Err(AsSystemError::Io { .. })));
    fs::write(folder.path().join("request.json"), "{}").unwrap();
    assert!(matches!(answer(folder.path()), Err(AsSystemError::NoRequest { .. })));
}

#[test]
fn what_interrupted_runs_left_is_swept_once_their_task_has_ended() {
    let place = tempfile::tempdir().unwrap();
    let made = |name: &str| {
        let folder = place.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        folder
    };
    let (ended, living, other) = (made("AsSystem-1-1"), made("AsSystem-2-2"), made("Other"));
    for folder in [&ended, &other] {
        std::fs::write(folder.join("exit"), "0").unwrap();
    }
    let now = std::time::SystemTime::now();
    request::sweep(place.path(), now);
    assert!(ended.exists(), "it may still be read");
    request::sweep(place.path(), now + Duration::from_secs(2 * 24 * 3600));
    assert!(!ended.exists() && living.exists() && other.exists());
}
