//! Which of a manifest's installers is taken, and why the others are not.

use super::installer::{Installer, Kind, Scope};
use super::{WingetChoice, WingetError};
use waybill_schemas::Quoted;
use waybill_transport::SecretUrl;

/// The installer that was chosen.
pub(super) struct Chosen {
    pub(super) installer: Installer,
    /// Each of the others, in words, with the reason.
    pub(super) dropped: Vec<String>,
}

/// Chooses: a wish goes first, then scope, architecture, locale and type in the order that suits a managed device.
/// `at_hand` is the SHA-256 of the installer's file where that is given: it decides before all but the wishes, and no
/// download has to be possible.
pub(super) fn choose(
    installers: Vec<Result<Installer, String>>,
    choice: &WingetChoice,
    at_hand: Option<&str>,
) -> Result<Chosen, WingetError> {
    let mut dropped = Vec::new();
    let mut usable = Vec::new();
    let mut foreign = Vec::new();
    for installer in installers {
        let installer = match installer {
            Ok(installer) => installer,
            Err(why) => {
                dropped.push(why);
                continue;
            }
        };
        if let Kind::Foreign(word) = installer.kind {
            foreign.push(word);
        }
        match unfit(&installer, at_hand.is_some()).or_else(|| unwanted(&installer, choice)) {
            Some(why) => dropped.push(format!("{} ({why})", installer.in_words())),
            None => usable.push(installer),
        }
    }
    if usable.is_empty() {
        return Err(match foreign.first() {
            Some(kind) if foreign.len() == dropped.len() => WingetError::ForeignType { kind },
            _ => WingetError::NoInstaller { dropped },
        });
    }
    let rank = |installer: &Installer| (!is_the_file(installer, at_hand), rank(installer, choice));
    usable.sort_by_cached_key(rank);
    let mut ordered = usable.into_iter();
    let Some(best) = ordered.next() else { return Err(WingetError::NoInstaller { dropped }) };
    let rest: Vec<Installer> = ordered.collect();
    let best_rank = rank(&best);
    let is_same = |other: &&Installer| rank(other) == best_rank && other.fields != best.fields;
    let mut equals: Vec<&Installer> = rest.iter().filter(is_same).collect();
    if !equals.is_empty() {
        equals.insert(0, &best);
        return Err(WingetError::Ambiguous { installers: told_apart(&equals) });
    }
    dropped.extend(rest.iter().map(|installer| format!("{} (another goes first)", installer.in_words())));
    Ok(Chosen { installer: best, dropped })
}

/// Whether the file at hand is this installer's.
fn is_the_file(installer: &Installer, at_hand: Option<&str>) -> bool {
    let own = installer.text("InstallerSha256").unwrap_or_default();
    at_hand.is_some_and(|digest| digest.eq_ignore_ascii_case(&own))
}

