//! The files in the folder that the calling process and the task share.

use super::AsSystemError;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

const REQUEST: &str = "request.json";
const STDIN: &str = "stdin";
/// The age after which the folder of an interrupted run is removed.
const OLD: Duration = Duration::from_secs(24 * 3600);
/// The lock file that the task creates and holds as long as it runs. Its presence also shows that the task has started.
const LOCK: &str = "running.lock";
const EXIT: &str = "exit";
pub(super) const STDOUT: &str = "stdout";
pub(super) const STDERR: &str = "stderr";

/// What the task is to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The absolute path of this program.
    pub program: PathBuf,
    /// The arguments of the program, without its own name.
    pub arguments: Vec<String>,
    /// The working directory, so that relative paths in the arguments keep their meaning.
    pub folder: PathBuf,
    /// Environment variables that are added to those of the system account.
    pub variables: Vec<(String, String)>,
    /// The bytes that the program reads from stdin. They are passed in a file of their own.
    #[serde(skip)]
    pub stdin: Vec<u8>,
}

impl Request {
    pub(super) fn write(&self, folder: &Path) -> Result<(), AsSystemError> {
        let path = folder.join(REQUEST);
        let json = serde_json::to_vec(self)
            .map_err(|error| AsSystemError::NoRequest { path: path.clone(), source: (&error).into() })?;
        write_new(&path, &json)?;
        write_new(&folder.join(STDIN), &self.stdin)
    }
}

/// The parent of request folders. It is below the system's own profile, where only the system and administrators may
/// write, so that nobody else can create, rename or replace a request.
pub(super) fn place() -> PathBuf {
    let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    [r"System32", "config", "systemprofile", "AppData", "Local", "Waybill"]
        .into_iter()
        .fold(PathBuf::from(root), |path, name| path.join(name))
}

/// Removes folders below `root` that interrupted runs left, if they are at least a day old and their task has ended.
pub(super) fn sweep(root: &Path, now: SystemTime) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for folder in entries.flatten().map(|entry| entry.path()) {
        let is_ours = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("AsSystem-"));
        let age = folder.metadata().and_then(|folder| folder.modified()).map(|made| now.duration_since(made));
        let is_old = matches!(age, Ok(Ok(age)) if age > OLD);
        let has_ended =
            exit_code(&folder).is_ok_and(|code| code.is_some()) || was_abandoned(&folder).unwrap_or(false);
        if is_ours && is_old && has_ended {
            // A folder that cannot be removed does no harm.
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// Creates a folder for one request below `root`.
pub(super) fn new_folder(root: &Path) -> Result<PathBuf, AsSystemError> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let folder = root.join(format!("AsSystem-{}-{}", std::process::id(), now.as_nanos()));
    fs::create_dir_all(root).and_then(|()| fs::create_dir(&folder)).map_err(failed("make", &folder))?;
    Ok(folder)
}

/// Called in the task: runs the request in `folder`, and writes output and exit code there.
///
/// # Errors
/// The folder holds no valid request, or the program cannot be started.
pub fn answer(folder: &Path) -> Result<(), AsSystemError> {
    let path = folder.join(REQUEST);
    let text = fs::read(&path).map_err(failed("read", &path))?;
    let request: Request = serde_json::from_slice(&text)
        .map_err(|error| AsSystemError::NoRequest { path, source: (&error).into() })?;
    // The lock file gets its name only when it is locked, because the calling process takes a free lock for a task that
    // has ended.
    let staging = folder.join("lock.new");
    let held = new(&staging)?;
    held.lock().map_err(failed("lock", &staging))?;
    rename(&staging, &folder.join(LOCK))?;
    let exit = run(&request, folder)?;
    // Renamed when it is complete, so that half a number is never read.
    let staging = folder.join("exit.new");
    write_new(&staging, exit.to_string().as_bytes())?;
    rename(&staging, &folder.join(EXIT))
}

fn rename(from: &Path, to: &Path) -> Result<(), AsSystemError> {
    fs::rename(from, to).map_err(failed("rename", from))
}

fn run(request: &Request, folder: &Path) -> Result<u32, AsSystemError> {
    let stdin = folder.join(STDIN);
    let status = Command::new(&request.program)
        .args(&request.arguments)
        .current_dir(&request.folder)
        .envs(request.variables.iter().map(|(name, value)| (name, value)))
        .stdin(File::open(&stdin).map(Stdio::from).map_err(failed("read", &stdin))?)
        .stdout(new(&folder.join(STDOUT))?)
        .stderr(new(&folder.join(STDERR))?)
        .status()
        .map_err(failed("start", &request.program))?;
    Ok(status.code().map_or(1, i32::cast_unsigned))
}

/// The exit code of the task; `None` as long as it has not written one.
pub(super) fn exit_code(folder: &Path) -> Result<Option<u32>, AsSystemError> {
    let path = folder.join(EXIT);
    match fs::read_to_string(&path) {
        Ok(text) => text.parse().map(Some).map_err(|_| AsSystemError::NoResult),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", &path)(error)),
    }
}

/// Whether the task has started.
pub(super) fn has_begun(folder: &Path) -> bool {
    folder.join(LOCK).exists()
}

/// Whether the task has started and no longer runs.
pub(super) fn was_abandoned(folder: &Path) -> Result<bool, AsSystemError> {
    let path = folder.join(LOCK);
    let lock = match File::open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed("open", &path)(error)),
    };
    match lock.try_lock_shared() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(failed("lock", &path)(error)),
    }
}

/// Creates a file; an existing one is an error, so that nobody else's file is used.
fn new(path: &Path) -> Result<File, AsSystemError> {
    OpenOptions::new().write(true).create_new(true).open(path).map_err(failed("make", path))
}

pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), AsSystemError> {
    new(path)?.write_all(bytes).map_err(failed("write", path))
}

pub(super) fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> AsSystemError {
    let path = path.to_owned();
    move |source| AsSystemError::Io { doing, path, source }
}
