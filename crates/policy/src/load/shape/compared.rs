//! What is compared is of one kind. Cedar takes `principal == Side::"…"` for false without a word, and does not look at what hangs on
//! it: as half of a condition it would vanish.

use super::{Here, Rule};
use crate::load::fault::Kind;
use crate::load::token::Token;
use crate::schema::TYPES;

/// The left side of a comparison whose right side is still being read.
#[derive(Clone, Copy)]
pub(super) struct Compared<'a> {
    sign: &'a str,
    kind: Option<&'a str>,
    is_name: bool,
}

/// What is wrong with the comparison that begins or ends here.
pub(super) fn compared<'a>(here: &Here<'a>, rule: &mut Rule<'a>) -> Option<Kind> {
    let ends = !matches!(here.next, Some(Token::Sign("." | "::")));
    match here.token {
        Token::Sign(sign @ ("==" | "!=")) | Token::Word(sign @ "in") => {
            let (kind, is_name) = match here.before {
                [Some(Token::Text(_)), _, Some(Token::Word(kind))] => (Some(kind), true),
                [Some(Token::Word(word)), ..] => (TYPES.get(word).copied(), false),
                _ => return Some(of_schema(&format!("{sign} stands between facts and names"))),
            };
            if matches!(here.next, Some(Token::Sign("(" | "!" | "{"))) {
                return Some(of_schema(&format!("{sign} stands between facts and names")));
            }
            rule.compared = Some(Compared {
                sign,
                kind,
                is_name,
            });
            None
        }
        Token::Text(name) => {
            let [_, Some(Token::Word(kind)), _] = here.before else {
                return None;
            };
            let left = rule.compared?;
            if !rule.in_list {
                rule.compared = None;
            }
            if left.is_name {
                return Some(of_schema("two names are compared, and no fact"));
            }
            if (kind, name) == ("Action", "Obtain") && left.sign != "in" {
                return Some(of_schema(
                    "no action is Obtain; two are in it: action in Action::\"Obtain\"",
                ));
            }
            left.differs(kind)
        }
        Token::Word(word) if ends && !rule.in_list => {
            let left = rule.compared.take()?;
            left.differs(TYPES.get(word)?)
        }
        Token::Sign("]") => {
            rule.compared = None;
            None
        }
        _ => None,
    }
}

impl Compared<'_> {
    fn differs(self, kind: &str) -> Option<Kind> {
        let left = self.kind?;
        let sound = match self.sign {
            "in" => {
                let of_set = kind
                    .strip_prefix("Set<")
                    .and_then(|of| of.strip_suffix('>'));
                let of = of_set.unwrap_or(kind);
                of == left || (left, of) == ("Agency", "Side")
            }
            _ => kind == left,
        };
        if sound {
            return None;
        }
        let sign = self.sign;
        Some(of_schema(&format!(
            "{left} {sign} {kind} is never true, or always"
        )))
    }
}

fn of_schema(cause: &str) -> Kind {
    let cause = cause.to_owned();
    Kind::Schema { cause }
}
