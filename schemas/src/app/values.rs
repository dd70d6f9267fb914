//! The enumerations of `win32LobApp` and its rules.

use serde::{Deserialize, Serialize};

/// A field of app.json whose values are words.
pub trait Vocabulary: Sized {
    /// Every word that this version knows, as it stands in a document.
    const KNOWN: &'static [&'static str];
    /// What the words name, in the singular and without an article: `return code type`.
    const WHAT: &'static str;
    /// Whether Graph refuses every other word, and so do we. An open vocabulary grows with Graph.
    const IS_CLOSED: bool;

    /// The word as it stands in the document.
    fn as_str(&self) -> &str;

    /// Whether it is a known word, letter for letter.
    fn is_known(&self) -> bool;
}

/// The known word that differs from `word` by the case of its letters alone.
fn in_another_case(word: &str, known: &[&'static str]) -> Option<&'static str> {
    known.iter().copied().find(|one| one.eq_ignore_ascii_case(word))
}

/// Defines an enum whose unknown values survive as `Other`, with serde, `Display` and a JSON Schema: of a `closed` one
/// it takes the known words alone, of an `open` one it proposes them and takes any.
macro_rules! words {
    ($(#[$doc:meta])* $kind:ident $name:ident, $what:literal { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A value that this version does not know, or a known one in another case; kept letter for letter.
            Other(String),
        }

        impl $name {
            /// Every value that this version knows, as it stands in a document.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// The value as it stands in a document.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }

            /// The value as it is read: Graph reads its words regardless of case, so `Success` is `success`. Whatever
            /// decides by the value asks for this one.
            pub fn meant(&self) -> Self {
                match self {
                    Self::Other(text) => match in_another_case(text, Self::KNOWN) {
                        Some(known) => Self::from(known.to_owned()),
                        None => self.clone(),
                    },
                    known => known.clone(),
                }
            }
        }

        impl Vocabulary for $name {
            const KNOWN: &'static [&'static str] = $name::KNOWN;
            const WHAT: &'static str = $what;
            const IS_CLOSED: bool = words!(@closed $kind);

            fn as_str(&self) -> &str {
                $name::as_str(self)
            }

            fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Other(text),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }

        words!(@schema $kind $name);
    };
    (@closed open) => { false };
    (@closed closed) => { true };
    (@schema open $name:ident) => {
        own_schema!($name, referenced, { "anyOf": [{ "enum": Self::KNOWN }, { "type": "string" }] });
    };
    (@schema closed $name:ident) => {
        own_schema!($name, referenced, { "anyOf": [{ "enum": Self::KNOWN }, { "const": FUTURE_WORD }] });
    };
}

/// What Graph answers in place of a word that is newer than the API version which the caller asked.
pub const FUTURE_WORD: &str = "unknownFutureValue";

words! {
    /// Whose rights a command or a script runs with.
    closed RunAsAccount, "account to run as" {
        /// The rights of the system account.
        System = "system",
        /// The rights of the signed-in user.
        User = "user",
    }
}

words! {
    /// What happens about restarts.
    closed DeviceRestartBehavior, "restart behavior" {
        /// A restart, with grace, when a reboot code comes.
        BasedOnReturnCode = "basedOnReturnCode",
        /// No action on reboot codes; the installer may restart.
        Allow = "allow",
        /// No restart by the agent; the command is to suppress the installer's own.
        Suppress = "suppress",
        /// A restart after the install.
        Force = "force",
    }
}

words! {
    /// What a return code stands for.
    closed ReturnCodeType, "type of a return code" {
        /// The installer reports a failure.
        Failed = "failed",
        /// The installer reports success.
        Success = "success",
        /// The installer reports success; a restart is needed some time.
        SoftReboot = "softReboot",
        /// The installer reports success; nothing further is installed before the restart.
        HardReboot = "hardReboot",
        /// The installer has to be run again soon.
        Retry = "retry",
    }
}

words! {
    /// Whom an MSI installs for.
    open MsiPackageType, "package type of an MSI" {
        /// Every user of the device (ALLUSERS=1).
        PerMachine = "perMachine",
        /// The user who installs it (ALLUSERS empty).
        PerUser = "perUser",
        /// Either the user or every user (ALLUSERS=2).
        DualPurpose = "dualPurpose",
    }
}

words! {
    /// What a rule is for.
    closed RuleType, "rule type" {
        /// Says whether the app is there.
        Detection = "detection",
        /// Says whether the app may be installed.
        Requirement = "requirement",
    }
}

words! {
    /// How a found value is compared with the rule's.
    closed Operator, "operator" {
        /// No comparison is made.
        NotConfigured = "notConfigured",
        /// The found value is equal to the rule's.
        Equal = "equal",
        /// The found value is not equal to the rule's.
        NotEqual = "notEqual",
        /// The found value is greater than the rule's.
        GreaterThan = "greaterThan",
        /// The found value is greater than the rule's, or equal to it.
        GreaterThanOrEqual = "greaterThanOrEqual",
        /// The found value is less than the rule's.
        LessThan = "lessThan",
        /// The found value is less than the rule's, or equal to it.
        LessThanOrEqual = "lessThanOrEqual",
    }
}

words! {
    /// What a file system rule looks at.
    closed FileSystemOperation, "operation of a file rule" {
        /// No operation was chosen; such a rule is invalid.
        NotConfigured = "notConfigured",
        /// The file or folder is there.
        Exists = "exists",
        /// When the file or folder was last written.
        ModifiedDate = "modifiedDate",
        /// When the file or folder was created.
        CreatedDate = "createdDate",
        /// The version of the file, from its version resource.
        Version = "version",
        /// The size of the file in MiB, rounded down.
        SizeInMb = "sizeInMB",
        /// The file or folder is not there.
        DoesNotExist = "doesNotExist",
        /// The size of the file in bytes.
        SizeInBytes = "sizeInBytes",
        /// The version of the app that the file belongs to.
        AppVersion = "appVersion",
    }
}

words! {
    /// What a registry rule looks at.
    closed RegistryOperation, "operation of a registry rule" {
        /// No operation was chosen; such a rule is invalid.
        NotConfigured = "notConfigured",
        /// The key or value is there.
        Exists = "exists",
        /// The key or value is not there.
        DoesNotExist = "doesNotExist",
        /// The value as text, regardless of case.
        String = "string",
        /// The value as a number.
        Integer = "integer",
        /// The value as a version.
        Version = "version",
        /// The version of the app that the value belongs to.
        AppVersion = "appVersion",
    }
}

words! {
    /// As what a requirement script's output is compared.
    closed ScriptOperation, "operation of a script rule" {
        /// The output is not compared, as in a detection script.
        NotConfigured = "notConfigured",
        /// The output as text, regardless of case.
        String = "string",
        /// The output as a point in time.
        DateTime = "dateTime",
        /// The output as a whole number.
        Integer = "integer",
        /// The output as a floating-point number.
        Float = "float",
        /// The output as a version.
        Version = "version",
        /// The output as true or false.
        Boolean = "boolean",
    }
}

words! {
    /// What an assignment asks for.
    open AssignmentIntent, "intent of an assignment" {
        /// The app is offered to users.
        Available = "available",
        /// The app is installed without being asked for.
        Required = "required",
        /// The app is uninstalled where it is found.
        Uninstall = "uninstall",
        /// The app is offered to users on devices that are not enrolled.
        AvailableWithoutEnrollment = "availableWithoutEnrollment",
    }
}

words! {
    /// Which notifications a user sees.
    open Notifications, "setting of notifications" {
        /// All notifications are shown.
        ShowAll = "showAll",
        /// Only notifications about restarts are shown.
        ShowReboot = "showReboot",
        /// No notifications are shown.
        HideAll = "hideAll",
    }
}

words! {
    /// How urgently content is fetched.
    open DeliveryOptimizationPriority, "priority of the download" {
        /// The content is fetched in the background.
        NotConfigured = "notConfigured",
        /// The content is fetched in the foreground.
        Foreground = "foreground",
    }
}

words! {
    /// What a dependency asks for.
    open DependencyType, "type of a dependency" {
        /// The other app must be there.
        Detect = "detect",
        /// The other app is installed first.
        AutoInstall = "autoInstall",
    }
}

words! {
    /// What becomes of a superseded app.
    open SupersedenceType, "type of a supersedence" {
        /// The older app stays unless the new installer removes it.
        Update = "update",
        /// The older app is uninstalled first.
        Replace = "replace",
    }
}

/// Processor architectures: Graph's flags, a list with commas (`x86,x64`), kept letter for letter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Architectures(String);

impl Architectures {
    /// Takes the list as it stands in a document.
    pub fn new(list: impl Into<String>) -> Self {
        Self(list.into())
    }

    /// The list as it stands in the document.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names in it, in order, e.g. `x64`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split(',').map(str::trim).filter(|name| !name.is_empty())
    }

    /// Every name that this version knows.
    pub const KNOWN: &'static [&'static str] = &["none", "x86", "x64", "arm", "neutral", "arm64"];

    /// The names in it that this version does not know.
    pub fn unknown_names(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| in_another_case(name, Self::KNOWN).is_none())
    }

    /// Whether `name` (`x86`, `x64`, `arm`, `neutral`, `arm64`) is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.names().any(|one| one.eq_ignore_ascii_case(name))
    }
}

