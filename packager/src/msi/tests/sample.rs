//! MSIs for tests, written by the `msi` crate.

use msi::{Column, Insert, Package, PackageType, Value};
use std::io::Cursor;

/// An MSI with the facts that a test needs.
pub(crate) struct Sample {
    pub(crate) properties: Vec<(&'static str, &'static str)>,
    pub(crate) folders: Vec<&'static str>,
    pub(crate) services: usize,
    pub(crate) data_sources: usize,
    pub(crate) registry_roots: Vec<i32>,
    pub(crate) removed_roots: Vec<i32>,
    pub(crate) kind: PackageType,
}

pub(crate) const PRODUCT_CODE: &str = "{11111111-2222-3333-4444-555555555555}";
pub(crate) const UPGRADE_CODE: &str = "{66666666-7777-8888-9999-AAAAAAAAAAAA}";
pub(crate) const PACKAGE_CODE: &str = "{0000002A-000C-0005-0C03-0938362B0809}";

impl Default for Sample {
    /// An MSI for the machine, without services, data sources and registry keys.
    fn default() -> Self {
        let properties = vec![
            ("ProductCode", PRODUCT_CODE),
            ("ProductName", "Contoso Café 日本"),
            ("ProductVersion", "1.2.3"),
            ("UpgradeCode", UPGRADE_CODE),
            ("Manufacturer", "Contoso Ltd"),
            ("ALLUSERS", "1"),
        ];
        let folders = vec!["TARGETDIR", "ProgramFilesFolder", "INSTALLFOLDER"];
        Self {
            properties,
            folders,
            services: 0,
            data_sources: 0,
            registry_roots: Vec::new(),
            removed_roots: Vec::new(),
            kind: PackageType::Installer,
        }
    }
}

impl Sample {
    /// Sets a property. An empty value removes it.
    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.properties.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            self.properties.push((name, value));
        }
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut package = Package::create(self.kind, Cursor::new(Vec::new())).unwrap();
        package.set_database_codepage(msi::CodePage::Utf8);
        let summary = package.summary_info_mut();
        summary.set_codepage(msi::CodePage::Utf8);
        summary.set_subject("Subject");
        summary.set_author("Author");
        summary.set_arch("x64");
        // `uuid` is no dependency of this crate, and its parser, which comes with the target type, accepts no braces.
        summary.set_uuid(PACKAGE_CODE.trim_matches(['{', '}']).parse().unwrap());
        let texts = |rows: &[(&'static str, &'static str)]| {
            rows.iter().map(|(name, value)| vec![Value::from(*name), Value::from(*value)]).collect()
        };
        fill(&mut package, "Property", [key("Property"), text("Value")], texts(&self.properties));
        let folders = self.folders.iter().map(|name| vec![Value::from(*name), Value::from(".")]).collect();
        fill(&mut package, "Directory", [key("Directory"), text("DefaultDir")], folders);
        let numbered = |count: usize| {
            (0..count).map(|at| vec![Value::Str(format!("r{at}")), Value::from("x")]).collect()
        };
        fill(&mut package, "ServiceInstall", [key("ServiceInstall"), text("Name")], numbered(self.services));
        fill(&mut package, "ODBCDataSource", [key("DataSource"), text("Name")], numbered(self.data_sources));
        for (table, name, roots) in [
            ("Registry", "Registry", &self.registry_roots),
            ("RemoveRegistry", "RemoveRegistry", &self.removed_roots),
        ] {
            let rows = roots.iter().enumerate();
            let rows = rows.map(|(at, root)| vec![Value::Str(format!("r{at}")), Value::Int(*root)]).collect();
            fill(&mut package, table, [key(name), Column::build("Root").int16()], rows);
        }
        package.into_inner().unwrap().into_inner()
    }
}

fn key(name: &str) -> Column {
    Column::build(name).primary_key().id_string(72)
}

fn text(name: &str) -> Column {
    Column::build(name).nullable().localizable().text_string(0)
}

/// Makes a table; one without rows is left out, as in most MSIs.
fn fill<const N: usize>(
    package: &mut Package<Cursor<Vec<u8>>>,
    table: &str,
    columns: [Column; N],
    rows: Vec<Vec<Value>>,
) {
    if !rows.is_empty() {
        package.create_table(table, columns.into()).unwrap();
        package.insert_rows(Insert::into(table).rows(rows)).unwrap();
    }
}
