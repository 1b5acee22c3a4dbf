//! How information may be handled, used and passed on.

use super::family::{Family, Row, family, rows};
use super::{AuthorityCode, DisseminationVerdict, ProtectedBag, Tlp, UseCode, UsePermission};
use crate::handling::KNOWN_MARKS;

family! { Tlp, "TLP_", "tlp", "traffic light", "semáforo TLP",
    "FIRST, Traffic Light Protocol 2.0",
    "FIRST, Traffic Light Protocol 2.0"; rows! { Tlp;
    Red {
        "TLP:RED, named officers only", "TLP:RED, solo oficiales nombrados",
        example "An informant's life depends on it; it goes to officer Castillo and nobody else.",
            "De ello depende la vida de un informante; va al oficial Castillo y a nadie más.",
        next "Do not show, forward or quote it. Address it to officers, never to an agency or a topic.",
            "No lo muestre, reenvíe ni cite. Diríjalo a oficiales, nunca a una dependencia o un tema.",
    }
    AmberStrict {
        "TLP:AMBER+STRICT, own organisation only", "TLP:AMBER+STRICT, solo la propia dependencia",
        example "The usual alert: ANAM may use it inside ANAM, and not give it to the carrier.",
            "La alerta habitual: la ANAM puede usarla dentro de la ANAM y no darla a la aerolínea.",
        next "Keep it inside your agency; to give it to another, ask with DISSEMINATION_REQUEST.",
            "Manténgala dentro de su dependencia; para darla a otra, pida permiso con DISSEMINATION_REQUEST.",
    }
    Amber {
        "TLP:AMBER, organisation and those it serves", "TLP:AMBER, la dependencia y a quienes sirve",
        example "Customs may tell the airport operator which pallet to set aside, and no more.",
            "La aduana puede decir al operador del aeropuerto qué tarima apartar, y nada más.",
        next "Share with those who must act on it, and only what they need.",
            "Compártala con quien deba actuar y solo en lo que necesite.",
    }
    Green {
        "TLP:GREEN, the community", "TLP:GREEN, la comunidad",
        example "A new way of hiding tablets in candle wax, without names or numbers.",
            "Un nuevo método para ocultar tabletas en cera de velas, sin nombres ni números.",
        next "Share within the customs and police community, not on public channels.",
            "Compártala con la comunidad aduanera y policial, no por canales públicos.",
    }
    Clear {
        "TLP:CLEAR, no limit", "TLP:CLEAR, sin límite",
        example "A press release about last week's seizure.", "Un boletín de prensa sobre el aseguramiento de la semana pasada.",
        next "It may be published; copyright and privacy law still hold.",
            "Puede publicarse; siguen vigentes los derechos de autor y la ley de datos personales.",
    }
} }

/// The marks that are carried; the refused ones have reasons (`CLASSIFIED_REFUSED`, `NOT_RELEASABLE`, `MARK_UNKNOWN`).
pub const MARKS: Family = Family {
    name: "mark",
    title: ["mark", "leyenda"],
    source: [
        "this project, after DNI-ISM, the CUI registry and Mexican transparency law (unconfirmed)",
        "este proyecto, según DNI-ISM, el registro CUI y la ley mexicana de transparencia (sin confirmar)",
    ],
    prefix: "",
    groups: &[MARK_ROWS],
    full_name: |number| {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        KNOWN_MARKS.get(place).copied()
    },
};

