//! A small tree of an XML file that somebody else wrote: within limits, without document types, and nothing from outside.
//!
//! Names are local names: Cargo-XML writers choose their prefixes freely, and no message here mixes two vocabularies.
//! Entities other than the five of XML and character references are refused, so is every `<!DOCTYPE`: nothing can be
//! declared, expanded or fetched. Comments and processing instructions are skipped.

use crate::exit::Text;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::io::Read as _;
use std::path::Path;

/// The largest file that is read. The real ones are of kilobytes.
pub(crate) const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Elements in one file.
const ELEMENTS_MAX: usize = 200_000;
/// Elements within each other; Cargo-XML needs about ten.
const DEPTH_MAX: usize = 64;
/// Attributes of one element.
const ATTRIBUTES_MAX: usize = 64;

/// One element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its name without prefix.
    pub(crate) name: String,
    /// Its attributes, names without prefix.
    attributes: Vec<(String, String)>,
    /// All text directly inside.
    text: String,
    /// The elements directly inside, in their order.
    children: Vec<Self>,
}

/// Why a file is not read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum XmlError {
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("larger than 8 MiB")]
    Size,
    /// Not UTF-8, or it says that it is not.
    #[error("not UTF-8")]
    Encoding,
    /// It declares a document type.
    #[error("a document type is declared; none is accepted")]
    DocumentType,
    /// An entity that XML itself does not define.
    #[error("an entity that XML does not define")]
    Entity,
    /// More elements, attributes or levels than any waybill has.
    #[error("more {0} than any waybill has")]
    Limit(&'static str),
    /// Not well-formed.
    #[error("not well-formed XML, at byte {at}: {what}")]
    Form {
        /// About where.
        at: u64,
        /// What the reader says.
        what: String,
    },
}

impl XmlError {
    /// The same in both languages; what the reader says of the form stays English.
    pub(crate) fn text(&self) -> Text {
        let es = match self {
            Self::Size => "más de 8 MiB".to_owned(),
            Self::Encoding => "no está en UTF-8".to_owned(),
            Self::DocumentType => "declara un tipo de documento; no se acepta ninguno".to_owned(),
            Self::Entity => "una entidad que XML no define".to_owned(),
            Self::Limit(what) => format!("más {what} que ninguna guía", what = plural_es(what)),
            Self::Form { at, what } => format!("XML mal formado, en el byte {at}: {what}"),
        };
        (self.to_string(), es).into()
    }
}

/// What is counted, in Spanish.
fn plural_es(what: &str) -> &str {
    match what {
        "elements" => "elementos",
        "levels" => "niveles",
        "roots" => "raíces",
        "attributes" => "atributos",
        other => other,
    }
}

impl Element {
    /// The first element inside with this name, or along this path of names: `A/B/C`.
    pub(crate) fn at(&self, path: &str) -> Option<&Self> {
        path.split('/')
            .try_fold(self, |inside, name| inside.all(name).next())
    }

    /// All elements directly inside with this name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// All elements directly inside, in their order.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Self> {
        self.children.iter()
    }

    /// The text at a path, without blanks around it; `None` when there is none.
    pub(crate) fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path).and_then(Self::text)
    }

    /// Its own text, without blanks around it; `None` when there is none.
    pub(crate) fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    /// An attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim())
    }
}

