//! What is read, what is refused, and that nothing makes it panic.

use super::*;
use proptest::prelude::*;

const SMALL: &str = r#"<?xml version="1.0" encoding="UTF-8"?><!-- c --><a:W xmlns:a="x" xmlns="y">
  <ID>020-12345675</ID><P n="1 &amp; 2"><Name>R&amp;D &#x4d;&#233;xico</Name><Name><![CDATA[<b>]]></Name></P><E/></a:W>"#;

#[test]
fn a_tree_is_read_with_local_names() {
    let root = read(SMALL.as_bytes()).unwrap();
    assert_eq!(root.name, "W");
    assert_eq!(root.text_at("ID"), Some("020-12345675"));
    assert_eq!(root.text_at("P/Name"), Some("R&D México"));
    let names: Vec<_> = root
        .at("P")
        .unwrap()
        .all("Name")
        .map(Element::text)
        .collect();
    assert_eq!(names, [Some("R&D México"), Some("<b>")]);
    assert_eq!(root.at("P").unwrap().attribute("n"), Some("1 & 2"));
    assert_eq!(root.text_at("E"), None);
    assert_eq!(root.text_at("P/None/ID"), None);
}

#[test]
fn nothing_is_declared_expanded_or_fetched() {
    let bomb = r#"<!DOCTYPE a [<!ENTITY x "xxxxxxxx"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>"#;
    assert_eq!(read(bomb.as_bytes()), Err(XmlError::DocumentType));
    let outside = r#"<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#;
    assert_eq!(read(outside.as_bytes()), Err(XmlError::DocumentType));
    assert_eq!(read(b"<a>&x;</a>"), Err(XmlError::Entity));
    assert_eq!(read(b"<a b='&x;'/>"), Err(XmlError::Entity));
    assert_eq!(read(b"<a>&#0;</a>"), Err(XmlError::Entity));
}

#[test]
fn limits_hold() {
    let deep = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    assert!(read(deep(DEPTH_MAX).as_bytes()).is_ok());
    assert_eq!(
        read(deep(DEPTH_MAX + 1).as_bytes()),
        Err(XmlError::Limit("levels"))
    );
    assert_eq!(
        read("<a>".repeat(1_000_000).as_bytes()),
        Err(XmlError::Limit("levels"))
    );
    let wide = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_MAX));
    assert_eq!(read(wide.as_bytes()), Err(XmlError::Limit("elements")));
    let many: String =
        (0..=ATTRIBUTES_MAX).fold(String::new(), |all, n| all + &format!(" b{n}='1'"));
    assert_eq!(
        read(format!("<a{many}/>").as_bytes()),
        Err(XmlError::Limit("attributes"))
    );
    assert_eq!(read(&vec![b' '; FILE_BYTES_MAX + 1]), Err(XmlError::Size));
}

#[test]
fn what_is_no_xml_is_refused() {
    for bad in [
        "",
        "x",
        "<a>",
        "</a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>x",
        "<a b=1/>",
        "<a b='1' b='2'/>",
        "&amp;",
    ] {
        assert!(read(bad.as_bytes()).is_err(), "{bad:?}");
    }
    assert_eq!(read(b"<a>\xff</a>"), Err(XmlError::Encoding));
    let latin = br#"<?xml version="1.0" encoding="ISO-8859-1"?><a/>"#;
    assert_eq!(read(latin), Err(XmlError::Encoding));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        drop(read(&bytes));
    }

    #[test]
    fn no_mutilation_makes_it_panic(
        at in 0..SMALL.len(),
        length in 0..32_usize,
        with in "[<>/&;=\"'a-z!\\[\\]?-]{0,8}",
    ) {
        let mut bytes = SMALL.as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, with.into_bytes());
        drop(read(&bytes));
    }
}
