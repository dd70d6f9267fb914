//! WB304: secrets in commands and in the package. No message holds a secret's value.

use super::{Examined, FindingPlace, Findings, LintPage, LintRule, Severity::Error, Subject};
use crate::lint::script;
use crate::lint::subject::FileEntry;
use waybill_intune::command_line::{Word, words};
use waybill_intune::path::{extension, leaf};
use waybill_schemas::secrets::{Parameter, names_licence, names_password, parameters, tokens};

/// The most scripts that are read for secrets.
const MOST_SCRIPTS: usize = 200;

pub(super) static RULES: &[LintRule] = &[LintRule {
    page: LintPage {
        code: "WB304",
        severity: Error,
        title: "a secret in a command or in the package",
        harm: "Commands are logged on every device and shown in the portal, and a package's keys lie beside its \
               content: whoever gets either has the password, token or private key too. A licence key is a warning.",
        fix: "Let the installer enrol with a short-lived or per-device secret, or fetch it at run time from where \
               the device authenticates. Change what has been packed already. Allow the finding, with the reason, \
               where the value is no secret.",
        before: "agent.exe /S /TOKEN=2f1c…",
        after: "agent.exe /S /ENROL=device-certificate",
    },
    checks: &[commands, files],
}];

fn commands(examined: &Examined<'_>, findings: &mut Findings) {
    for command in &examined.commands {
        let secret = parameter(command.text, names_password);
        if let Some(name) = secret.or_else(|| token_shape(command.text).map(str::to_owned)) {
            let message = format!("{command} carries a secret in clear ({name}).");
            let fix = "Let the device fetch it when it is needed, and change it: whoever has seen the command has it. Allow WB304 where it is none.";
            findings.error(command.place.clone(), message, fix);
        }
        if let Some(name) = parameter(command.text, names_licence) {
            let message = format!("{command} carries a licence key in clear ({name}).");
            let fix =
                "Put it into a file that the installer reads, or allow WB304 where everybody may know it.";
            findings.warning(command.place.clone(), message, fix);
        }
    }
}

/// The name of the first parameter with a wanted name and a value that may be a secret.
fn parameter(line: &str, is_wanted: fn(&str) -> bool) -> Option<String> {
    let is_secret = |one: &&Parameter<'_>| {
        // The word after a switch is its value, unless it looks like a parameter of its own.
        let is_own = one.is_next_word && (one.value.starts_with(['/', '-']) || one.value.contains('='));
        !is_own && may_be_secret(one.value)
    };
    let parameters = parameters(line, is_wanted);
    parameters.iter().find(is_secret).map(|one| one.name.to_owned())
}

/// Whether a value may be a secret: not a variable, a placeholder or the value of a switch.
fn may_be_secret(value: &str) -> bool {
    const NONE: [&str; 9] = ["", "0", "1", "true", "false", "yes", "no", "none", "null"];
    let value = value.trim();
    !NONE.contains(&value.to_lowercase().as_str())
        // Filled in on the device, or where the app is deployed.
        && !value.contains('%')
        && !value.starts_with(['$', '<', '{', '[', '*'])
}

/// The kind of a secret that is known by its shape; `None` where there is none.
fn token_shape(text: &str) -> Option<&'static str> {
    let run = |from: &str, allowed: fn(char) -> bool| from.chars().take_while(|c| allowed(*c)).count();
    // The signature of Azure's shared access: 32 bytes in base64, escaped for a URL.
    let signature: fn(char) -> bool =
        |c| c.is_ascii_alphanumeric() || matches!(c, '%' | '+' | '/' | '=' | '-' | '_');
    let signs = ["?sig=", "&sig=", ";sig="];
    if signs
        .iter()
        .any(|sign| text.match_indices(sign).any(|(at, _)| run(&text[at + sign.len()..], signature) >= 40))
    {
        return Some("the signature of a shared access URL");
    }
    if let Some(token) = tokens(text).first() {
        return Some(token.kind);
    }
    is_private_key(text).then_some("a private key")
}

fn is_private_key(text: &str) -> bool {
    text.match_indices("-----BEGIN ").any(|(at, _)| {
        text[at..].lines().next().is_some_and(|line| line.trim_end().ends_with("PRIVATE KEY-----"))
    })
}

fn files(examined: &Examined<'_>, findings: &mut Findings) {
    let mut scripts = 0;
    for entry in examined.subject.files() {
        if let Some(what) = secret_file(entry, examined.subject) {
            let message = format!("The package holds {what}: {}.", entry.name);
            let fix = "Leave it out (`.waybillignore`, `--exclude`), and change the secret where it was packed before. Allow WB304 where it is none.";
            findings.error(FindingPlace::in_file(&entry.name), message, fix);
        }
        let is_script = matches!(extension(&entry.name).as_str(), "ps1" | "psm1" | "cmd" | "bat" | "vbs");
        if is_script && scripts < MOST_SCRIPTS {
            scripts += 1;
            script(&entry.name, examined.subject, findings);
        }
    }
}

