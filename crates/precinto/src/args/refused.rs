//! Wrong usage, said in Spanish: what the parser of arguments says in English alone.

use crate::output::Lang;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// The language that a person has asked for, as far as arguments that could not be read show it; else the environment's.
pub(crate) fn lang_of(arguments: impl Iterator<Item = String>) -> Lang {
    let mut wanted = super::environment::lang();
    let mut is_value = false;
    for argument in arguments {
        let value = argument.strip_prefix("--lang=").map(str::to_owned);
        if let Some(value) = value.or_else(|| is_value.then(|| argument.clone())) {
            wanted = Some(value);
        }
        is_value = argument == "--lang";
    }
    match wanted.as_deref() {
        Some("es") => Lang::Es,
        Some("en") => Lang::En,
        _ => Lang::from_locale(),
    }
}

/// What is wrong, in Spanish; `None` for what is no mistake, as help is, or is a rare one.
pub(crate) fn in_spanish(error: &Error) -> Option<String> {
    let of = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let argument = of(ContextKind::InvalidArg);
    let value = of(ContextKind::InvalidValue).filter(|value| !value.is_empty());
    let (what, meant) = match error.kind() {
        ErrorKind::UnknownArgument => (
            format!("no existe la opción {}", argument?),
            of(ContextKind::SuggestedArg),
        ),
        ErrorKind::InvalidSubcommand => (
            format!(
                "no existe el comando {}",
                of(ContextKind::InvalidSubcommand)?
            ),
            of(ContextKind::SuggestedSubcommand),
        ),
        ErrorKind::MissingRequiredArgument => (format!("falta {}", argument?), None),
        ErrorKind::ArgumentConflict => (
            format!(
                "{} no se puede usar junto con {}",
                argument?,
                of(ContextKind::PriorArg)?
            ),
            None,
        ),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let there_are = of(ContextKind::ValidValue).filter(|all| !all.is_empty());
            let there_are = there_are.map_or_else(String::new, |all| format!("; hay: {all}"));
            let argument = argument?;
            let what = match value {
                Some(value) => format!("{argument} no admite \"{value}\"{there_are}"),
                None => format!("{argument} necesita un valor{there_are}"),
            };
            (what, of(ContextKind::SuggestedValue))
        }
        _ => return None,
    };
    let mut said = vec![format!("error: {what}")];
    if let Some(meant) = meant {
        said.push(format!("  ¿quiso decir {meant}?"));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string().replace("Usage:", "Uso:");
        said.push(format!("\n{}", usage.trim_end()));
    }
    said.push("\nMás: agregue --help (en inglés)\n".to_owned());
    Some(said.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use clap::Parser as _;

    #[test]
    fn what_is_typed_wrong_is_said_in_spanish() {
        let said = |line: &str| {
            let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
            in_spanish(&error).unwrap_or_default()
        };
        let cases = [
            ("precinto sned", "no existe el comando sned", "send"),
            (
                "precinto list --stat open",
                "no existe la opción --stat",
                "--state",
            ),
            ("precinto log prove --node x", "falta", "--index"),
            ("precinto list -o xml", "no admite \"xml\"", "json"),
            ("precinto list --limit 0", "no admite \"0\"", "--limit"),
            ("precinto list --limit", "necesita un valor", "--limit"),
            (
                "precinto doctor --node a --config b",
                "no se puede usar junto con",
                "--node",
            ),
        ];
        for (line, what, also) in cases {
            let text = said(line);
            assert!(text.contains(what) && text.contains(also), "{line}: {text}");
        }
        assert_eq!(said("precinto --help"), "");
    }

    #[test]
    fn the_language_is_known_before_the_arguments_are() {
        let lang = |line: &str| lang_of(line.split(' ').map(str::to_owned));
        assert_eq!(lang("precinto --lang es sned"), Lang::Es);
        assert_eq!(lang("precinto sned --lang=en"), Lang::En);
    }
}
