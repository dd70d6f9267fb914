/// When a fault meets the fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Nothing was held when the fetch began.
    Fresh,
    /// An earlier fetch was interrupted in the middle.
    Resumed,
}

/// The faults of a group of the matrix: each a function of [`When`], and two tests. `CASES` counts them.
macro_rules! cases {
    ($($fresh:ident, $resumed:ident: $case:ident;)*) => {
        /// The group's faults.
        pub(crate) const CASES: &[&str] = &[$(stringify!($case)),*];
        more_cases! { $($fresh, $resumed: $case;)* }
    };
}

/// Variants of faults, beside the 60.
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
