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
                $case(crate::lab::Lab::new(stringify!($case), crate::cases::When::Fresh));
            }

            #[test]
            fn $resumed() {
                $case(crate::lab::Lab::new(stringify!($case), crate::cases::When::Resumed));
            }
        )*
    };
}
