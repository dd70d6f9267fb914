//! The table of docs/context.md, compared with the code row by row.

use super::*;
use waybill_system::Device as _;

const DOCUMENT: &str = include_str!("../../../../docs/context.md");

/// The view and account of each column of the table.
const COLUMNS: [(View, Account); 4] = [
    (View::Bits32, Account::System),
    (View::Bits64, Account::System),
    (View::Bits32, Account::User),
    (View::Bits64, Account::User),
];

/// A row of the table: what is written, what it becomes in each column, and how it is tested.
struct Row {
    written: &'static str,
    becomes: [&'static str; 4],
    tested: &'static str,
}

/// The rows that are tested by `how`.
fn rows(how: &str) -> Vec<Row> {
    let table = DOCUMENT.split("| written |").nth(1).expect("the table is there");
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [written, a, b, c, d, tested] = cells[..] else { panic!("not six cells: {line}") };
        Row { written: code(written), becomes: [a, b, c, d].map(code), tested }
    };
    lines.map(row).filter(|row| row.tested.contains(how)).collect()
}

/// The text in the first backticks of a cell; the whole cell where there are none.
fn code(cell: &'static str) -> &'static str {
    cell.split('`').nth(1).unwrap_or(cell)
}

fn eyes_of((view, account): (View, Account)) -> RunAs {
    let host = if view == View::Bits32 { Host::X86 } else { Host::Native };
    RunAs { host, ..eyes(view, account) }
}

#[test]
fn variables_become_what_the_table_says() {
    let machine = FakeSystem::windows();
    let rows: Vec<Row> = rows("memory").into_iter().filter(|row| is_variable(row.written)).collect();
    assert_eq!(rows.len(), 11, "the table's variables");
    for row in rows {
        // A machine in memory has the same variables for all accounts.
        let columns = if row.tested.contains("(system)") { &COLUMNS[..2] } else { &COLUMNS[..] };
        for (column, becomes) in columns.iter().zip(row.becomes) {
            let block = machine.environment(eyes_of(*column).perspective).unwrap();
            assert_eq!(
                block.expand(row.written),
                as_written(becomes, row.written),
                "{} {column:?}",
                row.written
            );
        }
    }
}

#[test]
fn programs_are_those_of_the_table() {
    let machine = machine(&[]);
    let rows: Vec<Row> = rows("memory").into_iter().filter(|row| !is_variable(row.written)).collect();
    assert_eq!(rows.len(), 7, "the table's programs");
    for row in rows {
        for (column, becomes) in COLUMNS.iter().zip(row.becomes) {
            let eyes = eyes_of(*column);
            match becomes.strip_prefix("refused, ") {
                Some(code) => {
                    assert_eq!(refused(row.written, &eyes, &machine).1.code, code, "{}", row.written);
                }
                None => {
                    assert_eq!(resolved(row.written, &eyes, &machine).program, becomes, "{}", row.written);
                }
            }
        }
    }
}

fn is_variable(written: &str) -> bool {
    written.starts_with('%') && written.ends_with('%')
}

fn as_written<'a>(becomes: &'a str, written: &'a str) -> &'a str {
    if becomes == "as it stands" { written } else { becomes }
}

#[cfg(windows)]
mod on_this_machine {
    use super::*;
    use waybill_system::{RegistryKey, System as _, this_machine};

    #[test]
    fn variables_become_what_the_table_says() {
        let machine = this_machine();
        let rows: Vec<Row> = rows("wine").into_iter().filter(|row| is_variable(row.written)).collect();
        assert_eq!(rows.len(), 10, "the table's variables");
        for row in rows {
            for (column, becomes) in COLUMNS.iter().zip(row.becomes) {
                let block = machine.device().environment(eyes_of(*column).perspective).unwrap();
                let (is, says) = (block.expand(row.written), as_written(becomes, row.written));
                assert!(is.eq_ignore_ascii_case(says), "{} {column:?}: {is}, not {says}", row.written);
            }
        }
    }

    #[test]
    fn the_32_bit_view_of_the_registry_is_wow6432node() {
        let row =
            rows("wine").into_iter().find(|row| row.written.starts_with("HKLM")).expect("the row of HKLM");
        let own = r"SOFTWARE\Waybill context";
        let key = windows_registry::LOCAL_MACHINE.create(format!(r"{own}\Native")).unwrap();
        key.set_u32("x", 1).unwrap();
        let node = r"SOFTWARE\WOW6432Node\Waybill context";
        windows_registry::LOCAL_MACHINE.create(format!(r"{node}\Wow")).unwrap();
        let machine = this_machine();
        for (column, becomes) in COLUMNS.iter().zip(row.becomes) {
            let child = if becomes.contains("WOW6432Node") { "Wow" } else { "Native" };
            let eyes = eyes_of(*column);
            let names =
                machine.registry().subkeys(&RegistryKey::local_machine(own), eyes.perspective).unwrap();
            assert_eq!(names, [child], "{column:?}");
        }
        windows_registry::LOCAL_MACHINE.remove_tree(own).unwrap();
        windows_registry::LOCAL_MACHINE.remove_tree(node).unwrap();
    }
}