/// The bytes of a file, at most one more than is read, whatever the file says of its size.
pub(crate) fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let file = std::fs::File::open(path)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a whole file; gives its root element.
pub(crate) fn read(bytes: &[u8]) -> Result<Element, XmlError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(XmlError::Size);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| XmlError::Encoding)?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut tree = Tree::default();
    loop {
        let event = reader.read_event();
        let at = reader.buffer_position();
        let form = |what: &dyn std::fmt::Display| XmlError::Form {
            at,
            what: what.to_string(),
        };
        match event.map_err(|error| form(&error))? {
            Event::Start(start) => tree.open(element(&start).map_err(|error| error.at(at))?)?,
            Event::Empty(start) => {
                tree.open(element(&start).map_err(|error| error.at(at))?)?;
                tree.close()
                    .ok_or_else(|| form(&"an end without a beginning"))?;
            }
            Event::End(_) => tree
                .close()
                .ok_or_else(|| form(&"an end without a beginning"))?,
            Event::Text(words) => {
                let words = words.xml10_content().map_err(|_| XmlError::Encoding)?;
                tree.words(&words)
                    .ok_or_else(|| form(&"text outside the root"))?;
            }
            Event::CData(words) => {
                let words = words.xml10_content().map_err(|_| XmlError::Encoding)?;
                tree.words(&words)
                    .ok_or_else(|| form(&"text outside the root"))?;
            }
            Event::GeneralRef(entity) => {
                let letter = letter(&entity)?;
                tree.words(letter.encode_utf8(&mut [0; 4]))
                    .ok_or_else(|| form(&"text outside the root"))?;
            }
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().and_then(Result::ok);
                let known = |name: &[u8]| {
                    name.eq_ignore_ascii_case(b"utf-8") || name.eq_ignore_ascii_case(b"us-ascii")
                };
                if encoding.is_some_and(|name| !known(&name)) {
                    return Err(XmlError::Encoding);
                }
            }
            Event::DocType(_) => return Err(XmlError::DocumentType),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return tree.finish().ok_or_else(|| form(&"it ends too early")),
        }
    }
}

/// The tree while it grows.
#[derive(Default)]
struct Tree {
    /// Elements that are not closed yet, outermost first.
    open: Vec<Element>,
    /// The root, once it is closed.
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn open(&mut self, element: Element) -> Result<(), XmlError> {
        self.elements += 1;
        if self.elements > ELEMENTS_MAX {
            return Err(XmlError::Limit("elements"));
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(XmlError::Limit("levels"));
        }
        if self.root.is_some() {
            return Err(XmlError::Limit("roots"));
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Option<()> {
        let done = self.open.pop()?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
        Some(())
    }

    fn words(&mut self, words: &str) -> Option<()> {
        match self.open.last_mut() {
            Some(inside) => inside.text.push_str(words),
            None if words.trim().is_empty() => {}
            None => return None,
        }
        Some(())
    }

    fn finish(self) -> Option<Element> {
        self.root.filter(|_| self.open.is_empty())
    }
}

/// What is wrong with a start tag; where is known one level up.
enum TagError {
    Attributes,
    Form(String),
    Encoding,
    Entity,
}

impl TagError {
    fn at(self, at: u64) -> XmlError {
        match self {
            Self::Attributes => XmlError::Limit("attributes"),
            Self::Form(what) => XmlError::Form { at, what },
            Self::Encoding => XmlError::Encoding,
            Self::Entity => XmlError::Entity,
        }
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, TagError> {
    let local = |name: &[u8]| {
        let text = std::str::from_utf8(name).map_err(|_| TagError::Encoding)?;
        Ok(text.to_owned())
    };
    let mut element = Element {
        name: local(start.local_name().as_ref())?,
        ..Element::default()
    };
    for (count, attribute) in start.attributes().enumerate() {
        if count >= ATTRIBUTES_MAX {
            return Err(TagError::Attributes);
        }
        let attribute = attribute.map_err(|error| TagError::Form(error.to_string()))?;
        let value = std::str::from_utf8(&attribute.value).map_err(|_| TagError::Encoding)?;
        let value = quick_xml::escape::unescape(value).map_err(|_| TagError::Entity)?;
        let name = local(attribute.key.local_name().as_ref())?;
        element.attributes.push((name, value.into_owned()));
    }
    Ok(element)
}

/// A character reference, or one of the five entities of XML 1.0, section 4.6.
fn letter(entity: &BytesRef<'_>) -> Result<char, XmlError> {
    if let Some(letter) = entity.resolve_char_ref().map_err(|_| XmlError::Entity)? {
        return Ok(letter);
    }
    match &**entity {
        b"amp" => Ok('&'),
        b"lt" => Ok('<'),
        b"gt" => Ok('>'),
        b"apos" => Ok('\''),
        b"quot" => Ok('"'),
        _ => Err(XmlError::Entity),
    }
}

#[cfg(test)]
mod tests;
