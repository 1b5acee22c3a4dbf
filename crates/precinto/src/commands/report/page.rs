//! A page for people: one file of HTML that is also well-formed XML, with its style in it. It fetches nothing and runs nothing.

use super::words::{Caution, basis, clean};
use crate::output::Lang;
use precinto_audit::reciprocity::Basis;

/// The head of a page, its sections to follow.
pub(super) struct Head<'a> {
    /// The largest line, and the name of the window.
    pub(super) title: String,
    /// What it is about in a line: sides, period.
    pub(super) about: String,
    /// What it was made from.
    pub(super) log: &'a Basis,
    /// A word of warning that is not the audit's: that all of it is an exercise.
    pub(super) notice: Option<String>,
}

/// The whole page. `sections` is HTML.
pub(super) fn page(head: &Head<'_>, sections: &[String], lang: Lang) -> String {
    let code = lang.pick("en", "es");
    let title = escape(&head.title);
    let caution = Caution::of(head.log, lang).map_or_else(String::new, |caution| {
        let class = if caution.is_grave { "grave" } else { "doubt" };
        let lines: Vec<String> = caution.lines.iter().map(|line| escape(line)).collect();
        format!(
            "<div class=\"{class}\"><strong>{}</strong><br/>{}</div>\n",
            escape(caution.title),
            lines.join("<br/>")
        )
    });
    let notice = head.notice.as_deref();
    let notice = notice.map_or_else(String::new, |text| {
        format!("<div class=\"notice\">{}</div>\n", escape(text))
    });
    let verdict = if caution.is_empty() {
        format!(" {}", escape(clean(head.log, lang)))
    } else {
        String::new()
    };
    let root = head.log.root.as_deref().unwrap_or("–");
    let made = format!("{}.{verdict}", escape(&basis(head.log, lang)));
    let root_of = lang.pick("Root of the log", "Raíz de la bitácora");
    format!(
        "<!DOCTYPE html>\n<html lang=\"{code}\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p class=\"about\">{}</p>\n{caution}{notice}{}\n\
         <footer><p>{made}<br/>{root_of}: <code>{}</code></p></footer>\n</body>\n</html>\n",
        escape(&head.about),
        sections.join("\n"),
        escape(root),
    )
}

/// A section with its heading and a sentence on what it shows. `body` is HTML.
pub(super) fn section(title: &str, says: &str, body: &str) -> String {
    let says = if says.is_empty() {
        String::new()
    } else {
        format!("<p class=\"says\">{}</p>\n", escape(says))
    };
    format!(
        "<section>\n<h2>{}</h2>\n{says}{body}</section>",
        escape(title)
    )
}

/// Text that shows as it is.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No file of XML may hold them.
            _ if letter.is_control() => safe.push('\u{fffd}'),
            _ => safe.push(letter),
        }
    }
    safe
}

/// Colours that people who confuse red and green tell apart, and that print: the drawings carry their own.
const STYLE: &str = include_str!("page.css");
