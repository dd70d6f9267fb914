//! A small XML tree, bounded before it grows. Knows XML and the root's name, and nothing else of Detection.xml.

use super::error::{DetectionXmlError, shown};
use quick_xml::Reader;
use quick_xml::errors::Error as XmlError;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use zeroize::Zeroizing;

const DEPTH_LIMIT: usize = 8;
const ELEMENT_LIMIT: usize = 1_024;
/// Also keeps the search for duplicate attributes, which compares each with all, short.
const ATTRIBUTE_LIMIT: usize = 32;
const NAME_LIMIT: usize = 64;

/// An element with all that is in it.
#[derive(Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    /// All text directly in it, in one; may be a key.
    pub(super) text: Zeroizing<String>,
}

/// A well-formed document, of which the root and the declaration are kept.
pub(super) struct Document {
    pub(super) root: Element,
    pub(super) has_declaration: bool,
}

/// True for characters that XML 1.0 can hold.
pub(super) fn is_xml_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// Parses `text`, whose root must be `root`.
pub(super) fn parse(text: &str, root: &'static str) -> Result<Document, DetectionXmlError> {
    // Checked over the whole text first: quick-xml lets characters through that XML forbids.
    if let Some(character) = text.chars().find(|character| !is_xml_character(*character)) {
        return Err(DetectionXmlError::Character { code: character.into() });
    }
    let mut reader = Reader::from_str(text);
    // `<Name />` comes as a start and an end, so that there is one way for an element to begin.
    reader.config_mut().expand_empty_elements = true;
    let mut builder = Builder::new(root);
    loop {
        builder.offset = reader.buffer_position();
        match reader.read_event() {
            Ok(Event::Eof) => return builder.finish(),
            Ok(event) => builder.take(event)?,
            Err(error) => return Err(not_well_formed(&error, reader.error_position())),
        }
    }
}

/// The parser's own messages quote the document, which holds keys, so only the rule that was broken is reported.
fn not_well_formed(error: &XmlError, offset: u64) -> DetectionXmlError {
    let reason = match error {
        XmlError::Syntax(_) => "a tag, comment or section is not closed",
        XmlError::IllFormed(_) => "a tag has no counterpart, or a reference is not closed",
        XmlError::InvalidAttr(_) => "an attribute is malformed or doubled",
        _ => "it cannot be parsed",
    };
    DetectionXmlError::NotWellFormed { offset, reason }
}

struct Builder {
    expected_root: &'static str,
    /// Elements that are not closed yet, outermost first.
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
    events: usize,
    has_declaration: bool,
    /// Where the current event begins.
    offset: u64,
}

impl Builder {
    fn new(expected_root: &'static str) -> Self {
        let open = Vec::with_capacity(DEPTH_LIMIT);
        Self { expected_root, open, root: None, elements: 0, events: 0, has_declaration: false, offset: 0 }
    }

