use super::*;
use std::collections::HashSet;

fn codes(text: &str) -> Vec<(Table, String)> {
    find(text, &[]).into_iter().map(|entry| (entry.table, entry.code)).collect()
}

fn has(text: &str, table: Table, code: &str) -> bool {
    codes(text).contains(&(table, code.to_owned()))
}

#[test]
fn every_error_is_found_by_its_id_and_no_id_stands_twice() {
    let mut seen = HashSet::new();
    for code in errors() {
        assert!(seen.insert(code.id), "{} stands twice", code.id);
        assert!(has(code.id, Table::Error, code.id));
        assert!(has(&code.id.to_uppercase(), Table::Error, code.id));
        assert!(!code.meaning.is_empty() && !code.causes.is_empty() && !code.hint.is_empty(), "{}", code.id);
        let is_kebab = code.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(is_kebab, "{}", code.id);
    }
}

#[test]
fn codes_of_app_packages_and_of_wusa_are_known() {
    for (text, code) in [
        ("0x80073CF3", "15603"),
        ("-2147009293", "15603"),
        ("0x80073D02", "15618"),
        ("0x8007042B", "1067"),
        ("2359302", "2359302"),
        ("0x240006", "2359302"),
        ("0x80240017", "0x80240017"),
        ("-2145124329", "0x80240017"),
        ("-1", "0xFFFFFFFF"),
        ("4294967295", "0xFFFFFFFF"),
    ] {
        assert!(has(text, Table::Installer, code), "{text}: {:?}", codes(text));
    }
}

#[test]
fn every_rule_of_fetch_is_full_and_found_alone() {
    let mut seen = HashSet::new();
    for rule in FETCH_RULES.iter() {
        assert!(seen.insert(&rule.name), "{} stands twice", rule.name);
        for text in [rule.name.clone(), rule.name.to_uppercase(), format!("rule {}", rule.name)] {
            assert_eq!(codes(&text), [(Table::Rule, rule.name.clone())], "{text}");
        }
        for text in [&rule.seen, &rule.done, &rule.hint] {
            assert!(text.len() > 6 && !text.ends_with('.'), "{}: {text:?}", rule.name);
        }
    }
    assert!(FETCH_RULES.is_sorted_by_key(|rule| rule.number), "in the order of docs/delivery.md");
}

#[test]
fn every_number_is_full_and_found_in_each_of_its_forms() {
    for (table, codes) in NUMBERS.iter() {
        let mut seen = HashSet::new();
        for code in codes {
            assert!(seen.insert(code.value), "{table:?} {} stands twice", code.value);
            assert!(
                !code.name.is_empty() && !code.meaning.is_empty() && !code.hint.is_empty(),
                "{table:?} {}",
                code.value
            );
            assert!(code.causes.len() <= 3);
            let written = meaning_of_number(*table, code).code;
            let bits = code.bits();
            let forms = [
                format!("0x{bits:X}"),
                format!("0x{bits:08x}"),
                bits.to_string(),
                bits.cast_signed().to_string(),
                code.name.clone(),
                format!("{} {written}", table.word()),
            ];
            for form in forms {
                assert!(
                    has(&form, *table, &written),
                    "{table:?} {written} by {form:?}: {:?}",
                    find(&form, &[])
                );
            }
        }
    }
}

/// Every code that people meet on devices and that stands for a failure, with the number as its table writes it.
const FAILURES: &[(Table, &[i64])] = &[
    (
        Table::Device,
        &[
            0x87D1_041C,
            0x87D1_041D,
            0x87D3_00C9,
            0x87D3_0004,
            0x87D3_0065,
            0x87D3_0067,
            0x87D3_0068,
            0x87D3_006A,
            0x87D0_0324,
            0x8007_0002,
            0x8007_0005,
            0x8007_00C1,
            0x8007_0643,
            0x8007_0652,
        ],
    ),
    (
        Table::Installer,
        &[
            1, 2, 3, 5, 87, 193, 740, 1223, 1601, 1602, 1603, 1605, 1612, 1614, 1618, 1619, 1620, 1622, 1624,
            1625, 1633, 1635, 1638, 1639, 1641, 1642, 3010, 3017, 60001, 60002, 60003, 60004, 60005, 60006,
            60007, 60008, 60009, 60010, 60011, 60012, 60013,
        ],
    ),
    (
        Table::EnforcementState,
        &[
            1004, 1005, 1012, 3000, 5000, 5003, 5006, 5999, 6000, 6001, 6002, 6003, 6004, 6005, 6009, 6010,
            6011,
        ],
    ),
    (Table::Applicability, &[1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008]),
    (Table::Exit, &[1, 3, 4, 5, 7, 8, 9]),
];

