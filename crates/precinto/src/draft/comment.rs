//! What the contract says about its own fields: the comments of the `.proto` files, because the descriptors carry none.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The files that drafts are written in.
const FILES: [&str; 13] = [
    include_str!("../../../../proto/precinto/v1/body.proto"),
    include_str!("../../../../proto/precinto/v1/code.proto"),
    include_str!("../../../../proto/precinto/v1/firearm.proto"),
    include_str!("../../../../proto/precinto/v1/fuel.proto"),
    include_str!("../../../../proto/precinto/v1/measure.proto"),
    include_str!("../../../../proto/precinto/v1/party.proto"),
    include_str!("../../../../proto/precinto/v1/reason.proto"),
    include_str!("../../../../proto/precinto/v1/route.proto"),
    include_str!("../../../../proto/precinto/v1/shipment.proto"),
    include_str!("../../../../proto/precinto/v1/statement.proto"),
    include_str!("../../../../proto/precinto/v1/substance.proto"),
    include_str!("../../../../proto/precinto/v1/suspicion.proto"),
    include_str!("../../../../proto/precinto/v1/text.proto"),
];

/// The comment of a message or an enum, or of one field: `Shipment`, `Shipment.pieces`.
pub(super) fn of(name: &str) -> Option<&'static str> {
    static ALL: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let all = ALL.get_or_init(|| FILES.into_iter().flat_map(read).collect());
    all.get(name).map(String::as_str)
}

/// Every name of one file with its comment. The files are our own: one declaration a line, its comment above it.
fn read(file: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut comment = String::new();
    let mut inside: Option<&str> = None;
    for line in file.lines().map(str::trim) {
        if let Some(said) = line.strip_prefix("//") {
            if !comment.is_empty() {
                comment.push(if said.trim().is_empty() { '\n' } else { ' ' });
            }
            comment.push_str(said.trim());
            continue;
        }
        let said = std::mem::take(&mut comment);
        if let Some(name) = declared(line) {
            inside = Some(name);
            found.push((name.to_owned(), said));
        } else if let (Some(outer), Some(field)) = (inside, field(line)) {
            found.push((format!("{outer}.{field}"), said));
        }
        if line.ends_with('}') {
            inside = None;
        }
    }
    found
}

/// `message X {` and `enum X {`.
fn declared(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix("message ")
        .or_else(|| line.strip_prefix("enum "))?;
    rest.split_whitespace().next()
}

/// The name in `repeated Type name = 1;`.
fn field(line: &str) -> Option<&str> {
    let (declaration, _) = line.split_once(" = ")?;
    declaration.split_whitespace().last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_found_by_name() {
        assert_eq!(
            of("Place.airport"),
            Some("Airport: IATA three letters or ICAO four.")
        );
        assert!(of("Shipment").unwrap().starts_with("One shipment."));
        assert!(of("ActionCode.ACTION_CODE_HOLD").is_some());
        assert_eq!(of("Shipment.nothing"), None);
    }
}
