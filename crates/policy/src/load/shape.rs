//! What a policy's text may be made of: a closed list, held against our own tokens before Cedar sees the text.
//!
//! The text may be the other side's, and Cedar knows much more than a rule about coded facts has a use for. Its parser, its checks and
//! its evaluator call themselves for each level of a rule; it checks one branch of an `if` twice, so that forty of them within each
//! other take days; `like` compares long texts anew for each question; and what stands behind a `has` that can never hold is not
//! looked at, so that a misspelt name there would make half a forbid vanish. What is not in the list is refused with its place.

use std::ops::Range;

use super::fault::Kind;
use super::found::Found;
use super::hidden::hidden;
use super::names::misnamed;
use super::token::{Token, Tokens};
use crate::limits::{FAULTS_MAX, NAMES_MAX, NESTING_MAX, OPERATORS_MAX, RULES_MAX, WORDS_MAX};
use crate::schema::{OPTIONAL, TYPES};
use compared::{Compared, compared};

mod compared;

/// A text as far as its shape tells.
#[derive(Default)]
pub(super) struct Shape {
    /// What is wrong, of each rule what comes first, at most [`FAULTS_MAX`]. Cedar does not get to see such a text.
    pub(super) faults: Vec<Found>,
    /// Names that are none.
    pub(super) misnamed: Vec<Found>,
    /// Where a rule asks for what no part of the schema has, at most [`FAULTS_MAX`]. Cedar says it better, where it looks.
    pub(super) unknown: Vec<Found>,
    /// Where each rule stands, from its first letter to its semicolon.
    pub(super) rules: Vec<Range<usize>>,
    names: usize,
    words: usize,
}

/// The words of a rule, apart from names of kinds and of facts.
const WORDS: [&str; 10] = [
    "permit",
    "forbid",
    "when",
    "unless",
    "principal",
    "action",
    "resource",
    "context",
    "in",
    "has",
];

/// What a set can be asked.
const OF_SETS: [&str; 4] = ["contains", "containsAll", "containsAny", "isEmpty"];

/// Words that may stand before a bracket. Any other calls a function of Cedar's extensions: addresses, decimals, times.
const BEFORE_BRACKET: [&str; 5] = ["permit", "forbid", "in", "when", "unless"];

/// What was read of the rule that is being read.
#[derive(Default)]
struct Rule<'a> {
    start: Option<usize>,
    id: Option<&'a str>,
    depth: usize,
    operators: usize,
    in_list: bool,
    compared: Option<Compared<'a>>,
    told: bool,
}

/// A token between its neighbours.
struct Here<'a> {
    /// The three before it, the last one first.
    before: [Option<Token<'a>>; 3],
    token: Token<'a>,
    next: Option<Token<'a>>,
}

impl Shape {
    /// Of this text.
    pub(super) fn of(text: &str) -> Self {
        let mut shape = Self::default();
        let unseen = hidden(text).take(FAULTS_MAX);
        shape.faults = unseen.map(|at| Found::at(at, Kind::Hidden)).collect();
        if !shape.faults.is_empty() {
            return shape;
        }
        let mut tokens = Tokens::of(text).peekable();
        let (mut before, mut rule) = ([None; 3], Rule::default());
        while let Some((at, token)) = tokens.next() {
            let next = tokens.peek().map(|(_, next)| *next);
            let here = Here {
                before,
                token,
                next,
            };
            rule.start.get_or_insert(at);
            let wrong = shape.wrong(at, &here, &mut rule);
            if let Some(kind) = wrong.filter(|_| !rule.told) {
                rule.told = true;
                shape.faults.push(Found::at(at, kind).of(rule.id));
            }
            if shape.faults.len() >= FAULTS_MAX {
                return shape;
            }
            if token == Token::Sign(";") && rule.depth == 0 {
                let start = rule.start.unwrap_or(at);
                shape.rules.push(start..at + 1);
                rule = Rule::default();
            }
            let [last, second, _] = before;
            before = [Some(token), last, second];
        }
        let rules = shape.rules.len();
        if rules > RULES_MAX {
            let too_many = Found::at(0, Kind::TooMany { rules });
            shape.faults.push(too_many);
        }
        shape
    }

