//! Fetching from faulty servers and over faulty connections; see README.md beside this file.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

/// When the fault occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// In a fetch that begins with nothing.
    Fresh,
    /// In a fetch that continues one that was interrupted in the middle.
    Resumed,
}

/// Declares the faults of a group of the matrix: each is a function of a `Lab` and makes two tests, one for each
/// [`When`]. `CASES` lists them.
macro_rules! cases {
    ($($fresh:ident, $resumed:ident: $case:ident;)*) => {
        /// The names of the group's faults.
        pub(crate) const CASES: &[&str] = &[$(stringify!($case)),*];
        more_cases! { $($fresh, $resumed: $case;)* }
    };
}

/// Declares further variants of faults, which do not count among the 60.
macro_rules! more_cases {
    ($($fresh:ident, $resumed:ident: $case:ident;)*) => {
        $(
            #[test]
            fn $fresh() {
                $case(crate::lab::Lab::new(stringify!($case), crate::When::Fresh));
            }

            #[test]
            fn $resumed() {
                $case(crate::lab::Lab::new(stringify!($case), crate::When::Resumed));
            }
        )*
    };
}

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
