//! What an install put on the machine, and a detection rule for it: the MSI's product code, else the version of an
//! uninstall entry, else the version of a program, else that a file is there.

use crate::snapshot::{Snapshot, registry_text};
use waybill_installer_runner::RunAs;
use waybill_schemas::app::{
    FileSystemOperation, FileSystemRule, Operator, ProductCodeRule, RegistryOperation, RegistryRule, Rule,
    RuleType,
};
use waybill_schemas::report::rehearsal::{AppearedItem, AppearedKind, ProposedRule};
use waybill_system::{FileKind, InstalledProduct, RegistryKey, System, SystemKind};

/// What an install put on the machine, and a detection rule for it.
#[derive(Debug, Default)]
pub(crate) struct InstallTraces {
    pub(crate) appeared: Vec<AppearedItem>,
    pub(crate) proposed: Option<ProposedRule>,
}

impl InstallTraces {
    /// Marks what is still there in the snapshot taken after the uninstall.
    pub(crate) fn mark_left_behind(&mut self, finally: &Snapshot) {
        for item in &mut self.appeared {
            item.left_behind = finally.has(item);
        }
    }

    /// The number of things that are still there after the uninstall.
    pub(crate) fn left_behind(&self) -> usize {
        self.appeared.iter().filter(|item| item.left_behind).count()
    }
}

/// The best detection rule for what appeared. The app's `name` distinguishes its program from others.
pub(crate) fn propose(
    appeared: &[AppearedItem],
    name: &str,
    system: &dyn System,
    run_as: &RunAs,
) -> Option<ProposedRule> {
    let proposer = Proposer { system, run_as };
    proposer
        .propose_product(appeared)
        .or_else(|| proposer.propose_version(appeared))
        .or_else(|| proposer.propose_file(appeared, name))
}

/// Makes rules from what appeared and what the machine says of it.
struct Proposer<'a> {
    system: &'a dyn System,
    run_as: &'a RunAs,
}

/// The most files that are looked at, and the most folders within one another.
const MOST: usize = 5_000;
const DEPTH: usize = 6;

/// A file that appeared.
struct NewFile {
    folder: String,
    name: String,
    size: u64,
}

