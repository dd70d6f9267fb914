//! What CreateProcess is given beyond its start-up structure: which handles are inherited, and the job.

use std::ffi::c_void;
use std::io;
use std::marker::PhantomData;
use std::ptr::{null, null_mut};
use windows_sys::Win32::System::Threading::{
    DeleteProcThreadAttributeList, InitializeProcThreadAttributeList, LPPROC_THREAD_ATTRIBUTE_LIST,
    UpdateProcThreadAttribute,
};

/// A list of attributes whose values live as long as `'a`.
pub(crate) struct Attributes<'a> {
    memory: Vec<usize>,
    values: PhantomData<&'a [u8]>,
}

impl<'a> Attributes<'a> {
    /// An empty list with room for `count` attributes.
    pub(crate) fn with_room_for(count: u32) -> io::Result<Self> {
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
        if made == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self { memory, values: PhantomData })
    }

    /// Sets an attribute. `values` has the type that Windows documents for it: an array of handles, sometimes of one.
    pub(crate) fn set<T>(&mut self, attribute: u32, values: &'a [T]) -> io::Result<()> {
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
        if set == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    /// The pointer for the start-up structure, valid as long as `self` is.
    pub(crate) fn as_list(&mut self) -> LPPROC_THREAD_ATTRIBUTE_LIST {
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
