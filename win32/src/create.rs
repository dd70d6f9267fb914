//! Processes that are created suspended, and resumed later.

use crate::call::{owned, succeeded};
use crate::job::Job;
use crate::process::Process;
use crate::token::Token;
use crate::wide;
use std::ffi::c_void;
use std::io;
use std::marker::PhantomData;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, BorrowedHandle, OwnedHandle};
use std::ptr::{null, null_mut};
use windows_sys::Win32::Foundation::{HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::Security::{
    DuplicateTokenEx, SecurityImpersonation, TOKEN_ADJUST_DEFAULT, TOKEN_ADJUST_SESSIONID,
    TOKEN_ASSIGN_PRIMARY, TOKEN_DUPLICATE, TOKEN_QUERY, TokenPrimary,
};
use windows_sys::Win32::System::Threading::{
    CREATE_NO_WINDOW, CREATE_SUSPENDED, CREATE_UNICODE_ENVIRONMENT, CreateProcessAsUserW, CreateProcessW,
    DeleteProcThreadAttributeList, EXTENDED_STARTUPINFO_PRESENT, InitializeProcThreadAttributeList,
    LPPROC_THREAD_ATTRIBUTE_LIST, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, PROC_THREAD_ATTRIBUTE_JOB_LIST,
    PROCESS_INFORMATION, ResumeThread, STARTF_USESTDHANDLES, STARTUPINFOEXW, UpdateProcThreadAttribute,
};

const FLAGS: u32 =
    CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT | CREATE_NO_WINDOW | EXTENDED_STARTUPINFO_PRESENT;

/// What CreateProcess needs to know about a new process.
#[derive(Debug)]
pub struct NewProcess<'a> {
    /// Absolute path of the program (lpApplicationName).
    pub application: &'a str,
    /// The command line (lpCommandLine), passed on as it is.
    pub line: &'a str,
    /// The environment block: `NAME=VALUE` and a NUL for each, sorted, and two NULs at the end.
    pub environment: &'a [u16],
    /// The working directory: an absolute path, without `\\?\`.
    pub folder: &'a str,
    /// stdout and stderr: two different handles, and the only ones that are inherited. stdin is the console that the
    /// process gets, which nobody sees and nobody writes to: a program that waits for a key waits for ever.
    pub output: [BorrowedHandle<'a>; 2],
    /// The job that the process belongs to from its creation, if any.
    pub job: Option<&'a Job>,
    /// The token to start the process with; `None` for this process's account. With a token the process gets that
    /// account's interactive desktop.
    pub token: Option<&'a Token>,
}

/// A suspended process: its first thread has not run an instruction.
#[derive(Debug)]
pub struct StandingProcess {
    /// The handle of the suspended process.
    pub process: Process,
    /// The id of the process.
    pub pid: u32,
    thread: OwnedHandle,
}

impl StandingProcess {
    /// Lets the process run its first instruction.
    ///
    /// # Errors
    /// The system refuses; the process stays suspended.
    pub fn resume(&self) -> io::Result<()> {
        // SAFETY: the handle is open.
        let stood = unsafe { ResumeThread(self.thread.as_raw_handle()) };
        if stood == u32::MAX { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

/// Creates the process, suspended. Call [`StandingProcess::resume`] to let it run.
///
/// # Errors
/// CreateProcessW or CreateProcessAsUserW failed; the error is the system's.
pub fn create(new: &NewProcess<'_>) -> io::Result<StandingProcess> {
    let output = new.output.map(|stream| stream.as_raw_handle());
    for stream in new.output {
        // SAFETY: the handle is open.
        let set =
            unsafe { SetHandleInformation(stream.as_raw_handle(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) };
        succeeded(set)?;
    }
    let jobs: Vec<HANDLE> = new.job.iter().map(|job| job.as_handle().as_raw_handle()).collect();
    let mut attributes = Attributes::with_room_for(2)?;
    attributes.set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &output)?;
    if !jobs.is_empty() {
        attributes.set(PROC_THREAD_ATTRIBUTE_JOB_LIST, &jobs)?;
    }
    let mut desktop = wide::nul_terminated("winsta0\\default")?;
    let mut startup = STARTUPINFOEXW::default();
    startup.StartupInfo.cb = size_of::<STARTUPINFOEXW>() as u32;
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    // A console program opens its console for each standard handle that is null when it attaches to it, so stdin is left
    // null: the console is made for the process alone (CREATE_NO_WINDOW), and only the process can open it.
    startup.StartupInfo.hStdInput = null_mut();
    [startup.StartupInfo.hStdOutput, startup.StartupInfo.hStdError] = output;
    startup.lpAttributeList = attributes.as_list();
    if new.token.is_some() {
        startup.StartupInfo.lpDesktop = desktop.as_mut_ptr();
    }
    call(new, &startup)
}

fn call(new: &NewProcess<'_>, startup: &STARTUPINFOEXW) -> io::Result<StandingProcess> {
    let application = wide::nul_terminated(new.application)?;
    let mut line = wide::nul_terminated(new.line)?; // CreateProcessW may write to it
    let folder = wide::nul_terminated(new.folder)?;
    let (application, line, folder) = (application.as_ptr(), line.as_mut_ptr(), folder.as_ptr());
    if !new.environment.ends_with(&[0, 0]) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the environment block has no end"));
    }
    let environment = new.environment.as_ptr().cast();
    let startup = (&raw const *startup).cast();
    let mut created = PROCESS_INFORMATION::default();
    let result = &raw mut created;
    let answer = match new.token.map(primary).transpose()? {
        // SAFETY: all texts end with a NUL, the block with two; every pointer is valid until the call returns.
        None => unsafe {
            CreateProcessW(application, line, null(), null(), 1, FLAGS, environment, folder, startup, result)
        },
        // SAFETY: all texts end with a NUL, the block with two; every pointer is valid until the call returns, and the
        // token is open.
        Some(token) => unsafe {
            let token = token.as_raw_handle();
            CreateProcessAsUserW(
                token,
                application,
                line,
                null(),
                null(),
                1,
                FLAGS,
                environment,
                folder,
                startup,
                result,
            )
        },
    };
    succeeded(answer)?;
    // SAFETY: the call succeeded, so the handle is open and nobody else's.
    let process = unsafe { owned(created.hProcess) }?;
    // SAFETY: the call succeeded, so the handle is open and nobody else's.
    let thread = unsafe { owned(created.hThread) }?;
    Ok(StandingProcess { process: Process::owning(process), pid: created.dwProcessId, thread })
}

/// A primary token, with which processes can be started: an administrator's linked token may be an impersonation token.
fn primary(token: &Token) -> io::Result<OwnedHandle> {
    const RIGHTS: u32 =
        TOKEN_ASSIGN_PRIMARY | TOKEN_DUPLICATE | TOKEN_QUERY | TOKEN_ADJUST_DEFAULT | TOKEN_ADJUST_SESSIONID;
    let mut handle = null_mut();
    // SAFETY: the token is open, and the handle's place outlives the call.
    let made = unsafe {
        DuplicateTokenEx(
            token.as_handle().as_raw_handle(),
            RIGHTS,
            null(),
            SecurityImpersonation,
            TokenPrimary,
            &raw mut handle,
        )
    };
    succeeded(made)?;
    // SAFETY: the call succeeded, so the handle is open and nobody else's.
    unsafe { owned(handle) }
}

/// The attributes that CreateProcess takes beside its start-up structure: the handles that are inherited, and the job.
/// The values live as long as `'a`.
struct Attributes<'a> {
    memory: Vec<usize>,
    values: PhantomData<&'a [u8]>,
}

impl<'a> Attributes<'a> {
    /// An empty list with room for `count` attributes.
    fn with_room_for(count: u32) -> io::Result<Self> {
        let mut size = 0;
        // SAFETY: no list, so only the size is asked for.
        unsafe { InitializeProcThreadAttributeList(null_mut(), count, 0, &raw mut size) };
        if size == 0 {
            return Err(io::Error::last_os_error());
        }
        let mut memory = vec![0_usize; size.div_ceil(size_of::<usize>())];
        // SAFETY: the memory has at least `size` bytes.
        let made =
            unsafe { InitializeProcThreadAttributeList(memory.as_mut_ptr().cast(), count, 0, &raw mut size) };
        succeeded(made)?;
        Ok(Self { memory, values: PhantomData })
    }

    /// Sets an attribute. `values` has the type that Windows documents for it: an array of handles, sometimes of one.
    fn set<T>(&mut self, attribute: u32, values: &'a [T]) -> io::Result<()> {
        let start: *const c_void = values.as_ptr().cast();
        let list = self.as_list();
        // SAFETY: the list is initialised; the values live longer than it.
        let set = unsafe {
            UpdateProcThreadAttribute(
                list,
                0,
                attribute as usize,
                start,
                size_of_val(values),
                null_mut(),
                null(),
            )
        };
        succeeded(set)
    }

    /// The pointer for the start-up structure, valid as long as `self` is.
    fn as_list(&mut self) -> LPPROC_THREAD_ATTRIBUTE_LIST {
        self.memory.as_mut_ptr().cast()
    }
}

impl Drop for Attributes<'_> {
    fn drop(&mut self) {
        let list = self.as_list();
        // SAFETY: the list is initialised and not used any more.
        unsafe { DeleteProcThreadAttributeList(list) };
    }
}