    fn take(&mut self, event: Event<'_>) -> Result<(), DetectionXmlError> {
        self.events += 1;
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::Empty(tag) => self.start(&tag).map(|()| self.end()),
            Event::End(_) => {
                self.end();
                Ok(())
            }
            // Forbidden in text by XML 1.0; readers that let it pass disagree about where a section ends.
            Event::Text(text) if text.contains("]]>") => Err(self.fault("]]> stands in text")),
            Event::Text(text) => self.text(&Zeroizing::new(text.xml10_content().into_owned())),
            Event::CData(data) => self.text(&Zeroizing::new(data.xml10_content().into_owned())),
            Event::GeneralRef(reference) => self.reference(&reference),
            Event::Decl(declaration) => self.declaration(&declaration),
            // The only way to entities of a document's own, and so to documents that grow when they are read.
            Event::DocType(_) => Err(DetectionXmlError::Doctype),
            Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn fault(&self, reason: &'static str) -> DetectionXmlError {
        DetectionXmlError::NotWellFormed { offset: self.offset, reason }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), DetectionXmlError> {
        let name = self.name(tag.name().0)?;
        if self.open.is_empty() {
            if self.root.is_some() {
                return Err(DetectionXmlError::SecondRoot { name: shown(&name) });
            }
            if name != self.expected_root {
                return Err(DetectionXmlError::WrongRoot { name: shown(&name) });
            }
        }
        // Microsoft's documents have three levels. Elements are dropped one inside the other, so without a
        // bound a document of nothing but opening tags would end the stack.
        if self.open.len() == DEPTH_LIMIT {
            return Err(DetectionXmlError::TooDeep { limit: DEPTH_LIMIT });
        }
        self.elements += 1;
        if self.elements > ELEMENT_LIMIT {
            return Err(DetectionXmlError::TooMany { what: "elements", limit: ELEMENT_LIMIT });
        }
        let attributes = self.attributes(tag)?;
        self.open.push(Element { name, attributes, ..Element::default() });
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn name(&self, name: &str) -> Result<String, DetectionXmlError> {
        let begins = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
        let is_name =
            begins && name.chars().all(|character| character.is_alphanumeric() || "_-.:".contains(character));
        if !is_name {
            return Err(self.fault("what follows < is not a name"));
        }
        if name.len() > NAME_LIMIT {
            return Err(self.fault("a name is longer than 64 bytes"));
        }
        Ok(name.to_owned())
    }

    fn attributes(&self, tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, DetectionXmlError> {
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|_| self.fault("an attribute is malformed or doubled"))?;
            if attributes.len() == ATTRIBUTE_LIMIT {
                return Err(DetectionXmlError::TooMany {
                    what: "attributes of one element",
                    limit: ATTRIBUTE_LIMIT,
                });
            }
            if attribute.value.contains('<') {
                return Err(self.fault("< stands in an attribute"));
            }
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|_| DetectionXmlError::Entity { offset: self.offset })?;
            if let Some(character) = value.chars().find(|character| !is_xml_character(*character)) {
                return Err(DetectionXmlError::Character { code: character.into() });
            }
            attributes.push((attribute.key.0.to_owned(), value.into_owned()));
        }
        Ok(attributes)
    }

    fn text(&mut self, text: &str) -> Result<(), DetectionXmlError> {
        match self.open.last_mut() {
            Some(element) => {
                append(&mut element.text, text);
                Ok(())
            }
            None if text.trim_matches(is_space).is_empty() => Ok(()),
            None => Err(DetectionXmlError::TextOutsideRoot { offset: self.offset }),
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), DetectionXmlError> {
        if self.open.is_empty() {
            return Err(DetectionXmlError::TextOutsideRoot { offset: self.offset });
        }
        let character = match &**reference {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => reference
                .resolve_char_ref()
                .map_err(|_| self.fault("a reference names no character"))?
                .ok_or(DetectionXmlError::Entity { offset: self.offset })?,
        };
        if !is_xml_character(character) {
            return Err(DetectionXmlError::Character { code: character.into() });
        }
        self.text(character.encode_utf8(&mut [0; 4]))
    }

    fn declaration(&mut self, declaration: &BytesDecl<'_>) -> Result<(), DetectionXmlError> {
        // XML allows nothing before the declaration, not even a comment or a space.
        if self.events != 1 {
            return Err(self.fault("the declaration is not at the beginning"));
        }
        if !declaration.version().is_ok_and(|version| version == "1.0") {
            return Err(DetectionXmlError::Version);
        }
        // US-ASCII is a part of UTF-8; every other encoding would need another reader.
        let is_utf8 =
            |name: &str| name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("us-ascii");
        match declaration.encoding() {
            Some(encoding) if !encoding.as_ref().is_ok_and(|name| is_utf8(name)) => {
                return Err(DetectionXmlError::Encoding);
            }
            _ => self.has_declaration = true,
        }
        Ok(())
    }

    fn finish(self) -> Result<Document, DetectionXmlError> {
        if !self.open.is_empty() {
            return Err(self.fault("it ends before its elements do"));
        }
        let root = self.root.ok_or(DetectionXmlError::NoRoot)?;
        Ok(Document { root, has_declaration: self.has_declaration })
    }
}

/// XML's white space; Unicode's other spaces are text.
pub(super) const fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// Appends without leaving a copy behind: `String::push_str` frees the old allocation unwiped.
fn append(text: &mut Zeroizing<String>, more: &str) {
    if text.capacity() - text.len() < more.len() {
        let capacity = (text.len() + more.len()).max(2 * text.capacity());
        let mut grown = Zeroizing::new(String::with_capacity(capacity));
        grown.push_str(text);
        *text = grown;
    }
    text.push_str(more);
}
