//! Parses any bytes as Detection.xml. A document that was read must be the same after writing and reading it again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waybill_schemas::ApplicationInfo;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = ApplicationInfo::read(bytes) else { return };
    let written = read.info.write().expect("what was read can be written");
    let again = ApplicationInfo::read(&written).expect("what was written can be read");
    assert_eq!(again.info, read.info);
});