    /// What is wrong with this token, where it stands.
    fn wrong<'a>(&mut self, at: usize, here: &Here<'a>, rule: &mut Rule<'a>) -> Option<Kind> {
        let is_word = matches!(here.token, Token::Word(_));
        self.words += usize::from(is_word);
        let wrong = match here.token {
            Token::Word(word) => self.of_word(at, word, here, rule),
            Token::Text(text) => self.of_text(at, text, here, rule),
            Token::Sign(sign) => of_sign(sign, here, rule),
            Token::Other('+' | '-' | '*') => Some(Kind::Arithmetic),
            Token::Other('?') => Some(Kind::Template),
            Token::Other(letter) => Some(not_listed(letter.encode_utf8(&mut [0; 4]))),
        };
        if rule.depth > NESTING_MAX || rule.operators > OPERATORS_MAX {
            return Some(Kind::TooDeep);
        }
        let wrong = wrong.or_else(|| compared(here, rule));
        // Told once, not for every word that follows.
        if is_word && self.words == WORDS_MAX + 1 {
            return Some(Kind::TooMuch);
        }
        wrong
    }

    fn of_word(
        &mut self,
        at: usize,
        word: &str,
        here: &Here<'_>,
        rule: &mut Rule<'_>,
    ) -> Option<Kind> {
        let [last, second, third] = here.before;
        let is_called = here.next == Some(Token::Sign("("));
        let called = || {
            let name = short(word);
            Some(Kind::Extension { name })
        };
        match last {
            Some(Token::Sign("@")) if word == "id" => return None,
            Some(Token::Sign("@")) => return Some(not_listed(&format!("@{word}"))),
            Some(Token::Word("has")) => {
                let is_of_message =
                    second == Some(Token::Word("resource")) && third != Some(Token::Sign("."));
                let goes_on = here.next == Some(Token::Sign("."));
                let sound = is_of_message && !goes_on && OPTIONAL.contains(word);
                return (!sound).then_some(Kind::Has);
            }
            Some(Token::Sign(".")) => {
                if is_called {
                    return if OF_SETS.contains(&word) {
                        None
                    } else {
                        called()
                    };
                }
                let is_attribute = TYPES.contains_key(word) && !WORDS.contains(&word);
                if !is_attribute && self.unknown.len() < FAULTS_MAX {
                    let cause = short(word);
                    let unknown = Found::at(at, Kind::Schema { cause });
                    self.unknown.push(unknown.of(rule.id));
                }
                return None;
            }
            _ => {}
        }
        if here.next == Some(Token::Sign("::")) {
            return None;
        }
        if rule.in_list {
            return Some(Kind::List);
        }
        rule.operators += usize::from(matches!(word, "has" | "in" | "when" | "unless"));
        if is_called && !BEFORE_BRACKET.contains(&word) {
            return called();
        }
        if WORDS.contains(&word) {
            None
        } else {
            Some(not_listed(word))
        }
    }

    fn of_text<'a>(
        &mut self,
        at: usize,
        text: &'a str,
        here: &Here<'_>,
        rule: &mut Rule<'a>,
    ) -> Option<Kind> {
        if text.contains('\\') {
            return Some(not_listed("\\"));
        }
        match here.before {
            [Some(Token::Sign("::")), kind, _] => {
                self.names += 1;
                if self.names == NAMES_MAX + 1 {
                    return Some(Kind::TooMuch);
                }
                let Some(Token::Word(kind)) = kind else {
                    return None;
                };
                if let Some(wrong) = misnamed(kind, text)
                    && self.misnamed.len() < NAMES_MAX
                {
                    self.misnamed.push(Found::at(at, wrong).of(rule.id));
                }
                None
            }
            [
                Some(Token::Sign("(")),
                Some(Token::Word("id")),
                Some(Token::Sign("@")),
            ] => {
                rule.id = Some(text).filter(|id| !id.is_empty());
                None
            }
            _ => Some(not_listed("\"…\"")),
        }
    }
}

fn of_sign(sign: &str, here: &Here<'_>, rule: &mut Rule<'_>) -> Option<Kind> {
    match sign {
        "]" => rule.in_list = false,
        "," | "::" => {}
        // Names only, so that what is built anew for each question is counted where names are.
        _ if rule.in_list => return Some(Kind::List),
        "(" => rule.depth += 1,
        "[" => {
            rule.depth += 1;
            rule.in_list = true;
        }
        "{" => {
            rule.depth += 1;
            let [last, ..] = here.before;
            if !matches!(last, Some(Token::Word("when" | "unless"))) {
                return Some(not_listed("{ }"));
            }
        }
        "." | "&&" | "||" | "!" | "==" | "!=" => rule.operators += 1,
        _ => {}
    }
    if matches!(sign, ")" | "]" | "}") {
        rule.depth = rule.depth.saturating_sub(1);
    }
    None
}

fn not_listed(what: &str) -> Kind {
    let what = short(what);
    Kind::Useless { what }
}

/// A sentence has room for the beginning of a word.
fn short(word: &str) -> String {
    word.chars().take(32).collect()
}

#[cfg(test)]
mod tests;