/// The kind of secret that a file holds, by its name and, where that leaves it open, by its text.
fn secret_file(entry: &FileEntry, subject: &Subject) -> Option<&'static str> {
    let leaf = leaf(&entry.name).to_lowercase();
    let text = || subject.read(&entry.name).map(|bytes| script::decode(&bytes).0.into_owned());
    match (leaf.as_str(), extension(&leaf).as_str()) {
        (_, "pfx" | "p12") => Some("a certificate with its private key"),
        (_, "ppk" | "pvk") => Some("a private key"),
        (_, "kdbx") => Some("a password database"),
        ("id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519", _) => Some("a private key"),
        (".git-credentials" | ".netrc" | "_netrc", _) => Some("stored credentials"),
        ("token" | "token.txt", _) | (_, "token") => Some("a token"),
        // Many apps pack public certificates as .pem.
        (_, extension @ ("pem" | "key")) => match text() {
            Some(text) => is_private_key(&text).then_some("a private key"),
            None => (extension == "pem").then_some("a private key, by its name"),
        },
        _ if is_env(&leaf) => {
            text().is_none_or(|text| has_assignment(&text)).then_some("settings with secrets, by its name")
        }
        _ => None,
    }
}

fn is_env(leaf: &str) -> bool {
    const EXAMPLES: [&str; 5] = ["example", "sample", "template", "dist", "defaults"];
    leaf == ".env" || leaf.strip_prefix(".env.").is_some_and(|rest| !EXAMPLES.contains(&rest))
}

fn has_assignment(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        !line.starts_with('#') && line.split_once('=').is_some_and(|(_, value)| !value.trim().is_empty())
    })
}

fn script(name: &str, subject: &Subject, findings: &mut Findings) {
    let Some(bytes) = subject.read(name) else { return };
    let decoded = script::decode(&bytes).0;
    let is_batch = matches!(extension(name).as_str(), "cmd" | "bat");
    for (number, line) in (1_u32..).zip(decoded.lines()) {
        let in_clear = || secret_in_clear(line, is_batch);
        if let Some(what) = token_shape(line).or_else(in_clear) {
            let message = format!("The script {name} holds {what}.");
            let fix = "Let the device fetch it when it is needed, and change it: whoever has the package has it. Allow WB304 where it is none.";
            findings.error(FindingPlace::in_file(name).on_line(number), message, fix);
        }
    }
}

/// What a line of a script holds in clear; `None` where it holds no secret.
fn secret_in_clear(line: &str, is_batch: bool) -> Option<&'static str> {
    let line = line.trim();
    let is_comment = match is_batch {
        true => {
            line.starts_with("::") || line.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("rem "))
        }
        false => line.starts_with(['#', '\'']),
    };
    if is_comment {
        return None;
    }
    let found = is_literal_secure_string(line)
        || assigned_secret(line, is_batch)
        || password_of_net(line)
        || password_of_switch(line);
    found.then_some("a password in clear")
}

/// Whether a line gives a literal to a variable that is called a secret: `$password = "…"`, `set PASSWORD=…`.
fn assigned_secret(line: &str, is_batch: bool) -> bool {
    let Some((name, value)) = line.split_once('=') else { return false };
    let name = name.trim_end_matches('+').trim();
    if is_batch {
        let lower = name.to_lowercase();
        let Some(at) = lower.find("set ").filter(|_| !lower.contains("/p") && !lower.contains("/a")) else {
            return false;
        };
        let name = name[at + 4..].trim_start_matches([' ', '"']);
        return names_password(name) && is_literal_secret(value.trim().trim_end_matches('"'));
    }
    // The last word: a type or a modifier may stand before it.
    let name = name.rsplit([' ', ']']).next().unwrap_or_default();
    // Without `$` it is a key of a table, or a variable of VBScript.
    let name = name.strip_prefix('$').unwrap_or(name);
    let value = value.trim().trim_start_matches('(').trim();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some(quote) = quote.filter(|_| names_password(name)) else { return false };
    let literal = value[1..].split(quote).next().unwrap_or_default();
    // A variable in quotes is filled in where the script runs.
    (quote == '\'' || !literal.contains('$')) && is_literal_secret(literal)
}

/// Whether a value may be a secret itself rather than a placeholder, a path or a name of one.
fn is_literal_secret(value: &str) -> bool {
    const PLACEHOLDERS: [&str; 9] =
        ["password", "passwort", "changeme", "your", "example", "placeholder", "xxx", "***", "secret"];
    let lower = value.trim().to_lowercase();
    let is_placeholder = PLACEHOLDERS.iter().any(|word| lower.starts_with(word));
    let is_path = lower.contains(['\\', '/'])
        && (lower.starts_with("hk") || lower.contains(":\\") || lower.starts_with('.'));
    value.trim().len() >= 4
        && !value.trim().contains(' ')
        && may_be_secret(value)
        && !is_placeholder
        && !is_path
}

