//! How often an app is tried again: `retry`, where the reference's 3 tries 5 minutes apart and then 24 hours do not fit.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::num::NonZeroU32;

/// The `retry` object of an app; what it does not say is as the reference has it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct RetrySettings {
    /// Further tries after a code of type retry, before the long wait; 3 where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u32>,
    /// Minutes between them; 5 where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_interval_in_minutes: Option<NonZeroU32>,
    /// Minutes of the long wait, which comes after a failure and after the last quick try; 1440 where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_interval_in_minutes: Option<NonZeroU32>,
    /// Exit codes with an interval of their own: a user's deferral need not cost 24 hours.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "super::null_as_empty")]
    pub return_codes: Vec<ReturnCodeInterval>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// After which exit code it is tried again when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReturnCodeInterval {
    /// The exit code, signed or unsigned; what it stands for is said in the app's `returnCodes`.
    #[serde(deserialize_with = "super::installation::exit_code")]
    #[cfg_attr(feature = "json-schema", schemars(range(min = -2_147_483_648_i64, max = 4_294_967_295_i64)))]
    pub return_code: i64,
    /// Minutes until the next try.
    pub retry_interval_in_minutes: NonZeroU32,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ReturnCodeInterval {
    /// The exit code's 32 bits.
    pub fn bits(&self) -> u32 {
        (self.return_code & 0xFFFF_FFFF) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(retry: &Value) -> Result<RetrySettings, String> {
        let app =
            crate::app::AppDocument::from_value(json!({ "retry": retry })).map_err(|e| e.to_string())?;
        app.retry.ok_or_else(|| "there is no retry".to_owned())
    }

    #[test]
    fn what_is_said_is_read_and_the_rest_stays_open() {
        let retry = read(&json!({
            "maxRetries": 0, "longIntervalInMinutes": 60, "patience": "endless",
            "returnCodes": [{ "returnCode": -2147024891, "retryIntervalInMinutes": 7 }]
        }));
        let retry = retry.unwrap();
        assert_eq!((retry.max_retries, retry.retry_interval_in_minutes), (Some(0), None));
        assert_eq!(retry.long_interval_in_minutes.map(NonZeroU32::get), Some(60));
        assert_eq!(retry.return_codes[0].bits(), 0x8007_0005);
        assert_eq!(retry.other["patience"], "endless");
        assert_eq!(read(&json!({})), Ok(RetrySettings::default()));
    }

    #[test]
    fn no_interval_is_nothing_and_no_code_wider_than_32_bits() {
        let code = |code: i64, minutes: u32| json!({ "returnCodes": [{ "returnCode": code, "retryIntervalInMinutes": minutes }] });
        assert!(read(&code(1602, 1)).is_ok());
        for wrong in [json!({ "retryIntervalInMinutes": 0 }), code(1602, 0), code(1 << 32, 1)] {
            read(&wrong).expect_err(&wrong.to_string());
        }
    }
}
