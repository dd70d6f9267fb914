use serde_json::Value;
use sha2::{Digest as _, Sha256};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::AppIdentity;

/// The longest id that is made from names, in characters.
const LONGEST: usize = 80;

/// The identity of an app: Graph's `id` where the document has one, else its name and publisher. The version takes no
/// part, so that a new revision finds the attempts of the one before.
pub fn identify(app: &AppDocument) -> AppIdentity {
    // Graph's id stays the same when an app is renamed; a name does for documents that were never in Intune.
    let of_graph = app.other.get("id").and_then(Value::as_str).map(slug).filter(|id| !id.is_empty());
    let name = [&app.display_name, &app.file_name, &app.setup_file_path];
    let name = name.into_iter().flatten().map(|name| name.trim()).find(|name| !name.is_empty());
    let name = name.unwrap_or("app without a name").to_owned();
    let id = of_graph.unwrap_or_else(|| {
        let publisher = app.publisher.as_deref().unwrap_or_default();
        slug(&format!("{publisher} {name}"))
    });
    AppIdentity { name, id, version: app.display_version.clone() }
}

/// The revision of an app: Graph's `committedContentVersion`, else its `displayVersion`, else 1. Content folders are named
/// by it, and attempts at another revision do not count for this one's schedule, as with Intune's agent, whose keys are
/// `<user>\\<app>_<revision>`.
pub fn revision(app: &AppDocument) -> String {
    let of_graph = app.other.get("committedContentVersion").and_then(Value::as_str);
    let of_people = || app.display_version.as_deref();
    of_graph.or_else(of_people).filter(|text| !text.trim().is_empty()).unwrap_or("1").to_owned()
}

fn slug(text: &str) -> String {
    // Letters, digits, `.` and `-`, in lower case, which every system allows in a file name. A text that is too long,
    // or holds none of these, gets a digest, so that no two apps share their attempts.
    let mut slug = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_alphanumeric() || character == '.' {
            slug.push(character);
        } else if character.is_alphanumeric() {
            slug.extend(format!("u{:x}", u32::from(character)).chars());
        } else if let Some(word) = word_of(character) {
            slug.push_str(word);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches(['-', '.']);
    if slug.len() <= LONGEST && (!slug.is_empty() || text.trim().is_empty()) {
        return slug.to_owned();
    }
    let digest: String = Sha256::digest(text).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let kept: String = slug.chars().take(LONGEST - 1 - digest.len()).collect();
    format!("{kept}-{digest}").trim_start_matches('-').to_owned()
}

/// Words for signs that distinguish names: `C`, `C++` and `C#` are three apps.
fn word_of(sign: char) -> Option<&'static str> {
    match sign {
        '+' => Some("plus"),
        '#' => Some("sharp"),
        '&' => Some("and"),
        '@' => Some("at"),
        '%' => Some("percent"),
        '$' => Some("dollar"),
        '*' => Some("star"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn id(app: Value) -> String {
        identify(&AppDocument::from_value(app).unwrap()).id
    }

    #[test]
    fn graphs_id_wins_and_names_do_else() {
        assert_eq!(id(json!({ "id": "7F0C-1", "displayName": "Notes" })), "7f0c-1");
        assert_eq!(
            id(json!({ "displayName": "Notes 4.2", "publisher": "Contoso, Ltd." })),
            "contoso-ltd.-notes-4.2"
        );
        assert_eq!(id(json!({ "displayName": "..\\..\\evil" })), "evil");
        assert_eq!(id(json!({})), "app-without-a-name");
        assert_ne!(id(json!({ "displayName": "日本" })), id(json!({ "displayName": "語" })));
    }

    #[test]
    fn what_is_too_long_or_all_signs_stays_apart() {
        let names =
            ["日本".repeat(20) + "甲", "日本".repeat(20) + "乙", "x".repeat(200), "☃".into(), "★".into()];
        let ids = names.map(|name| id(json!({ "displayName": name })));
        for (place, one) in ids.iter().enumerate() {
            assert!((1..=LONGEST).contains(&one.len()) && !ids[..place].contains(one), "{ids:?}");
        }
        assert_eq!(id(json!({ "id": " ", "displayName": "Notes" })), "notes");
    }

    #[test]
    fn signs_tell_apps_apart() {
        let names = ["Notepad", "Notepad++", "Notepad+", "C", "C#", "C++"];
        let ids = names.map(|name| id(json!({ "displayName": name })));
        assert_eq!(ids[1], "notepadplusplus");
        for (place, one) in ids.iter().enumerate() {
            assert!(!ids[..place].contains(one), "{one}");
        }
    }

    #[test]
    fn a_new_version_is_the_same_app() {
        let old = id(json!({ "displayName": "Notes", "displayVersion": "1" }));
        assert_eq!(old, id(json!({ "displayName": "Notes", "displayVersion": "2" })));
    }
}
