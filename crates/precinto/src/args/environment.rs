//! What the environment says beyond the twins of flags: the locale, colour, how much the gateway's own log tells.

use std::env;

/// The locale that messages are wanted in; empty when nobody says.
pub(crate) fn locale() -> String {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let values = names.iter().filter_map(|name| env::var(name).ok());
    values
        .into_iter()
        .find(|value| !value.is_empty())
        .unwrap_or_default()
}

/// Whether colour is wanted where there is a terminal: `NO_COLOR` (no-color.org) and `TERM=dumb` say no.
pub(crate) fn wants_colour() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// How much the gateway's own log tells: `error`, `warn`, `info`, `debug` or `trace`.
pub(crate) fn log_level() -> Option<String> {
    env::var("PRECINTO_LOG").ok()
}

/// Whether this value of `--gateway` came from the environment.
pub(crate) fn is_inherited_gateway(gateway: &str) -> bool {
    env::var("PRECINTO_GATEWAY").is_ok_and(|value| value == gateway)
}

/// The language that `PRECINTO_LANG` asks for, before the arguments are read.
pub(crate) fn lang() -> Option<String> {
    env::var("PRECINTO_LANG").ok()
}

/// The arguments as they were typed.
pub(crate) fn arguments() -> impl Iterator<Item = String> {
    env::args_os().map(|one| one.to_string_lossy().into_owned())
}
