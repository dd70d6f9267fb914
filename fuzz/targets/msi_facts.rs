//! Reads any bytes as an MSI. The result is facts or an error, within the byte budget.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use waybill_packager::msi::{MsiFacts, container_kind};

fuzz_target!(
    // The reader of compound files may panic, which our reader turns into an error; the hook keeps libFuzzer from
    // aborting then. A panic that our reader does not catch still aborts.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        let kind = container_kind(&mut Cursor::new(bytes));
        let facts = MsiFacts::from_reader(Cursor::new(bytes));
        assert!(facts.is_err() || kind.is_ok_and(|kind| kind.is_some()), "facts of no compound file");
    }
);
