//! The order of a document's keys, and its `null`s, kept while its values change.

use super::rule::{TYPE_KEY, short_type};
use serde_json::{Map, Value};

/// A document as it was read. Equal to every other: how a document is laid out is not what it says.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout(Option<Value>);

impl PartialEq for Layout {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Layout {
    pub(super) fn of(document: Value) -> Self {
        Self(Some(document))
    }

    /// `fresh` with its keys in the order they had; new keys come last.
    pub(super) fn arrange(&self, fresh: Value) -> Value {
        match &self.0 {
            Some(old) => arrange(fresh, old),
            None => fresh,
        }
    }
}

fn arrange(fresh: Value, old: &Value) -> Value {
    match (fresh, old) {
        (Value::Object(fresh), Value::Object(old)) => Value::Object(arrange_object(fresh, old)),
        (Value::Array(fresh), Value::Array(old)) if fresh.len() == old.len() => {
            Value::Array(fresh.into_iter().zip(old).map(|(one, was)| arrange(one, was)).collect())
        }
        (fresh, _) => fresh,
    }
}

fn arrange_object(mut fresh: Map<String, Value>, old: &Map<String, Value>) -> Map<String, Value> {
    let type_of =
        |object: &Map<String, Value>| object.get(TYPE_KEY)?.as_str().map(|tag| short_type(tag).to_owned());
    if type_of(&fresh).is_some() && type_of(old).is_some_and(|was| type_of(&fresh) != Some(was)) {
        return fresh; // another rule has taken this one's place
    }
    let mut arranged = Map::with_capacity(fresh.len());
    for (key, was) in old {
        match fresh.shift_remove(key) {
            Some(value) => drop(arranged.insert(key.clone(), arrange(value, was))),
            None if says_nothing(was) => drop(arranged.insert(key.clone(), was.clone())),
            None => {}
        }
    }
    arranged.extend(fresh);
    arranged
}

/// What the types leave out when they are written, though the document spelt it out.
fn says_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(fresh: Value, old: Value) -> String {
        Layout::of(old).arrange(fresh).to_string()
    }

    #[test]
    fn keys_keep_their_order_and_nulls_stay() {
        let arranged =
            text(json!({ "a": 1, "c": 3, "new": 4 }), json!({ "c": 0, "b": null, "e": [], "a": 0 }));
        assert_eq!(arranged, r#"{"c":3,"b":null,"e":[],"a":1,"new":4}"#);
    }

    #[test]
    fn what_was_taken_out_stays_out() {
        assert_eq!(text(json!({ "a": 1 }), json!({ "gone": "x", "a": 1 })), r#"{"a":1}"#);
    }

    #[test]
    fn a_rule_of_another_type_is_not_laid_out_like_its_predecessor() {
        let fresh = json!([{ "@odata.type": "#n", "z": 1, "a": 2 }]);
        let old = json!([{ "@odata.type": "#o", "a": 2, "valueName": null, "z": 1 }]);
        assert_eq!(text(fresh.clone(), old), fresh.to_string());
    }
}