impl Proposer<'_> {
    /// A rule for a product of Windows Installer, whose uninstall entry is named by its product code.
    fn propose_product(&self, appeared: &[AppearedItem]) -> Option<ProposedRule> {
        entries(appeared).find_map(|item| {
            let code = item.name.rsplit('\\').next().filter(|leaf| leaf.starts_with('{'))?.to_uppercase();
            let product = self.system.products().product(&code, self.run_as.perspective.account).ok()??;
            if product.state != InstalledProduct::INSTALLED {
                return None;
            }
            let operator = product.version.as_ref().map(|_| Operator::GreaterThanOrEqual);
            let rule = Rule::ProductCode(ProductCodeRule {
                rule_type: Some(RuleType::Detection),
                product_code: Some(code.clone()),
                product_version_operator: Some(operator.unwrap_or(Operator::NotConfigured)),
                product_version: product.version.clone(),
                ..ProductCodeRule::default()
            });
            let what = item.says.clone().or(product.name).unwrap_or(code);
            Some(ProposedRule { rule, why: format!("Windows Installer knows {what} since the install.") })
        })
    }

    /// A rule for the version of an uninstall entry that another installer than Windows Installer made.
    fn propose_version(&self, appeared: &[AppearedItem]) -> Option<ProposedRule> {
        entries(appeared).find_map(|item| {
            let key = RegistryKey::parse(&item.name)?;
            let is_32_bit = item.view.as_deref() == Some("32-bit");
            let version = registry_text(self.system, &key, "DisplayVersion", self.run_as.in_view(is_32_bit))?;
            // A version is two numbers or more with dots between them. Anything else, such as `1.2b`, can only be
            // compared for equality.
            let comparable =
                version.split('.').count() >= 2 && version.split('.').all(|part| part.parse::<u32>().is_ok());
            let (operation, operator) = if comparable {
                (RegistryOperation::Version, Operator::GreaterThanOrEqual)
            } else {
                (RegistryOperation::String, Operator::Equal)
            };
            let rule = Rule::Registry(RegistryRule {
                rule_type: Some(RuleType::Detection),
                key_path: Some(item.name.clone()),
                value_name: Some("DisplayVersion".to_owned()),
                check_32_bit_on_64_system: Some(is_32_bit),
                operation_type: Some(operation),
                operator: Some(operator),
                comparison_value: Some(version),
                ..RegistryRule::default()
            });
            let what = item.says.clone().unwrap_or_default();
            Some(ProposedRule { rule, why: format!("The install made the uninstall entry {what}.") })
        })
    }

    /// A rule for the version of the program that is most likely the app's, or else for a file.
    fn propose_file(&self, appeared: &[AppearedItem], app: &str) -> Option<ProposedRule> {
        let mut found = Vec::new();
        for item in appeared.iter().filter(|item| item.kind == AppearedKind::Files) {
            let Some((folder, name)) = item.name.rsplit_once(self.system.kind().separator()) else {
                continue;
            };
            let is_at_root = folder.is_empty() && self.system.kind() == SystemKind::Unix;
            self.gather(if is_at_root { "/" } else { folder }, name, 0, &mut found);
        }
        // The largest of equals is likelier the program than a helper beside it.
        found.sort_by_key(|file| std::cmp::Reverse((likeness(&file.name, app), file.size)));
        let versioned = found.iter().filter(|file| is_program(&file.name)).find_map(|file| {
            let path = self.system.kind().join(&file.folder, &file.name);
            let version = self.system.files().version(&path).ok()??.numbers?;
            Some((file, version.map(|part| part.to_string()).join(".")))
        });
        match versioned {
            Some((file, version)) => {
                let why = format!("{} {version} is new.", file.name);
                Some(ProposedRule { rule: self.file_rule(file, Some(version)), why })
            }
            None => found.first().map(|file| ProposedRule {
                rule: self.file_rule(file, None),
                why: format!("{} is new; a rule with a version would be better.", file.name),
            }),
        }
    }

    fn gather(&self, folder: &str, name: &str, depth: usize, found: &mut Vec<NewFile>) {
        let path = self.system.kind().join(folder, name);
        match self.system.files().look(&path) {
            Ok(Some(facts)) if facts.kind == FileKind::File => {
                found.push(NewFile { folder: folder.to_owned(), name: name.to_owned(), size: facts.size });
            }
            Ok(Some(_)) if depth < DEPTH => {
                for name in self.system.files().list(&path).unwrap_or_default() {
                    if found.len() < MOST {
                        self.gather(&path, &name, depth + 1, found);
                    }
                }
            }
            _ => {}
        }
    }

    fn file_rule(&self, file: &NewFile, version: Option<String>) -> Rule {
        let (path, is_32_bit) = self.portable(&file.folder);
        // Not equality: an app that updates itself would count as missing then, and the older version would be
        // installed over it.
        let (operation, operator) = match version {
            Some(_) => (FileSystemOperation::Version, Operator::GreaterThanOrEqual),
            None => (FileSystemOperation::Exists, Operator::NotConfigured),
        };
        Rule::FileSystem(FileSystemRule {
            rule_type: Some(RuleType::Detection),
            path: Some(path),
            file_or_folder_name: Some(file.name.clone()),
            check_32_bit_on_64_system: Some(is_32_bit),
            operation_type: Some(operation),
            operator: Some(operator),
            comparison_value: version,
            ..FileSystemRule::default()
        })
    }

    /// The folder by an environment variable where one fits, and whether it is a variable of the 32-bit view.
    fn portable(&self, folder: &str) -> (String, bool) {
        let names: &[&str] = match self.system.kind() {
            SystemKind::Windows => &["ProgramFiles", "ProgramData", "LOCALAPPDATA", "APPDATA"],
            SystemKind::Unix => &["HOME"],
        };
        // The wide view first: most of these folders are the same in both, and a rule that needs no flag is the
        // simpler one.
        for is_32_bit in [false, true] {
            let Ok(block) = self.system.device().environment(self.run_as.in_view(is_32_bit)) else {
                continue;
            };
            for name in names {
                let rest = block
                    .get(name)
                    .filter(|value| !value.is_empty())
                    .and_then(|value| folder.strip_prefix(value));
                if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with(['\\', '/'])) {
                    return (format!("%{name}%{rest}"), is_32_bit);
                }
            }
        }
        (folder.to_owned(), false)
    }
}

fn is_program(name: &str) -> bool {
    name.to_lowercase().ends_with(".exe")
}

/// How likely a file is the app's own program. An uninstaller or a shortcut is the least likely.
fn likeness(name: &str, app: &str) -> i32 {
    let name = name.to_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let words = app.to_lowercase();
    let is_apart = stem.starts_with("unins") || stem.contains("setup") || name.ends_with(".lnk");
    let is_apps = stem.len() > 2 && words.split(|c: char| !c.is_alphanumeric()).any(|word| word == stem);
    i32::from(is_apps) - 2 * i32::from(is_apart)
}

fn entries(appeared: &[AppearedItem]) -> impl Iterator<Item = &AppearedItem> {
    appeared.iter().filter(|item| item.kind == AppearedKind::UninstallEntry)
}

#[cfg(test)]
mod tests;
