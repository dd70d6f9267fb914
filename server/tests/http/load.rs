use crate::raw_client::Lab;
use std::thread;

/// All clients are connected before the first is answered to its end, and each gets its own bytes.
#[test]
fn two_hundred_at_once_get_their_own_bytes() {
    let lab = Lab::new();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    lab.write("a.bin", &bytes);
    thread::scope(|scope| {
        for client in 0..200 {
            let (lab, bytes) = (&lab, &bytes);
            scope.spawn(move || {
                let (first, last) = (client * 7_919, 1_000_000 + client * 9_973);
                let answer = lab.get("/a.bin", &[&format!("Range: bytes={first}-{last}")]);
                assert!(answer.status == 206 && answer.body == bytes[first..=last], "client {client}");
            });
        }
    });
    let log = lab.into_log();
    assert_eq!(log.len(), 200);
    assert!(log.iter().all(|record| record.complete));
}

/// With more connections than slots, those without a slot wait for one.
#[test]
fn idle_connections_do_not_lock_out_the_next() {
    let lab = Lab::new();
    lab.write("a.bin", "a");
    let idle: Vec<_> = (0..255).map(|_| std::net::TcpStream::connect(lab.address()).unwrap()).collect();
    assert_eq!(lab.get("/a.bin", &[]).text(), "a");
    drop(idle);
    assert_eq!(lab.get("/a.bin", &[]).text(), "a");
}