#[test]
fn every_failure_has_three_causes_and_is_found_however_it_is_written() {
    for (table, numbers) in FAILURES {
        for number in *numbers {
            let bits = (*number & 0xFFFF_FFFF) as u32;
            let written = if *table == Table::Device { format!("0x{bits:08X}") } else { number.to_string() };
            let known = NUMBERS.iter().filter(|(one, _)| one == table).flat_map(|(_, codes)| codes);
            let code = known.into_iter().find(|code| code.bits() == bits);
            let code = code.unwrap_or_else(|| panic!("{table:?} {written} is not known"));
            assert!(code.causes.len() >= 3, "{table:?} {written}: {:?}", code.causes);
            let mut forms = vec![
                format!("0x{bits:X}"),
                format!("0x{bits:08x}"),
                bits.to_string(),
                bits.cast_signed().to_string(),
                code.name.clone(),
                code.name.to_uppercase(),
            ];
            if bits >> 20 == 0x87D {
                forms.push(format!("{bits:08X}")[3..].to_owned());
            }
            for form in forms {
                assert!(has(&form, *table, &written), "{table:?} {written} by {form:?}");
            }
        }
    }
}

#[test]
fn every_outcome_of_the_runner_has_three_causes() {
    for code in crate::codes::runner::ALL {
        assert!(code.causes.len() >= 3, "{}", code.id);
    }
}

#[test]
fn hresults_are_found_by_their_short_forms() {
    let (_, codes) = &NUMBERS[0];
    for code in codes.iter().filter(|code| code.bits() >> 20 == 0x87D) {
        let written = format!("{:08X}", code.bits());
        for text in [&written[..], &written[3..], &written[3..].to_lowercase()] {
            assert!(has(text, Table::Device, &format!("0x{written}")), "{text}");
        }
    }
    assert!(has("1041C", Table::Device, "0x87D1041C"));
}

#[test]
fn an_ambiguous_number_gives_every_meaning() {
    let tables: Vec<Table> = find("1003", &[]).into_iter().map(|entry| entry.table).collect();
    assert_eq!(tables, [Table::Applicability, Table::EnforcementState]);
    assert!(find("1", &[]).len() >= 5);
    assert_eq!(codes("exit 4"), [(Table::Exit, "4".to_owned())]);
    assert_eq!(codes("Applicability 1003"), [(Table::Applicability, "1003".to_owned())]);
}

#[test]
fn the_systems_hresults_lead_to_the_exit_code_too() {
    assert_eq!(
        codes("0x80070643"),
        [(Table::Device, "0x80070643".into()), (Table::Installer, "1603".into())],
    );
    assert_eq!(codes("0x80070656"), [(Table::Installer, "1622".into())], "no page of its own");
}

#[test]
fn what_packagers_meet_is_known() {
    for (text, code, hint) in [
        ("259", "259", "`success`"),
        ("1260", "1260", "policy"),
        ("0x800711C7", "4551", "trust"),
        ("5100", "5100", "`success`"),
        ("17002", "17002", "log"),
        ("69000", "69000", "script"),
        ("69123", "69000", "script"),
        ("75000", "70000", "extensions"),
        ("0x8A15002B", "0x8A15002B", "`success`"),
        ("-1978335189", "0x8A15002B", "`success`"),
        ("2316632107", "0x8A15002B", "`success`"),
        ("0x8A150109", "0x8A150109", "`softReboot`"),
        ("1638", "1638", "bundle"),
        ("-1073741819", "0xC0000005", "event log"),
        // What Intune's agent makes of it.
        ("0x8007002B", "0x8A15002B", "`success`"),
        ("0x80070142", "0xC0000142", "event log"),
    ] {
        let found = find(text, &[]);
        let page = found.iter().find(|page| page.table == Table::Installer && page.code == code);
        let page = page.unwrap_or_else(|| panic!("{text}: {found:?}"));
        assert!(page.hint.contains(hint), "{text}: {}", page.hint);
    }
    assert!(!has("68999", Table::Installer, "69000") && !has("80000", Table::Installer, "70000"));
}

#[test]
fn unknown_text_finds_nothing() {
    for text in ["", " ", "nothing-of-the-kind", "WB999", "0xFFFFFFFE", "9999999", "exit 99", "1041G"] {
        assert_eq!(find(text, &[]), [], "{text:?}");
    }
}

#[test]
fn every_form_of_a_number_is_read() {
    for text in ["0x87D1041C", "0X87d1041c", "-2016345060", "\u{2212}2016345060", "2278622236", "87D1041C"] {
        assert_eq!(candidates(text), [0x87D1_041C], "{text}");
    }
    assert_eq!(candidates("80070005"), [80_070_005, 0x8007_0005]);
    assert_eq!(candidates("1603"), [1603]);
}

#[test]
fn what_is_no_number_gives_none() {
    for text in ["", "0x", "0x+5", "0x123456789", "4294967296", "-2147483649", "mac-mismatch", "§"] {
        assert_eq!(candidates(text), [0; 0], "{text}");
    }
}

#[test]
fn short_forms_end_a_code_of_intunes_own() {
    assert!(is_short_form("1041c", 0x87D1_041C) && is_short_form("D1041C", 0x87D1_041C));
    assert!(!is_short_form("041C", 0x87D1_041C), "too short to mean anything");
    assert!(!is_short_form("70005", 0x8007_0005), "the system's facility");
}
