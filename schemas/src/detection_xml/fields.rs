//! The children of one element as fields: each at most once, unknown ones noted.

use super::element::{Element, is_space};
use super::error::DetectionXmlError;
use super::note::Note;

pub(super) struct Fields<'a> {
    parent: &'static str,
    children: &'a [Element],
}

impl<'a> Fields<'a> {
    /// The fields of `element`, of which `known` are known, in Microsoft's order.
    pub(super) fn of(
        element: &'a Element,
        parent: &'static str,
        known: &[&'static str],
        notes: &mut Vec<Note>,
    ) -> Result<Self, DetectionXmlError> {
        if !element.text.trim_matches(is_space).is_empty() {
            return Err(DetectionXmlError::MisplacedText { element: parent });
        }
        let mut places = Vec::with_capacity(known.len());
        for child in &element.children {
            match known.iter().position(|name| *name == child.name) {
                None => notes.push(Note::UnknownElement { parent, name: child.name.clone() }),
                Some(place) if places.contains(&place) => {
                    return Err(DetectionXmlError::Duplicate { parent, field: known[place] });
                }
                Some(place) => places.push(place),
            }
        }
        if !places.is_sorted() {
            notes.push(Note::ElementOrder { parent });
        }
        Ok(Self { parent, children: &element.children })
    }

    /// The element `field`, where it is.
    pub(super) fn element(&self, field: &'static str) -> Option<&'a Element> {
        self.children.iter().find(|child| child.name == field)
    }

    /// The element `field`, which must be there.
    pub(super) fn required_element(&self, field: &'static str) -> Result<&'a Element, DetectionXmlError> {
        self.element(field).ok_or_else(|| self.missing(field))
    }

    /// The text of `field`, exactly as it stands there, where the element is.
    pub(super) fn text(&self, field: &'static str) -> Result<Option<&'a str>, DetectionXmlError> {
        match self.element(field) {
            Some(element) if !element.children.is_empty() => Err(DetectionXmlError::NestedElements { field }),
            element => Ok(element.map(|element| element.text.as_str())),
        }
    }

    /// The text of `field`, which must be there; it may be empty.
    pub(super) fn required(&self, field: &'static str) -> Result<&'a str, DetectionXmlError> {
        self.text(field)?.ok_or_else(|| self.missing(field))
    }

    /// The value of `field` without the space around it; it must be there and not empty.
    pub(super) fn value(&self, field: &'static str) -> Result<&'a str, DetectionXmlError> {
        match self.required(field)?.trim_matches(is_space) {
            "" => Err(self.missing(field)),
            value => Ok(value),
        }
    }

    pub(super) fn missing(&self, field: &'static str) -> DetectionXmlError {
        DetectionXmlError::Missing { parent: self.parent, field }
    }
}
