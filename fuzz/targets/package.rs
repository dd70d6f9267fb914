//! Opens any bytes as a package, authenticates it, and checks every entry of its payload.
#![no_main]

use intunewin::{ArchivePolicy, Package};
use libfuzzer_sys::fuzz_target;
use waybill_context::Context;

fuzz_target!(|bytes: &[u8]| {
    let _ = read(bytes);
});

/// Reads the package as far as that is possible; `None` at the first error.
fn read(bytes: &[u8]) -> Option<()> {
    let mut policy = ArchivePolicy::default();
    (policy.max_package, policy.max_unpacked) = (1 << 20, 16 << 20);
    let context = Context::silent();
    let package = Package::open(bytes.to_vec(), &policy).ok()?;
    assert!(!format!("{package:?}").contains(&package.info().encryption_info.encryption_key.to_base64()));
    let size = package.info().unencrypted_content_size;
    let content = package.into_content(&context).ok()?.authenticate(&context).ok()?;
    assert_eq!(content.payload_size(), size);
    content.archive(&policy, &context).ok()?.check_data(1, &context).ok()
}