/// In the order of [`KNOWN_MARKS`].
const MARK_ROWS: &[Row] = &[
    Row::new(1, "unclassified (US)", "no clasificado (EE. UU.)").advised(
        ["Routine information with no limit but the TLP.", "Información de rutina sin más límite que el TLP."],
        ["Handle it as the TLP says.", "Manéjelo como indica el TLP."],
    ),
    Row::new(2, "law enforcement sensitive (US)", "sensible para la aplicación de la ley (EE. UU.)").advised(
        ["Targeting criteria that a smuggler could evade.", "Criterios de selección que un contrabandista podría evadir."],
        ["Law enforcement only; keep it out of court papers and public files unless the originator agrees.",
         "Solo autoridades; no lo agregue a promociones judiciales ni expedientes públicos sin permiso del originador."],
    ),
    Row::new(3, "unclassified, law enforcement sensitive (US)", "no clasificado, sensible para la aplicación de la ley (EE. UU.)").advised(
        ["The long form of US:LES, as some US agencies print it.", "La forma larga de US:LES, como la imprimen algunas agencias de EE. UU."],
        ["Treat it exactly as US:LES.", "Trátelo igual que US:LES."],
    ),
    Row::new(4, "sensitive but unclassified (US)", "sensible, no clasificado (EE. UU.)").advised(
        ["An older report that was never re-marked as CUI.", "Un informe anterior que no se remarcó como CUI."],
        ["Need to know only; lock it away.", "Solo quien lo necesite; guárdelo bajo llave."],
    ),
    Row::new(5, "controlled unclassified information (US)", "información controlada no clasificada (EE. UU.)").advised(
        ["Shipper data that US law protects.", "Datos del remitente que la ley de EE. UU. protege."],
        ["Keep it in protected systems and mark every copy.", "Consérvelo en sistemas protegidos y marque cada copia."],
    ),
    Row::new(6, "sensitive or controlled unclassified information (US)", "información sensible o controlada, no clasificada (EE. UU.)").advised(
        ["A file that carries the old mark and the new one together.", "Un archivo que lleva juntas la leyenda anterior y la nueva."],
        ["Apply the stricter of US:SBU and US:CUI.", "Aplique la más estricta entre US:SBU y US:CUI."],
    ),
    Row::new(7, "sensitive security information (US)", "información sensible de seguridad (EE. UU.)").advised(
        ["Screening procedures of an airport.", "Procedimientos de inspección de un aeropuerto."],
        ["Only for persons with a need to know in transport security; report any loss.",
         "Solo para personas de seguridad del transporte que deban conocerla; reporte cualquier extravío."],
    ),
    Row::new(8, "reserved information (MX)", "información reservada (MX)").advised(
        ["An open investigation that publicity would ruin.", "Una investigación abierta que la publicidad arruinaría."],
        ["Do not disclose while the reservation lasts; requests for access go to the Mexican originator.",
         "No la divulgue mientras dure la reserva; las solicitudes de acceso se turnan al originador mexicano."],
    ),
    Row::new(9, "confidential, personal data (MX)", "información confidencial, datos personales (MX)").advised(
        ["The consignee's name, RFC and home address.", "El nombre, RFC y domicilio particular del consignatario."],
        ["It concerns personal data and is no US classification: protect it, and delete it when its time is up.",
         "Se refiere a datos personales y no es una clasificación de EE. UU.: protéjala y suprímala al vencer su plazo."],
    ),
];

family! { UseCode, "USE_CODE_", "use_code", "use code", "código de uso",
    "Europol SIENA handling codes",
    "códigos de manejo SIENA de Europol"; rows! { UseCode;
    H0 {
        "for prevention and prosecution", "para prevención y persecución",
        example "A finding that customs and prosecutors may both use.", "Un hallazgo que pueden usar la aduana y el ministerio público.",
        next "Use it in your work; the TLP still says who may see it.", "Úselo en su trabajo; el TLP sigue diciendo quién puede verlo.",
    }
    H1 {
        "not in court without permission", "no en juicio sin permiso",
        example "Targeting results: good for choosing what to inspect, not for the indictment.",
            "Resultados de análisis de riesgo: sirven para elegir qué revisar, no para la acusación.",
        next "Inspect and find your own evidence; before you cite it in a file, ask the originator.",
            "Practique el reconocimiento y obtenga su propia prueba; antes de citarlo en la carpeta, pida permiso al originador.",
    }
    H2 {
        "no dissemination without permission", "sin difusión salvo permiso",
        example "Information from a third country's liaison officer.", "Información del oficial de enlace de un tercer país.",
        next "Do not pass it on, not even inside the government; ask with DISSEMINATION_REQUEST.",
            "No lo comparta, ni dentro del gobierno; pida permiso con DISSEMINATION_REQUEST.",
    }
    H3 {
        "other limits, stated in words", "otros límites, expresados en texto",
        example "\"Not to be shown to the carrier before 1 March.\"", "«No mostrar a la aerolínea antes del 1 de marzo.»",
        next "Read use_limits in the alert's content before you do anything.", "Lea use_limits en el contenido de la alerta antes de hacer nada.",
    }
} }

