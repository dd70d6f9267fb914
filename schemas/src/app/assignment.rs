//! Whom an app is for, when it comes, and which apps it stands in relation to.

use super::rule::short_type;
use super::values::{
    AssignmentIntent, DeliveryOptimizationPriority, DependencyType, Notifications, SupersedenceType,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is wanted of an app, and when.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Assignment {
    /// What is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<AssignmentIntent>,
    /// How and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<AssignmentSettings>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Graph's `win32LobAppAssignmentSettings`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AssignmentSettings {
    /// Which notifications a user sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notifications: Option<Notifications>,
    /// When it starts and when it must be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_time_settings: Option<InstallTimeSettings>,
    /// How a restart is announced; absent means no grace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_settings: Option<RestartSettings>,
    /// How urgently content is fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_optimization_priority: Option<DeliveryOptimizationPriority>,
    /// What becomes of installed older apps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_update_settings: Option<AutoUpdateSettings>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Start and deadline.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct InstallTimeSettings {
    /// Whether the times are the device's local ones rather than UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_local_time: Option<bool>,
    /// Nothing is installed before this, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date_time: Option<String>,
    /// Installed from then on, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_date_time: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Minutes around a restart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct RestartSettings {
    /// From the install to the restart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_period_in_minutes: Option<u32>,
    /// How long before the restart the countdown shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countdown_display_before_restart_in_minutes: Option<u32>,
    /// For how long a user may put the notification off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_notification_snooze_duration_in_minutes: Option<u32>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What becomes of apps that this one supersedes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AutoUpdateSettings {
    /// Graph's `autoUpdateSupersededAppsState`: `notConfigured` or `enabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_update_superseded_apps_state: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A tie to another app: Graph's `mobileAppDependency` or `mobileAppSupersedence`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Relationship {
    /// Which of the two it is.
    #[serde(rename = "@odata.type", skip_serializing_if = "Option::is_none")]
    pub odata_type: Option<String>,
    /// The other app's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// Of a dependency: what it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependency_type: Option<DependencyType>,
    /// Of a supersedence: what becomes of the other app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedence_type: Option<SupersedenceType>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Relationship {
    /// Whether this app needs the other one.
    pub fn is_dependency(&self) -> bool {
        self.is("mobileAppDependency") || (self.odata_type.is_none() && self.dependency_type.is_some())
    }

    /// Whether this app takes the other one's place.
    pub fn is_supersedence(&self) -> bool {
        self.is("mobileAppSupersedence") || (self.odata_type.is_none() && self.supersedence_type.is_some())
    }

    fn is(&self, name: &str) -> bool {
        self.odata_type.as_deref().is_some_and(|odata_type| short_type(odata_type) == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_kinds_of_relationship_are_told_apart() {
        let one = |text: &str| serde_json::from_str::<Relationship>(text).unwrap();
        let needs = one(
            r##"{"@odata.type": "#microsoft.graph.mobileAppDependency", "targetId": "a", "dependencyType": "autoInstall"}"##,
        );
        assert!(needs.is_dependency() && !needs.is_supersedence());
        let replaces = one(r#"{"targetId": "b", "supersedenceType": "replace"}"#);
        assert!(replaces.is_supersedence() && !replaces.is_dependency());
        let newer =
            one(r##"{"@odata.type": "#microsoft.graph.mobileAppFriendship", "targetId": "c", "since": 1}"##);
        assert!(!newer.is_dependency() && !newer.is_supersedence());
        assert_eq!(serde_json::to_value(&newer).unwrap()["since"], 1);
    }
}