own_schema!(Architectures, referenced, {
    "type": "string",
    "description": "none, or a list of x86, x64, arm, neutral, arm64 with commas between",
    "examples": ["x64", "x86,x64", "x64,arm64"],
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_value_is_kept_letter_for_letter() {
        let operator: Operator = serde_json::from_str("\"roughlyEqual\"").unwrap();
        assert_eq!(operator, Operator::Other("roughlyEqual".into()));
        assert_eq!(serde_json::to_string(&operator).unwrap(), "\"roughlyEqual\"");
        let known: Operator = serde_json::from_str("\"lessThan\"").unwrap();
        assert_eq!(known, Operator::LessThan);
    }

    #[test]
    fn the_case_of_letters_changes_no_meaning_and_is_kept() {
        let kind: ReturnCodeType = serde_json::from_str("\"Success\"").unwrap();
        assert_eq!((kind.meant(), kind.is_known()), (ReturnCodeType::Success, false));
        assert_eq!(serde_json::to_string(&kind).unwrap(), "\"Success\"");
        assert_eq!(RunAsAccount::from("USER".to_owned()).meant(), RunAsAccount::User);
        let unknown = RunAsAccount::from("users".to_owned());
        assert_eq!(unknown.meant(), unknown);
        assert_eq!(RunAsAccount::System.meant(), RunAsAccount::System);
    }

    #[test]
    fn architectures_are_read_with_and_without_blanks() {
        let list: Architectures = serde_json::from_str("\"x86, x64\"").unwrap();
        assert!(list.contains("x64") && list.contains("X86") && !list.contains("arm64"));
        assert_eq!(serde_json::to_string(&list).unwrap(), "\"x86, x64\"");
        assert_eq!(Architectures::default().names().count(), 0);
        assert_eq!(
            Architectures::new("X64,x46, amd64").unknown_names().collect::<Vec<_>>(),
            ["x46", "amd64"]
        );
    }
}
