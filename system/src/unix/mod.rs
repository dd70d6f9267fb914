//! To come.
use crate::*;
pub(crate) struct UnixSystem;
impl UnixSystem {
    pub(crate) fn new() -> Self {
        Self
    }
}
impl System for UnixSystem {
    fn kind(&self) -> SystemKind {
        SystemKind::Unix
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
