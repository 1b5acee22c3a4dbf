//! News of an agent: an object for machines, a line for people; never the content of a message.

use crate::output::{Lang, Output, printable};
use serde::Serialize;

/// One piece of news.
#[derive(Debug, Default, Serialize)]
pub(super) struct Notice {
    schema: &'static str,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_in_ms: Option<u128>,
    /// For people.
    #[serde(skip)]
    text: String,
}

impl Notice {
    /// News of this kind; `said` is what people read first, in English and in Spanish.
    pub(super) fn of(event: &'static str, lang: Lang, said: (&str, &str)) -> Self {
        Self {
            schema: "precinto.node.event/v1",
            event,
            text: lang.pick(said.0, said.1).to_owned(),
            ..Self::default()
        }
    }

    /// About an entry of the log.
    pub(super) fn entry(mut self, index: u64) -> Self {
        self.index = Some(index);
        self.add(&index.to_string());
        self
    }

    /// About a message.
    pub(super) fn message(mut self, id: impl std::fmt::Display) -> Self {
        self.message_id = Some(id.to_string());
        self.add(&id.to_string());
        self
    }

    /// With a coded reason.
    pub(super) fn reason(mut self, reason: Option<&str>) -> Self {
        if let Some(reason) = reason {
            self.reason = Some(reason.to_owned());
            self.add(reason);
        }
        self
    }

    /// With more to say.
    pub(super) fn detail(mut self, detail: impl std::fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self.add(&detail.to_string());
        self
    }

    /// With the pause before the next attempt.
    pub(super) fn retry_in(mut self, pause: std::time::Duration) -> Self {
        self.retry_in_ms = Some(pause.as_millis());
        self.add(&format!("(+{:.1} s)", pause.as_secs_f64()));
        self
    }

    /// Data for machines, talk for people.
    pub(super) fn say(&self, output: Output) -> std::io::Result<()> {
        if output.is_text() {
            output.talk(printable(&self.text));
            return Ok(());
        }
        output.json_line(self)
    }

    fn add(&mut self, text: &str) {
        self.text.push(' ');
        self.text.push_str(text);
    }
}
