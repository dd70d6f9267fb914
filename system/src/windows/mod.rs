//! To come.
use crate::*;
pub(crate) struct WindowsSystem;
impl WindowsSystem {
    pub(crate) fn new() -> Self {
        Self
    }
}
impl System for WindowsSystem {
    fn kind(&self) -> SystemKind {
        SystemKind::Windows
    }
    fn files(&self) -> &dyn Files {
        todo!()
    }
    fn registry(&self) -> &dyn Registry {
        todo!()
    }
    fn products(&self) -> &dyn Products {
        todo!()
    }
    fn processes(&self) -> &dyn Processes {
        todo!()
    }
    fn device(&self) -> &dyn Device {
        todo!()
    }
}
