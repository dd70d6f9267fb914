//! What a package knows of itself, put into its app document.

use super::{AppDocument, MsiInformation, ReturnCode};

/// The fields that packing decides.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PackageFields {
    /// The package's file name, e.g. `contoso.intunewin`.
    pub file_name: String,
    /// The setup file, relative to the source folder, as it stands in Detection.xml.
    pub setup_file_path: String,
    /// What the MSI says, where the setup file is one that could be read.
    pub msi_information: Option<MsiInformation>,
}

impl AppDocument {
    /// Puts them in; says whether anything changed. Unknown fields of an existing `msiInformation` stay, and
    /// an `msiInformation` of an app whose setup file is no MSI (any more) goes.
    pub fn fill_from_package(&mut self, fields: &PackageFields) -> bool {
        let before = (self.file_name.clone(), self.setup_file_path.clone(), self.msi_information.clone());
        self.file_name = Some(fields.file_name.clone());
        self.setup_file_path = Some(fields.setup_file_path.clone());
        let kept = self.msi_information.take().map(|old| old.other).unwrap_or_default();
        self.msi_information = fields.msi_information.clone().map(|mut fresh| {
            fresh.other = kept;
            fresh
        });
        before != (self.file_name.clone(), self.setup_file_path.clone(), self.msi_information.clone())
    }

    /// Gives the five default return codes to an app that has none; says whether it did.
    pub fn fill_return_codes(&mut self) -> bool {
        let lacks = self.return_codes.is_empty();
        if lacks {
            self.return_codes = ReturnCode::defaults();
        }
        lacks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn packing_fills_in_what_it_decides_and_keeps_the_rest() {
        let mut app = AppDocument::from_value(json!({
            "displayName": "Contoso", "fileName": null, "id": "7f0c",
            "msiInformation": { "@odata.type": "microsoft.graph.win32LobAppMsiInformation", "productCode": "{OLD}" },
        }))
        .unwrap();
        let fields = PackageFields {
            file_name: "contoso.intunewin".into(),
            setup_file_path: "contoso.msi".into(),
            msi_information: Some(MsiInformation {
                product_code: Some("{NEW}".into()),
                ..Default::default()
            }),
        };
        assert!(app.fill_from_package(&fields));
        assert!(!app.fill_from_package(&fields), "twice changes nothing");
        let value = app.to_value();
        assert_eq!(value["msiInformation"]["productCode"], "{NEW}");
        assert_eq!(value["msiInformation"]["@odata.type"], "microsoft.graph.win32LobAppMsiInformation");
        let keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["displayName", "fileName", "id", "msiInformation", "setupFilePath"]);
    }

    #[test]
    fn return_codes_are_given_only_where_there_are_none() {
        let mut app = AppDocument::default();
        assert!(app.fill_return_codes() && app.return_codes.len() == 5);
        app.return_codes.truncate(1);
        assert!(!app.fill_return_codes() && app.return_codes.len() == 1);
    }
}
