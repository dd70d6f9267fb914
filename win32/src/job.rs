//! Job objects: groups of a process and its descendants.

use crate::call::{owned, succeeded};
use crate::process::Process;
use std::io;
use std::mem::offset_of;
use std::os::windows::io::{AsHandle, AsRawHandle as _, BorrowedHandle, OwnedHandle};
use std::ptr::null;
use windows_sys::Win32::Foundation::ERROR_MORE_DATA;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, IsProcessInJob, JOB_OBJECT_LIMIT_BREAKAWAY_OK,
    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOBOBJECT_BASIC_PROCESS_ID_LIST,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectBasicProcessIdList, JobObjectExtendedLimitInformation,
    QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
};

/// Room for process ids in the first query; it grows where there are more.
const IDS: usize = 64;
/// The most queries for a list that grows meanwhile.
const ASKED: usize = 10;

/// A job object without a name.
#[derive(Debug)]
pub struct Job(OwnedHandle);

impl Job {
    /// Creates a job whose processes end when its last handle is closed, until [`Job::let_live`] is called. Children
    /// may break away from it (CREATE_BREAKAWAY_FROM_JOB).
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn new() -> io::Result<Self> {
        // SAFETY: no attributes and no name.
        let handle = unsafe { CreateJobObjectW(null(), null()) };
        // SAFETY: the handle is null, or open and owned by nobody else.
        let job = Self(unsafe { owned(handle) }?);
        job.limit(JOB_OBJECT_LIMIT_BREAKAWAY_OK | JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)?;
        Ok(job)
    }

    /// From now on the processes of the job survive the closing of its last handle.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn let_live(&self) -> io::Result<()> {
        self.limit(JOB_OBJECT_LIMIT_BREAKAWAY_OK)
    }

    fn limit(&self, flags: u32) -> io::Result<()> {
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = flags;
        let size = size_of_val(&limits) as u32;
        // SAFETY: the handle is open, the structure is the one of this class and outlives the call.
        let set = unsafe {
            SetInformationJobObject(
                self.0.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size,
            )
        };
        succeeded(set)
    }

    /// Puts a process, and with it all its future children, into the job.
    ///
    /// # Errors
    /// The system refuses, e.g. because the process runs in another session than this one (ERROR_ACCESS_DENIED, 5).
    pub fn assign(&self, process: &Process) -> io::Result<()> {
        // SAFETY: both handles are open.
        let assigned =
            unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process.as_handle().as_raw_handle()) };
        succeeded(assigned)
    }

    /// Whether a process is in the job.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn holds(&self, process: &Process) -> io::Result<bool> {
        let mut inside = 0;
        // SAFETY: both handles are open, and the answer's place outlives the call.
        let told = unsafe {
            IsProcessInJob(process.as_handle().as_raw_handle(), self.0.as_raw_handle(), &raw mut inside)
        };
        succeeded(told).map(|()| inside != 0)
    }

    /// The ids of the running processes of the job.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn process_ids(&self) -> io::Result<Vec<u32>> {
        let mut room = IDS;
        for _ in 0..ASKED {
            if let Some(ids) = self.ids_in(room)? {
                return Ok(ids);
            }
            room *= 4;
        }
        Err(io::Error::other("its list of processes grows faster than it can be read"))
    }

    /// The ids of the job's processes; `None` where there are more than `room`.
    fn ids_in(&self, room: usize) -> io::Result<Option<Vec<u32>>> {
        const HEAD: usize = offset_of!(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList) / size_of::<usize>();
        let mut buffer = vec![0_usize; HEAD + room];
        let size = size_of_val(buffer.as_slice()) as u32;
        let start = buffer.as_mut_ptr().cast();
        // SAFETY: the handle is open, and the buffer has `size` bytes and is aligned for the structure.
        let told = unsafe {
            QueryInformationJobObject(
                self.0.as_raw_handle(),
                JobObjectBasicProcessIdList,
                start,
                size,
                std::ptr::null_mut(),
            )
        };
        match succeeded(told) {
            Err(error) if error.raw_os_error() == Some(ERROR_MORE_DATA as i32) => return Ok(None),
            told => told?,
        }
        // SAFETY: the buffer starts with this structure and is larger than it.
        let list = unsafe { buffer.as_ptr().cast::<JOBOBJECT_BASIC_PROCESS_ID_LIST>().read() };
        if list.NumberOfAssignedProcesses > list.NumberOfProcessIdsInList {
            return Ok(None);
        }
        let listed = buffer[HEAD..].iter().take(list.NumberOfProcessIdsInList as usize);
        Ok(Some(listed.map(|id| *id as u32).collect()))
    }

    /// Ends all processes of the job with this exit code.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn terminate(&self, code: u32) -> io::Result<()> {
        // SAFETY: the handle is open.
        let ended = unsafe { TerminateJobObject(self.0.as_raw_handle(), code) };
        succeeded(ended)
    }
}

impl AsHandle for Job {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.0.as_handle()
    }
}