/// Whether `net use` or `net user` is given a password as a word of its own.
fn password_of_net(line: &str) -> bool {
    let words = words(line);
    let at = words.iter().position(|word| {
        matches!(word.text.trim_start_matches('@').to_lowercase().as_str(), "net" | "net.exe")
    });
    let Some(rest) = at.map(|at| &words[at + 1..]) else { return false };
    let Some(verb) = rest.first().map(|word| word.text.to_lowercase()) else { return false };
    let plain = |word: &&Word| !word.text.starts_with(['/', '|', '>', '&']);
    let values: Vec<&str> = rest[1..]
        .iter()
        .take_while(|word| !matches!(word.text.as_str(), "|" | "&" | "&&" | "||" | ">"))
        .filter(plain)
        .map(|word| word.text.as_str())
        .collect();
    let has_user = rest.iter().any(|word| word.text.to_lowercase().starts_with("/user:"));
    let password = match verb.as_str() {
        // `net use X: \\server\share password /user:name`
        "use" if has_user => {
            values.iter().find(|word| !word.starts_with("\\\\") && !word.ends_with(':') && **word != "*")
        }
        "user" => values.get(1).filter(|word| **word != "*"),
        _ => None,
    };
    password.is_some_and(|word| may_be_secret(word) && word.len() > 3)
}

/// Whether a well-known program is given a password behind its switch.
fn password_of_switch(line: &str) -> bool {
    const SWITCHES: [(&str, &[&str]); 4] =
        [("schtasks", &["/rp"]), ("psexec", &["-p"]), ("cmdkey", &["/pass", "/p"]), ("sc", &["password="])];
    let words = words(line);
    let stem = |word: &Word| {
        let name = leaf(&word.text).trim_start_matches('@').to_lowercase();
        name.strip_suffix(".exe").map_or(name.clone(), str::to_owned).trim_end_matches("64").to_owned()
    };
    let Some((_, switches)) =
        SWITCHES.iter().find(|(program, _)| words.iter().any(|word| stem(word) == *program))
    else {
        return false;
    };
    words.iter().enumerate().any(|(at, word)| {
        let lower = word.text.to_lowercase();
        switches.iter().any(|switch| {
            let attached = lower.strip_prefix(switch).and_then(|rest| rest.strip_prefix(':'));
            let next = words.get(at + 1).filter(|_| lower == *switch).map(|word| word.text.as_str());
            attached.or(next).is_some_and(|value| {
                may_be_secret(value) && value.len() > 3 && !value.starts_with(['/', '-'])
            })
        })
    })
}

/// Whether a line has a literal password, as in `ConvertTo-SecureString 'hunter2' -AsPlainText`.
fn is_literal_secure_string(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let Some((before, after)) = lower.split_once("convertto-securestring") else { return false };
    let after = after.trim_start().trim_start_matches("-string").trim_start();
    // `$` begins a variable, a second quote an empty string and `<` a placeholder: none of them reveals a password.
    let literal =
        after.strip_prefix(['"', '\'']).is_some_and(|text| !text.starts_with(['$', '"', '\'', '<']));
    literal && after.contains("-asplaintext") && !before.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_tokens_are_known_and_nothing_else() {
        let jwt = format!("x eyJ{}.eyJ{}.{} y", "a".repeat(30), "b".repeat(30), "c".repeat(30));
        for text in [
            "ghp_0123456789abcdefghijABCDEFGHIJ0123",
            "AKIAABCDEFGHIJKLMNOP",
            "-----BEGIN RSA PRIVATE KEY-----",
            &jwt,
        ] {
            assert!(token_shape(text).is_some(), "{text}");
        }
        for text in [
            "ghp_short",
            "XAKIAABCDEFGHIJKLMNOP",
            "AKIAABCDEFGHIJKLMNOPQ",
            "eyJ",
            "-----BEGIN CERTIFICATE-----",
            "msiexec /i \"keyJam.msi\" /qn",
        ] {
            assert!(token_shape(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_literal_password_in_a_script_is_seen() {
        assert!(is_literal_secure_string("$p = ConvertTo-SecureString \"hunter2\" -AsPlainText -Force"));
        assert!(is_literal_secure_string("ConvertTo-SecureString -String 'x' -AsPlainText"));
        for fine in [
            "ConvertTo-SecureString $p -AsPlainText -Force",
            "ConvertTo-SecureString \"$p\" -AsPlainText",
            "ConvertTo-SecureString '76492d11' -Key $key",
            "# ConvertTo-SecureString 'x' -AsPlainText",
        ] {
            assert!(!is_literal_secure_string(fine), "{fine}");
        }
    }
}
