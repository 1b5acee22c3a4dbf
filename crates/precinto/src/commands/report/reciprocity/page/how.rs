//! How the figures were counted, for whoever reads the page without having been told.

use super::super::super::page::{escape, section};
use crate::output::Lang;
use crate::words::Label;

/// The section that says so.
pub(super) fn how_counted(lang: Lang) -> String {
    let items = HOW.iter();
    let items = items.map(|(en, es)| format!("<li>{}</li>\n", escape(lang.pick(en, es))));
    let items: String = items.collect();
    let title = lang.pick("How this was counted", "Cómo se contó");
    section(title, "", &format!("<ul>\n{items}</ul>\n"))
}

/// Each rule in English and in Spanish.
const HOW: [Label; 9] = [
    (
        "The alerts are those that the log took in during the period; answers count up to the end of the log.",
        "Las alertas son las que entraron en la bitácora en el periodo; las respuestas cuentan hasta el final de la bitácora.",
    ),
    (
        "An addressee is an agency of the other side that was sent the alert, was asked to act on it, or took it over. What agencies \
         of one side say to each other is not counted.",
        "Destinatario es la dependencia de la otra parte que recibió la alerta, a la que se pidió actuar o que la asumió. No se cuenta \
         lo que se dicen entre sí las dependencias de una misma parte.",
    ),
    (
        "The clock starts when the log takes in the first such message. Times are the log's; the clocks of the two sides play no part.",
        "El reloj empieza cuando entra en la bitácora el primero de esos mensajes. Los tiempos son los de la bitácora; los relojes de \
         las partes no intervienen.",
    ),
    (
        "Deadlines, and what reaches a level, are those by which the gateway asks again: an acknowledgement of that level or a higher \
         one, or a message that implies it. Whoever assesses, answers, asks, refuses, holds or reports an outcome has looked at it.",
        "Los plazos, y lo que alcanza un nivel, son aquellos con que la pasarela vuelve a preguntar: un acuse de ese nivel o superior, o \
         un mensaje que lo implica. Quien evalúa, contesta, pregunta, rechaza, retiene o informa un resultado la ha revisado.",
    ),
    (
        "What followed a missed deadline is what the log holds of it: each message that waited for each agency, questions too.",
        "Lo que siguió a un plazo vencido es lo que consta en la bitácora: cada mensaje que esperaba por cada dependencia, también las \
         preguntas.",
    ),
    (
        "An agency that needs more time and says so before its assessment is due has until then, as far as the goods allow.",
        "La dependencia que necesita más tiempo y lo dice antes de que venza su evaluación tiene hasta entonces, mientras la mercancía \
         lo permita.",
    ),
    (
        "No longer asked for: not reached in time, and cancelled, recalled or closed before the deadline.",
        "Ya no se pide: no se alcanzó a tiempo, y el caso se canceló, se retiró o se cerró antes del plazo.",
    ),
    (
        "The share in time is of those in time, late and missed. Times are only of those who answered.",
        "El porcentaje a tiempo se calcula sobre a tiempo, tarde y sin respuesta. Los tiempos son solo de quienes respondieron.",
    ),
    (
        "Outcomes are the newest one of each addressee.",
        "Los resultados son el más reciente de cada destinatario.",
    ),
];
