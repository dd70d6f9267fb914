use crate::raw_client::Lab;

const BYTES: &[u8] = b"0123456789";

#[test]
fn one_range_gets_its_bytes_and_says_which() {
    let lab = Lab::new();
    lab.write("ten.bin", BYTES);
    for (range, content_range, body) in [
        ("0-0", "bytes 0-0/10", "0"),
        ("0-9", "bytes 0-9/10", "0123456789"),
        ("0-", "bytes 0-9/10", "0123456789"),
        ("3-5", "bytes 3-5/10", "345"),
        ("9-", "bytes 9-9/10", "9"),
        ("5-99", "bytes 5-9/10", "56789"),
        ("-1", "bytes 9-9/10", "9"),
        ("-3", "bytes 7-9/10", "789"),
        ("-99", "bytes 0-9/10", "0123456789"),
    ] {
        let answer = lab.get("/ten.bin", &[&format!("Range: bytes={range}")]);
        assert_eq!((answer.status, answer.text().as_str()), (206, body), "{range}");
        assert_eq!(answer.header("content-range"), Some(content_range), "{range}");
        assert_eq!(answer.header("content-length"), Some(body.len().to_string().as_str()), "{range}");
        assert!(answer.header("etag").is_some() && answer.header("last-modified").is_some());
    }
}

#[test]
fn a_range_behind_the_end_is_refused_with_the_length() {
    let lab = Lab::new();
    lab.write("ten.bin", BYTES);
    lab.write("empty.bin", "");
    for (path, range, length) in
        [("/ten.bin", "10-", 10), ("/ten.bin", "10-11", 10), ("/ten.bin", "-0", 10), ("/empty.bin", "0-", 0)]
    {
        let answer = lab.get(path, &[&format!("Range: bytes={range}")]);
        assert_eq!(answer.status, 416, "{range}");
        assert_eq!(answer.header("content-range"), Some(format!("bytes */{length}").as_str()));
    }
}

#[test]
fn what_is_no_single_range_of_bytes_gets_the_whole_file() {
    let lab = Lab::new();
    lab.write("ten.bin", BYTES);
    for headers in [
        &["Range: bytes=0-1,4-5"][..],
        &["Range: bytes=5-4"],
        &["Range: bytes="],
        &["Range: lines=1-2"],
        &["Range: nonsense"],
        &["Range: bytes=0-1", "Range: bytes=4-5"],
    ] {
        let answer = lab.get("/ten.bin", headers);
        assert_eq!((answer.status, answer.body.as_slice()), (200, BYTES), "{headers:?}");
        assert_eq!(answer.header("content-range"), None);
    }
    lab.write("empty.bin", "");
    let answer = lab.get("/empty.bin", &["Range: bytes=-5"]);
    assert_eq!((answer.status, answer.header("content-length")), (200, Some("0")));
}

/// Several blocks, and ends that are on none of their borders.
#[test]
fn ranges_of_a_large_file_are_exact() {
    let lab = Lab::new();
    let bytes: Vec<u8> = (0..1_500_007_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    lab.write("large.bin", &bytes);
    for (first, last) in
        [(0, 1_500_006), (1, 262_144), (262_143, 262_144), (300_001, 1_400_000), (1_500_006, 1_500_006)]
    {
        let answer = lab.get("/large.bin", &[&format!("Range: bytes={first}-{last}")]);
        assert_eq!(answer.status, 206);
        assert!(answer.body == bytes[first..=last], "{first}-{last}");
    }
    assert!(lab.get("/large.bin", &[]).body == bytes);
}

#[test]
fn head_ignores_a_range() {
    let lab = Lab::new();
    lab.write("ten.bin", BYTES);
    for range in ["0-1", "99-"] {
        let answer = lab.ask("HEAD", "/ten.bin", &[&format!("Range: bytes={range}")]);
        assert_eq!((answer.status, answer.header("content-length")), (200, Some("10")));
    }
}
