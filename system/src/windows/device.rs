//! Facts of the device, its environment and its boot.

use crate::{
    Account, Architecture, BootIdentity, Device, Environment, Perspective, SignedInUser, Unanswered,
};

/// This device.
pub(super) struct WindowsDevice;

#[allow(clippy::todo)]
impl Device for WindowsDevice {
    fn architecture(&self) -> Result<Architecture, Unanswered> {
        todo!()
    }
    fn windows_build(&self) -> Result<u32, Unanswered> {
        todo!()
    }
    fn free_disk(&self) -> Result<u64, Unanswered> {
        todo!()
    }
    fn memory(&self) -> Result<u64, Unanswered> {
        todo!()
    }
    fn processors(&self) -> Result<u32, Unanswered> {
        todo!()
    }
    fn processor_mhz(&self) -> Result<u32, Unanswered> {
        todo!()
    }
    fn environment(&self, _: Perspective) -> Result<Environment, Unanswered> {
        todo!()
    }
    fn path(&self, _: Perspective) -> Result<Vec<String>, Unanswered> {
        todo!()
    }
    fn boot(&self) -> Option<BootIdentity> {
        todo!()
    }
    fn pending_renames(&self) -> Result<Vec<String>, Unanswered> {
        todo!()
    }
    fn signed_in_user(&self) -> Result<Option<SignedInUser>, Unanswered> {
        todo!()
    }
    fn own_account(&self) -> Account {
        todo!()
    }
    fn is_elevated(&self) -> bool {
        todo!()
    }
}
