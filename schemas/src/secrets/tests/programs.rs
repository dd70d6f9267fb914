//! Secrets that programs, sentences and files give without a name of their own.

use super::super::{mask, names_password, parameters};

/// The names of the secrets that lint finds in a command line.
fn found(line: &str) -> Vec<&str> {
    parameters(line, names_password).into_iter().map(|one| one.value).collect()
}

#[test]
fn the_words_of_a_list_are_a_command_line() {
    for (text, expected) in [
        (r#"["psexec","-p","hunter2"]"#, r#"["psexec","-p","***"]"#),
        (r#"["psexec", "-p", "hunter2", "cmd"]"#, r#"["psexec", "-p", "***", "cmd"]"#),
        (r#"["curl","-u","bob:hunter2"]"#, r#"["curl","-u","***"]"#),
        (r#"["net","user","bob","hunter2","/add"]"#, r#"["net","user","bob","***","/add"]"#),
        (
            r#"["net", "use", "Z:", "\\\\server\\share", "hunter2"]"#,
            r#"["net", "use", "Z:", "\\\\server\\share", "***"]"#,
        ),
        (
            "Start-Process net -ArgumentList @('user', 'bob', 'hunter2')",
            "Start-Process net -ArgumentList @('user', 'bob', '***')",
        ),
        (
            r#"{"cmd":["sqlcmd.exe","-U","sa","-P","hunter2"],"x":1}"#,
            r#"{"cmd":["sqlcmd.exe","-U","sa","-P","***"],"x":1}"#,
        ),
    ] {
        assert_eq!(mask(text), expected);
    }
    assert_eq!(mask(r#"["curl","-o","a.zip"]"#), r#"["curl","-o","a.zip"]"#);
}

#[test]
fn a_command_that_goes_on_in_the_next_line_is_one_command() {
    for (text, expected) in [
        ("sqlcmd -U sa ^\n  -P hunter2 -Q x", "sqlcmd -U sa ^\n  -P *** -Q x"),
        ("net user bob ^\r\nhunter2 /add", "net user bob ^\r\n*** /add"),
        ("psexec \\\\pc `\n -u me `\n -p `\n hunter2 cmd", "psexec \\\\pc `\n -u me `\n -p `\n *** cmd"),
        ("curl -o x \\\n -u me:hunter2 \\\n https://host/", "curl -o x \\\n -u *** \\\n https://host/"),
        ("echo a ^\nb", "echo a ^\nb"),
    ] {
        assert_eq!(mask(text), expected);
    }
}

#[test]
fn each_phrase_and_each_mark_of_a_key_counts() {
    for (text, expected) in [
        (
            "Enter the activation code below. Activation code: ABC-hunter2",
            "Enter the activation code below. Activation code: ***",
        ),
        ("the registration code is hunter2", "the registration code is ***"),
        ("Your access code was  hunter2", "Your access code was  ***"),
        (
            "INFO BEGIN step: -----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\nb",
            "INFO BEGIN step: -----BEGIN RSA PRIVATE KEY-----\n***\n-----END RSA PRIVATE KEY-----\nb",
        ),
        (
            "a b\nMIIhunter2\nAPPEND END -----END PRIVATE KEY-----",
            "a b\n***\nAPPEND END -----END PRIVATE KEY-----",
        ),
    ] {
        assert_eq!(mask(text), expected);
    }
    let in_one_line = "BEGIN step: -----BEGIN PRIVATE KEY-----\\nhunter2\\n-----END PRIVATE KEY-----";
    assert!(!mask(in_one_line).contains("hunter2"));
    for fine in ["The activation code is invalid.", "Enter the access code below.", "BEGIN step: PRIVATE KEY"]
    {
        assert_eq!(mask(fine), fine);
    }
}

#[test]
fn files_and_switches_of_letters_are_no_secrets_for_lint() {
    for line in [
        "powershell -c \"curl -UseBasicParsing -Uri https://host/a.exe -OutFile a.exe\"",
        "curl -b cookies.txt -o a.zip https://host/a.zip",
        "curl --cert C:\\cert.pem https://host/a.zip",
        "openssl req -new -keyout key.pem -out a.csr",
        "openssl rsa -passin file:p.txt -in a.pem",
        "bitsadmin /transfer job /download /priority normal https://host/a.exe C:\\a.exe",
        "wget --user bob https://host/a",
    ] {
        assert!(found(line).is_empty(), "{line}: {:?}", found(line));
    }
    for line in [
        "curl -UseBasicParsing -Uri https://host/a.exe",
        "bitsadmin /transfer job /download /priority normal https://host/a.exe C:\\a.exe",
    ] {
        assert_eq!(mask(line), line);
    }
    for line in [
        "curl -u me:hunter2 https://host/",
        "curl -ume:hunter2 https://host/",
        "curl -su me:hunter2 https://host/",
        "curl -b session=hunter2 https://host/",
        "curl -E cert.p12:hunter2 https://host/",
        "openssl rsa -passin pass:hunter2 -in a.pem",
        "openssl enc -k hunter2 -in a",
        "bitsadmin /setcredentials job SERVER BASIC me hunter2",
        "mysql -phunter2",
        "sqlplus me/hunter2@db @a.sql",
    ] {
        assert!(found(line).iter().any(|value| value.contains("hunter2")), "{line}");
        assert!(!mask(line).contains("hunter2"), "{line}");
    }
    assert_eq!(mask("sqlplus / as sysdba @C:/a.sql"), "sqlplus / as sysdba @C:/a.sql");
}
