//! Fetching from faulty servers and over faulty connections; see README.md beside this file.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[macro_use]
mod cases;
mod all_logs;
mod lab;
mod outcome;

mod encoding;
mod length;
mod range;
mod status;
mod transport;
mod validators;

mod bare;
mod budgets;
mod connections;
mod edges;
mod hostile;
mod outages;
mod packages;
mod secrets;

/// The matrix has 60 faults, each of which is tested fresh and resumed.
#[test]
fn the_matrix_is_whole() {
    let counts =
        [range::CASES, validators::CASES, length::CASES, encoding::CASES, status::CASES, transport::CASES]
            .map(<[_]>::len);
    assert_eq!(counts, [16, 8, 9, 4, 13, 10]);
    let faults = counts.iter().sum::<usize>();
    println!("bad weather: {faults} faults, each fresh and resumed: {} tests", faults * 2);
    assert_eq!(faults, 60);
}