/// Installers in words; where the words are the same, with the fields in which they differ.
fn told_apart(equals: &[&Installer]) -> Vec<String> {
    let words = |installer: &Installer| {
        let words = installer.in_words();
        words.split_once(": ").map(|(_, words)| words.to_owned()).unwrap_or_default()
    };
    let alike = |one: &Installer| equals.iter().filter(|other| words(other) == words(one)).count() > 1;
    let mut keys: Vec<&str> = Vec::new();
    for (key, _) in equals.iter().flat_map(|one| one.fields.fields()) {
        let differs = equals.iter().any(|one| one.fields.get(key) != equals[0].fields.get(key));
        // A digest tells a person nothing.
        if differs && key != "InstallerSha256" && !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let value = |one: &Installer, key: &str| match one.text(key) {
        Some(url) if key == "InstallerUrl" => {
            SecretUrl::parse(&url).map_or_else(|_| key.to_owned(), |url| url.to_string())
        }
        Some(text) => format!("{key} {}", Quoted(&text)),
        None => format!("another {key}"),
    };
    let told = |one: &&Installer| {
        let more: Vec<String> = keys.iter().map(|key| value(one, key)).collect();
        if alike(one) && !more.is_empty() {
            format!("{}, {}", one.in_words(), more.join(", "))
        } else {
            one.in_words()
        }
    };
    equals.iter().map(told).collect()
}

/// Why nobody can take an installer.
fn unfit(installer: &Installer, is_at_hand: bool) -> Option<String> {
    if let Kind::Foreign(word) = installer.kind {
        return Some(format!("{word} does not become a Win32 app"));
    }
    if let Some(kind) = installer.authentication().filter(|_| !is_at_hand) {
        return Some(format!("its download asks for {kind}"));
    }
    let modes = installer.fields.texts("InstallModes");
    let is_silent = modes.is_empty() || modes.iter().any(|mode| mode.eq_ignore_ascii_case("silent"));
    (!is_silent).then(|| "it cannot be silent (InstallModes)".to_owned())
}

/// Which wish an installer does not meet.
fn unwanted(installer: &Installer, choice: &WingetChoice) -> Option<String> {
    let differs = |wish: &Option<String>, is_met: &dyn Fn(&str) -> bool, name: &str| {
        let wish = wish.as_deref()?;
        (!is_met(wish)).then(|| format!("--{name} {wish}"))
    };
    let architecture = |wish: &str| installer.architecture.eq_ignore_ascii_case(wish);
    // Without a scope the same file installs for either.
    let scope = |wish: &str| installer.scope.is_none_or(|scope| scope.word().eq_ignore_ascii_case(wish));
    let locale = |wish: &str| installer.locale.as_deref().is_some_and(|locale| is_locale(locale, wish));
    let kind = |wish: &str| is_kind(installer, wish);
    differs(&choice.architecture, &architecture, "architecture")
        .or_else(|| differs(&choice.scope, &scope, "scope"))
        .or_else(|| differs(&choice.locale, &locale, "locale"))
        .or_else(|| differs(&choice.kind, &kind, "type"))
}

/// `de` is met by `de-DE`.
fn is_locale(locale: &str, wish: &str) -> bool {
    let (locale, wish) = (locale.to_lowercase(), wish.to_lowercase());
    locale == wish || locale.strip_prefix(&wish).is_some_and(|rest| rest.starts_with('-'))
}

/// `zip` is met by every zip, `msi` by what WiX made as well.
fn is_kind(installer: &Installer, wish: &str) -> bool {
    let wish = wish.to_lowercase();
    let is_nested = installer.kind.word() == wish || (wish == "msi" && installer.kind == Kind::Wix);
    is_nested || (wish == "zip" && installer.is_zip)
}

/// The order of preference: less goes first.
fn rank(installer: &Installer, choice: &WingetChoice) -> [usize; 4] {
    let wished_user = choice.scope.as_deref().is_some_and(|scope| scope.eq_ignore_ascii_case("user"));
    let scope = match installer.scope {
        Some(Scope::Machine) => 0,
        Some(Scope::User) if wished_user => 0,
        None => 1,
        Some(Scope::User) => 2,
    };
    let architectures = ["x64", "x86", "neutral", "arm64", "arm"];
    let architecture = architectures.iter().position(|one| *one == installer.architecture);
    let locale = match installer.locale.as_deref() {
        Some(locale) if locale.eq_ignore_ascii_case("en-US") => 0,
        None => 1,
        Some(_) => 2,
    };
    let kind = match installer.kind {
        _ if installer.is_zip => 5,
        Kind::Msi | Kind::Wix => 0,
        Kind::Burn => 1,
        Kind::Inno => 2,
        Kind::Nullsoft => 3,
        Kind::Exe => 4,
        Kind::Msix | Kind::Appx => 6,
        Kind::Portable => 7,
        Kind::Foreign(_) => 8,
    };
    [scope, architecture.unwrap_or(architectures.len()), locale, kind]
}
