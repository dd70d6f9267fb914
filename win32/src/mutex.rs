//! Named mutexes, by which programs see each other.

use crate::call::owned;
use crate::wide;
use std::io;
use std::marker::PhantomData;
use std::os::windows::io::{AsRawHandle as _, OwnedHandle};
use windows_sys::Win32::Foundation::{
    ERROR_FILE_NOT_FOUND, WAIT_ABANDONED, WAIT_FAILED, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Threading::{
    CreateMutexW, MUTEX_MODIFY_STATE, OpenMutexW, ReleaseMutex, SYNCHRONIZATION_SYNCHRONIZE,
    WaitForSingleObject,
};

/// Whether a thread holds the mutex of this name; `false` where there is no such mutex.
///
/// # Errors
/// The mutex exists but may not be opened, or the system refuses to wait for it.
pub fn is_held(name: &str) -> io::Result<bool> {
    let name = wide::nul_terminated(name)?;
    let access = SYNCHRONIZATION_SYNCHRONIZE | MUTEX_MODIFY_STATE;
    // SAFETY: the name ends with a NUL and outlives the call.
    let handle = unsafe { OpenMutexW(access, 0, name.as_ptr()) };
    // SAFETY: the handle is null, or open and owned by nobody else.
    let mutex = match unsafe { owned(handle) } {
        Err(error) if error.raw_os_error() == Some(ERROR_FILE_NOT_FOUND as i32) => return Ok(false),
        mutex => mutex?,
    };
    // SAFETY: the handle is open. The time is 0, so the call returns at once.
    let waited = unsafe { WaitForSingleObject(mutex.as_raw_handle(), 0) };
    match waited {
        WAIT_TIMEOUT => Ok(true),
        WAIT_OBJECT_0 | WAIT_ABANDONED => {
            // SAFETY: the wait has just made this thread its owner.
            unsafe { ReleaseMutex(mutex.as_raw_handle()) };
            Ok(false)
        }
        WAIT_FAILED => Err(io::Error::last_os_error()),
        other => Err(io::Error::other(format!("waiting for a mutex came to {other}"))),
    }
}

/// A mutex that the current thread holds until the value is dropped.
#[derive(Debug)]
pub struct HeldMutex {
    mutex: OwnedHandle,
    /// Not `Send`: a mutex must be released by the thread that took it.
    _thread: PhantomData<*const ()>,
}

/// Takes the mutex of this name, and creates it where there is none. Does not wait.
///
/// # Errors
/// Another thread holds the mutex, or it may not be created.
pub fn hold(name: &str) -> io::Result<HeldMutex> {
    let name = wide::nul_terminated(name)?;
    // SAFETY: the name ends with a NUL and outlives the call; null means the default attributes.
    let handle = unsafe { CreateMutexW(std::ptr::null(), 0, name.as_ptr()) };
    // SAFETY: the handle is null, or open and owned by nobody else.
    let mutex = unsafe { owned(handle) }?;
    // SAFETY: the handle is open. The time is 0, so the call returns at once.
    match unsafe { WaitForSingleObject(mutex.as_raw_handle(), 0) } {
        WAIT_OBJECT_0 | WAIT_ABANDONED => Ok(HeldMutex { mutex, _thread: PhantomData }),
        WAIT_FAILED => Err(io::Error::last_os_error()),
        _ => Err(io::ErrorKind::WouldBlock.into()),
    }
}

impl Drop for HeldMutex {
    fn drop(&mut self) {
        // SAFETY: this thread took it, and the value cannot leave the thread.
        unsafe { ReleaseMutex(self.mutex.as_raw_handle()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_mutex_is_held_by_another_thread_or_nobody() {
        let name = format!("Waybill test {}", std::process::id());
        assert!(!is_held(&name).unwrap());
        let (made, wait_made) = mpsc::channel();
        let (end, wait_end) = mpsc::channel::<()>();
        let holder = std::thread::spawn({
            let name = name.clone();
            move || {
                let held = hold(&name).unwrap();
                made.send(()).unwrap();
                wait_end.recv().unwrap();
                drop(held);
                made.send(()).unwrap();
                wait_end.recv().unwrap();
            }
        });
        wait_made.recv().unwrap();
        assert!(is_held(&name).unwrap());
        end.send(()).unwrap();
        wait_made.recv().unwrap();
        assert!(!is_held(&name).unwrap());
        assert!(!is_held(&name).unwrap(), "asking has let go of it");
        end.send(()).unwrap();
        holder.join().unwrap();
        assert!(!is_held(&name).unwrap());
    }
}