family! { UsePermission, "USE_PERMISSION_", "use_permission", "permission of a use", "permiso de uso",
    "this project",
    "este proyecto"; rows! { UsePermission;
    Allowed {
        "allowed", "permitido",
        example "evidence_use: ALLOWED, for an x-ray image that may go into the file.",
            "evidence_use: ALLOWED, para una imagen de rayos X que puede agregarse a la carpeta.",
        next "Use it, and name the alert as its origin.", "Úselo e indique la alerta como origen.",
    }
    Ask {
        "only with consent", "solo con consentimiento",
        example "derivative_use: ASK, for names that shall not enter a database unasked.",
            "derivative_use: ASK, para nombres que no deben entrar a una base de datos sin consultar.",
        next "Ask the originator first, with an RFI or a call, and keep the answer.",
            "Consulte antes al originador, con un RFI o una llamada, y conserve la respuesta.",
    }
    Forbidden {
        "forbidden", "prohibido",
        example "evidence_use: FORBIDDEN, for what an informant said.", "evidence_use: FORBIDDEN, para lo dicho por un informante.",
        next "Do not use it so, and do not ask again without a new reason.", "No le dé ese uso ni insista sin un motivo nuevo.",
    }
} }

family! { AuthorityCode, "AUTHORITY_CODE_", "authority", "legal basis", "fundamento legal",
    "this project",
    "este proyecto"; rows! { AuthorityCode;
    Treaty {
        "treaty", "tratado",
        example "The 1988 Vienna Convention against illicit traffic, or the mutual legal assistance treaty.",
            "La Convención de Viena de 1988 contra el tráfico ilícito, o el tratado de asistencia jurídica mutua.",
        next "Name treaty and article in authority_text.", "Indique tratado y artículo en authority_text.",
    }
    NationalLaw {
        "national law", "ley nacional",
        example "The sender's own customs act lets it share the information.", "La ley aduanera del remitente le permite compartir la información.",
        next "Name the statute in authority_text; the recipient acts under its own law.",
            "Indique la ley en authority_text; el destinatario actúa conforme a la suya.",
    }
    CustomsAgreement {
        "customs agreement", "acuerdo aduanero",
        example "The customs mutual assistance agreement between Mexico and the United States.",
            "El acuerdo de asistencia mutua en materia aduanera entre México y Estados Unidos.",
        next "Keep it between customs administrations; for use in court, go through the assistance treaty.",
            "Manténgala entre administraciones aduaneras; para uso en juicio, acuda al tratado de asistencia jurídica.",
    }
} }

family! { ProtectedBag, "PROTECTED_BAG_", "protected_bag", "protected bag", "valija protegida",
    "Vienna Conventions on diplomatic (art. 27) and consular (art. 35) relations",
    "Convenciones de Viena sobre relaciones diplomáticas (art. 27) y consulares (art. 35)"; rows! { ProtectedBag;
    None {
        "no protected bag", "sin valija protegida",
        example "Any ordinary cargo, parcel or letter.", "Cualquier carga, paquete o carta ordinaria.",
        next "Nothing special: go on.", "Nada especial: continúe.",
    }
    Diplomatic {
        "diplomatic bag", "valija diplomática",
        example "A sealed bag of an embassy with its courier's papers.", "Una valija sellada de una embajada con los documentos de su correo.",
        next "No alert can be sent about it. Do not open or detain it; go through the foreign ministry.",
            "No puede enviarse alerta. No la abra ni la retenga; acuda a la Secretaría de Relaciones Exteriores o al Departamento de Estado.",
    }
    Consular {
        "consular bag", "valija consular",
        example "A consulate's bag with strong grounds to believe that it holds something else.",
            "Una valija de consulado con motivos fundados para creer que contiene otra cosa.",
        next "State the authority; ask that it be opened in the presence of the consulate, or returned.",
            "Indique el fundamento; pida que se abra en presencia del consulado o que se devuelva.",
    }
} }

family! { DisseminationVerdict, "DISSEMINATION_VERDICT_", "dissemination", "decision on passing on", "decisión sobre difusión",
    "this project, after the third-agency rule",
    "este proyecto, según la regla del tercero"; rows! { DisseminationVerdict;
    Granted {
        "granted", "concedida",
        example "The alert may go to the FGR as it is.", "La alerta puede pasar a la FGR tal como está.",
        next "Pass it on to those named in release_to, and to nobody else.", "Compártala con quienes nombra release_to y con nadie más.",
    }
    GrantedOnConditions {
        "granted on conditions", "concedida con condiciones",
        example "It may go to the SAT, without the parties.", "Puede pasar al SAT, sin las partes.",
        next "Fulfil the conditions in the content first, then pass it on together with them.",
            "Cumpla primero las condiciones del contenido y compártala junto con ellas.",
    }
    Refused {
        "refused", "negada",
        example "The originator protects a source.", "El originador protege a una fuente.",
        next "Keep it to yourselves; ask for a tear-line if others must be warned.",
            "Consérvela para su dependencia; si hay que advertir a otros, pida un extracto no nominal.",
    }
} }
