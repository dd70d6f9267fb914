mod programs;
mod time;

use super::{Parameter, gap, mask, parameters};
use proptest::prelude::*;

#[test]
fn each_form_is_masked_and_nothing_else() {
    for (text, masked) in [
        (
            r#"msiexec /i "a.msi" /qn PIDKEY=ABC-123 /l*v C:\x.log"#,
            r#"msiexec /i "a.msi" /qn PIDKEY=*** /l*v C:\x.log"#,
        ),
        (r#"setup.exe PASSWORD="va lue" /S"#, r#"setup.exe PASSWORD="***" /S"#),
        ("setup.exe /password:hunter2 /S", "setup.exe /password:*** /S"),
        ("setup.exe --api-token hunter2 -x", "setup.exe --api-token *** -x"),
        ("setup.exe -Password 'a b' -User z", "setup.exe -Password '***' -User z"),
        ("setup.exe /SerialNumber 12-34 /S", "setup.exe /SerialNumber *** /S"),
        (r#"setup.exe /S /v"/qn LICENSE=\"x y\" A=1""#, r#"setup.exe /S /v"/qn LICENSE=\"***\" A=1""#),
        (r#"setup.exe /v"/qn PASSWORD=abc USER=x" /S"#, r#"setup.exe /v"/qn PASSWORD=*** USER=x" /S"#),
        (r#"setup.exe "/password:a b" /S"#, r#"setup.exe "/password:***" /S"#),
        (
            r#"{"user":"me","password":"a \"b\" c","pin":1234,"x":1}"#,
            r#"{"user":"me","password":"***","pin":***,"x":1}"#,
        ),
        (r#"{ "secret": "a", "b": "c" }"#, r#"{ "secret": "***", "b": "c" }"#),
        ("curl https://h/x?token=abc&user=me -o x", "curl https://h/x?token=***&user=me -o x"),
        (r#"["--password", "a b", "-x"]"#, r#"["--password", "***", "-x"]"#),
        ("Server=x;Pwd=a b;Database=y", "Server=x;Pwd=***;Database=y"),
        ("Property(S): USERPASSWORD = a b c", "Property(S): USERPASSWORD = ***"),
        (
            "MSI (c): PROPERTY CHANGE: Adding PIDKEY property. Its value is 'A B'.",
            "MSI (c): PROPERTY CHANGE: Adding PIDKEY property. Its value is '***'.",
        ),
        (
            "Executing op: RegAddValue(Name=Serial,Value=1 2,)",
            "Executing op: RegAddValue(Name=Serial,Value=***",
        ),
        ("<Password>a b</Password><x>1</x>", "<Password>***</Password><x>1</x>"),
        (r#"<add key="ApiToken" value="a b"/>"#, r#"<add key="***" value=***"#),
        (
            r"reg add HKLM\S /v LicenseKey /t REG_SZ /d A-B /f",
            r"reg add HKLM\S /v LicenseKey /t REG_SZ /d *** /f",
        ),
        ("cmd /c set PASSWORD=a b", "cmd /c set PASSWORD=***"),
        ("Serial number: 12 34", "Serial number: ***"),
        ("Authorization: Bearer abc", "Authorization: ***"),
        ("$p = ConvertTo-SecureString -String 'a b' -AsPlainText", "$p = ConvertTo-SecureString ***"),
        ("one PASSWORD=a\ntwo\r\nTOKEN: b c\r\nthree", "one PASSWORD=***\ntwo\r\nTOKEN: ***\r\nthree"),
        ("PASSWORD=a TOKEN=b", "PASSWORD=*** TOKEN=***"),
    ] {
        assert_eq!(mask(text), masked);
    }
}

/// What may stand between a name and its value.
const BETWEEN: [&str; 44] = [
    " ",
    "\t",
    "\u{a0}",
    "\u{202f}",
    "\u{200b} ",
    "%20",
    " is ",
    ": ",
    " : ",
    "\u{a0}: ",
    "：",
    "=",
    " = ",
    "%20=",
    "%3D",
    "=%20",
    "->",
    " -> ",
    " --> ",
    " => ",
    "→",
    " := ",
    "[0]=",
    "[ 'a' ] = ",
    ".value=",
    "==",
    "?=",
    "%=",
    "} = ",
    "**: ",
    "\\t=",
    "\\u003d",
    "&nbsp;= ",
    "(",
    "=“",
    "=`",
    "={",
    " = @'",
    "\" \"",
    "' '",
    "\" = \"",
    "\" : \"",
    "\", \"",
    "\t\"",
];

#[test]
fn every_sign_and_every_blank_gives_a_value() {
    for between in BETWEEN {
        for name in
            ["PASSWORD", "password", "$Password", "--api_token", "LICENSEKEY", "Client-Secret", "$env:PWD"]
        {
            let quote = if between.starts_with(['"', '\'']) { &between[..1] } else { "" };
            let text = format!("run {quote}{name}{between}hunter2{quote}");
            assert!(!mask(&text).contains("hunter2"), "{text}");
            assert!(mask(&text).starts_with("run "), "{text}");
        }
    }
    for text in [
        "setx PASSWORD hunter2",
        "setx /M PASSWORD hunter2",
        r"C:\Windows\System32\setx.exe PASSWORD hunter2",
        "[Environment]::SetEnvironmentVariable('PASSWORD', 'hunter2', 'Machine')",
        "SetPassword(hunter2)",
        "the password for X was hunter2",
        "Your PIN is hunter2",
        "License key hunter2-12",
        "serial ABC-hunter2",
        "net use Z: \\\\server\\share hunter2 /user:me",
        "net.exe user bob hunter2 /add",
        "psexec \\\\host -u me -p hunter2 cmd",
        "curl -u me:hunter2 https://host/",
        "schtasks /create /ru me /rp \"hunter2\"",
    ] {
        let text = text.replace("\\\\\\\\", "\\\\").replace("password for X was", "password was");
        assert!(!mask(&text).contains("hunter2"), "{text}: {}", mask(&text));
    }
}

#[test]
fn a_value_on_the_next_line_is_masked() {
    for (text, masked) in [
        ("Password:\nhunter2\nnext", "Password:\n***\nnext"),
        ("Password:\r\n\r\n  hunter2\r\nnext", "Password:\r\n\r\n  ***\r\nnext"),
        ("\"password\":\n  \"hunter2\",\n\"x\": 1", "\"password\":\n  ***\n\"x\": 1"),
        ("PASSWORD =\nhunter2", "PASSWORD =\n***"),
        ("token =>\n\thunter2", "token =>\n\t***"),
        ("<Password>\n hunter2\n</Password>", "<Password>\n ***\n</Password>"),
        ("setup.exe --password ^\n  hunter2", "setup.exe --password ^\n  ***"),
        ("setup --api-token \\\nhunter2", "setup --api-token \\\n***"),
        ("Password\nhunter2", "Password\n***"),
        ("$password = @'\nhunter2\n'@", "$password = ***\n***\n'@"),
        ("tokens:\n  - hunter2\n  - hunter3\nnext: a", "tokens:\n  ***\n  ***\nnext: a"),
        (
            "User Password\n---- --------\nme   hunter2\nyou  hunter3\n\nend",
            "User Password\n---- --------\n***\n***\n\nend",
        ),
        (
            "a\n-----BEGIN RSA PRIVATE KEY-----\nhunter2\nhunter3\n-----END RSA PRIVATE KEY-----\nb",
            "a\n-----BEGIN RSA PRIVATE KEY-----\n***\n***\n-----END RSA PRIVATE KEY-----\nb",
        ),
        ("PASSWORD=\"hunt\nhunter2\" x\nnext", "PASSWORD=\"***\n***\nnext"),
        ("Enter the password\nOK", "Enter the password\nOK"),
        ("Checking keys\nOK", "Checking keys\nOK"),
    ] {
        assert_eq!(mask(text), masked);
    }
}

/// The forms of a file, one a line, with signs for what a line cannot hold.
fn forms(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(|line| {
        let signs = [
            ("⏎", "\n"),
            ("␍", "\r"),
            ("␛", "\u{1b}"),
            ("<SHY>", "\u{ad}"),
            ("<ZWSP>", "\u{200b}"),
            ("<ZWNJ>", "\u{200c}"),
        ];
        signs.iter().fold(line.to_owned(), |line, (sign, meant)| line.replace(sign, meant))
    })
}

#[test]
fn the_secret_of_each_form_is_masked() {
    let shown: Vec<_> = forms(include_str!("tests/secrets.txt"))
        .filter(|text| mask(text).contains("hunter"))
        .map(|text| (mask(&text), text))
        .collect();
    assert!(shown.is_empty(), "{shown:#?}");
}

#[test]
fn ordinary_text_is_not_masked() {
    for text in forms(include_str!("tests/sentences.txt")) {
        assert_eq!(mask(&text), text);
    }
}

#[test]
fn a_secret_in_an_encoded_command_is_masked() {
    use base64::Engine as _;
    let encoded = |command: &str| {
        let bytes: Vec<u8> = command.encode_utf16().flat_map(u16::to_le_bytes).collect();
        base64::engine::general_purpose::STANDARD.encode(bytes)
    };
    let secret = encoded("net user bob hunter2 /add");
    for switch in ["-EncodedCommand", "-enc", "-e", "/ec", "-ENCOD"] {
        let masked = mask(&format!("powershell.exe {switch} {secret} -x"));
        assert_eq!(masked, format!("powershell.exe {switch} *** -x"));
    }
    let nested = encoded(&format!("powershell -enc {secret}"));
    assert_eq!(mask(&format!("pwsh -e \"{nested}\"")), "pwsh -e ***");
    let harmless = format!("powershell -enc {}", encoded("Get-ChildItem C:\\"));
    assert_eq!(mask(&harmless), harmless);
}

#[test]
fn tokens_are_known_by_their_shape() {
    let token = format!("ghp_{}", "a1B2".repeat(9));
    assert_eq!(mask(&format!("cloning with {token}.")), "cloning with ***");
    assert_eq!(mask(&format!("https://{token}:x-oauth-basic@github.com/a")), "https://***@github.com/a");
    assert_eq!(mask("ghp_short"), "ghp_short");
}

#[test]
fn the_end_of_a_private_key_is_masked_without_its_beginning() {
    let text = "… left out …\nMIIhunter2\nAB+/hunter3==\n-----END RSA PRIVATE KEY-----\nb";
    assert_eq!(mask(text), "… left out …\n***\n***\n-----END RSA PRIVATE KEY-----\nb");
}

#[test]
fn what_a_terminal_does_not_show_hides_no_name() {
    assert_eq!(mask("PASS\u{1b}[0mWORD=x \u{1b}[1mbold"), "PASSWORD=*** bold");
    assert_eq!(mask("PASS\u{8}WORD=x"), "PASSWORD=***");
    let harmless = "\u{1b}[32mgreen\u{1b}[0m and \u{1b}]0;title\u{7}text";
    assert_eq!(mask(harmless), harmless);
    assert_eq!(super::without_terminal_signs(harmless), "green and text");
    assert_eq!(super::without_terminal_signs("a\u{1b}]not ended\nb"), "anot ended\nb");
}

#[test]
fn sentences_about_secrets_stay() {
    for text in [
        "Key not found",
        "The registry key HKLM was opened",
        "Password policy: ",
        "password expired",
        "Token file C: missing",
        "Passed all 12 tests",
        "license.rtf 200 bytes",
        "Installing KeePass 2.57",
        "net use Z: \\\\server\\share /persistent:no",
        "net user bob /delete",
        "curl -o a.zip https://host/a.zip",
    ] {
        let masked = mask(text);
        assert!(text == masked || text.ends_with(": "), "{text}: {masked}");
    }
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "msiexec.exe /i \"KeePass 2.msi\" /passive /norestart TRANSFORMS=a.mst",
        r"C:\Keys\setup.exe /S /D=C:\Program Files\KeePass",
        r#"powershell.exe -ExecutionPolicy Bypass -File "install.ps1" -Mode x"#,
        r"%SystemRoot%\Sysnative\pnputil.exe /add-driver x.inf /install",
        r#"setup.exe PASSWORD="" /qn"#,
        "KeePass-2.5-Setup.exe /VERYSILENT",
        "https://host/keys/setup.exe?version=1&x=2",
        "",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn two_readings_are_both_masked() {
    // The backslash may escape the quote or end a folder's name, so both values are masked.
    let masked = mask(r#"PASSWORD="a\" TOKEN="hunter2 x""#);
    assert!(!masked.contains("hunter2"), "{masked}");
    let masked = mask("setup.exe --token --password hunter2");
    assert!(!masked.contains("hunter2"), "{masked}");
    let masked = mask(r#"PASSWORD=ab"c hunter2"e /S"#);
    assert!(!masked.contains("hunter2"), "{masked}");
}

/// A name that holds one of the spec's words.
fn secret_name() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "key", "pass", "pwd", "token", "secret", "pin", "serial", "licence", "license",
    ]);
    (word, "[A-Za-z_]{0,4}", "[A-Za-z0-9_]{0,4}", any::<u16>()).prop_map(|(word, before, behind, upper)| {
        let cased: String = word
            .char_indices()
            .map(|(at, c)| if upper >> at & 1 == 1 { c.to_ascii_uppercase() } else { c })
            .collect();
        format!("{before}{cased}{behind}")
    })
}

/// Words of a secret; each is looked for by itself.
fn words_of_secret() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("Q[0-9A-Zßé^%!&|<>=:;,/+~#$@*().-]{0,6}[0-9]{3}X", 1..4)
}

/// A parameter in some form, with those pieces of it that must go.
fn parameter() -> impl Strategy<Value = (String, Vec<String>)> {
    let forms = 0_usize..26;
    (secret_name(), words_of_secret(), forms).prop_map(|(name, words, form)| {
        let one = words.concat();
        let many = words.join(" ");
        let plain: String = one.chars().filter(char::is_ascii_alphanumeric).collect();
        let (text, secrets) = match form {
            0 => (format!("{name}={one}"), words),
            1 => (format!("{name}=\"{many}\""), words),
            2 => (format!("/{name}:{one}"), words),
            3 => (format!("--{name} {one}"), words),
            4 => (format!("-{name} {one}"), words),
            5 => (format!("/{name} {one}"), words),
            6 => (format!("/v\"/qn {name}=\\\"{many}\\\"\""), words),
            7 => (format!("/v\"/qn A=b {name}={one}\""), words),
            8 => (format!("{{\"a\":1,\"{name}\":\"{many}\",\"b\":2}}"), words),
            9 => (format!("https://host/a?b=c&{name}={plain}&d=e"), vec![plain]),
            10 => (format!("\"/{name}:{many}\""), words),
            11 => (format!("\"{name}={many}\""), words),
            12 => (format!("-{name}:'{many}'"), words),
            13 => (format!("--{name}=\"{many}\""), words),
            14 => (format!("{name} = {many}"), words),
            15 => (format!("<{name}>{plain}</{name}>"), vec![plain]),
            16 => (format!("Adding {name} property. Its value is '{many}'."), words),
            17 => (format!("\"-{name}\" \"{many}\""), words),
            18 => (format!("[\"--{name}\", \"{many}\"]"), words),
            19 => (format!("reg add HKLM\\X /v {name} /d \"{many}\" /f"), words),
            20 => (format!("{{\\\"{name}\\\":\\\"{many}\\\"}}"), words),
            21 => (format!("set {name}={many}"), words),
            22 => (format!("{name}=a\"{many}\"b"), words),
            23 => (format!("/v\"{name}=\"\"{many}\"\"\""), words),
            24 => (format!("${name} = '{many}'"), words),
            _ => (format!("A=x;{name}={plain};B=y"), vec![plain]),
        };
        (text, secrets)
    })
}

/// Anything around it that a line may have.
fn neighbour() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "setup.exe /S",
        "msiexec /i \"a b.msi\" /qn",
        "INSTALLDIR=\"C:\\a b\\\"",
        "/passive",
        "-x 1",
        "A='b c'",
        "/l*v C:\\x.log",
        "it's",
        "\\\\server\\share",
        "^&",
        "100%",
        "name: value",
        "/v\"/qn B=\\\"c d\\\"\"",
        "--token",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn no_secret_survives(
        before in neighbour(),
        first in parameter(),
        between in neighbour(),
        second in parameter(),
        behind in neighbour(),
    ) {
        let line = format!("{before} {} {between} {} {behind}", first.0, second.0);
        let masked = mask(&line);
        for secret in first.1.iter().chain(&second.1) {
            prop_assert!(!masked.contains(secret.as_str()), "{secret} of\n{line}\nis in\n{masked}");
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text_is_masked_without_trouble(text in "(?s).{0,200}", hostile in "[key='\"\\\\ /:,<>&?;-]{0,60}") {
        let all = format!("{text}{hostile}");
        prop_assert!(mask(&all).len() <= 4 * all.len() + 3);
    }
}

#[test]
fn passwords_and_signatures_of_urls_are_masked() {
    for (text, expected) in [
        ("get https://user:UrlPw66@host/a?sig=SigZZ9&se=1", "get https://user:***@host/a?sig=***&se=1"),
        ("https://user:p@w@host/", "https://user:***@host/"),
        ("https://host/a?b=c", "https://host/a?b=c"),
        ("mail to x@y: see https://host:8080/x", "mail to x@y: see https://host:8080/x"),
        ("--signature ABC", "--signature ***"),
    ] {
        assert_eq!(mask(text), expected);
    }
}

#[test]
fn parameters_of_a_command_line_have_the_values_that_are_masked() {
    let line =
        r#"setup.exe A=1 /v"/qn TOKEN=\"a b\"" /Secret:xy --key z -Pwd /S URL=http://h?token=t "PIN=q r" x"#;
    let wanted = |name: &str| !matches!(name, "A" | "URL" | "x" | "S" | "qn");
    let found = parameters(line, wanted);
    let expected = [
        ("TOKEN", "a b", false),
        ("Secret", "xy", false),
        ("key", "z", true),
        ("Pwd", "/S", true),
        ("PIN", "q r", false),
    ];
    let expected = expected.map(|(name, value, is_next_word)| Parameter { name, value, is_next_word });
    assert_eq!(found, expected);
    let masked = mask(line);
    for Parameter { value, .. } in found.iter().filter(|one| !one.value.starts_with('/')) {
        assert!(!masked.contains(&format!("={value}")) && !masked.contains(&format!(":{value}")), "{masked}");
    }
}

#[test]
fn a_long_list_is_masked_to_its_end_and_over_what_was_left_out() {
    let rows =
        |from: usize, to: usize| (from..to).map(|row| format!("user{row},hunter{row}\n")).collect::<String>();
    let text = format!("User,Password\n{}{}\n{}\ndone\n", rows(0, 11_000), gap(123), rows(20_000, 20_100));
    let masked = mask(&text);
    assert!(!masked.contains("hunter"));
    assert!(masked.contains(&gap(123)) && masked.ends_with("done\n"));
    let list = format!("\"password\": [\n{}]\nbehind it\n", "\"hunter\",\n".repeat(1_000));
    let masked = mask(&list);
    assert!(!masked.contains("hunter") && masked.ends_with("behind it\n"));
    assert!(!mask("… password=hunter2 bytes left out …").contains("hunter2"));
}
