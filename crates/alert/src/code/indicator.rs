//! Labels about risk indicators.

use super::{Coded, IndicatorCode, Label};

impl Coded for IndicatorCode {
    const PREFIX: &'static str = "INDICATOR_CODE_";
    const TABLE: &'static [Label<Self>] = &[
        (
            Self::Id01,
            "fictitious or non-existent sender name or address",
            "nombre o domicilio del remitente ficticio o inexistente",
        ),
        (
            Self::Id02,
            "sender's postal code does not match the place of posting",
            "el código postal del remitente no corresponde al lugar de depósito",
        ),
        (
            Self::Id03,
            "name not connected with either address",
            "nombre sin relación con ninguno de los domicilios",
        ),
        (
            Self::Id04,
            "consignee is a PO box, mail drop, short let, or a residence for industrial goods",
            "el consignatario es apartado, buzón rentado, alojamiento temporal o una vivienda para mercancía industrial",
        ),
        (
            Self::Id05,
            "phone or e-mail shared by unrelated shippers, or a disconnected number",
            "teléfono o correo compartido por remitentes sin relación, o número desconectado",
        ),
        (
            Self::Id06,
            "first shipment, or account opened recently",
            "primer envío o cuenta recién abierta",
        ),
        (
            Self::Id07,
            "walk-in, cash, or a third party pays",
            "cliente de mostrador, efectivo o paga un tercero",
        ),
        (
            Self::Id08,
            "account's IP address or phone country differs from the stated one",
            "la IP o el país del teléfono difiere del declarado",
        ),
        (
            Self::Id09,
            "shell company: no web presence, activity inconsistent",
            "empresa fachada: sin presencia en línea, actividad incongruente",
        ),
        (
            Self::Id10,
            "identity on a watch list",
            "identidad en lista de vigilancia",
        ),
        (Self::Do01, "vague description", "descripción vaga"),
        (
            Self::Do02,
            "description differs from the actual content",
            "la descripción difiere del contenido real",
        ),
        (
            Self::Do03,
            "not filed to ACAS or AMS, or filed differently",
            "no presentado en ACAS o AMS, o presentado distinto",
        ),
        (
            Self::Do04,
            "consolidation indicator missing",
            "falta el indicador de consolidación",
        ),
        (
            Self::Do05,
            "documents contradict each other: quantity, quality, value",
            "documentos contradictorios: cantidad, calidad, valor",
        ),
        (
            Self::Do06,
            "HS code inconsistent with description or CAS number",
            "fracción incongruente con la descripción o el número CAS",
        ),
        (
            Self::Do07,
            "dummy expiry date, or invalid regulated-agent id",
            "vigencia ficticia o agente acreditado inválido",
        ),
        (
            Self::Wv01,
            "declared value per kilogram outside the band",
            "valor declarado por kilogramo fuera de rango",
        ),
        (
            Self::Wv02,
            "weight or pieces differ across manifest, waybill and scale",
            "peso o bultos difieren entre manifiesto, guía y báscula",
        ),
        (
            Self::Wv03,
            "freight costs more than the goods",
            "el flete cuesta más que la mercancía",
        ),
        (
            Self::Hi01,
            "earlier positive outcome for the same party or route",
            "resultado positivo previo de la misma parte o ruta",
        ),
        (
            Self::Hi02,
            "linked to a controlled delivery, or an RFI is open",
            "vinculado a una entrega vigilada o con solicitud abierta",
        ),
        (
            Self::Hi03,
            "not presented for inspection previously",
            "antes no se presentó a inspección",
        ),
        (
            Self::Dg01,
            "dangerous goods undeclared, or UN number and class do not match",
            "mercancía peligrosa sin declarar, o número ONU y clase no corresponden",
        ),
        (
            Self::Rt01,
            "routing without economic reason, or extra transhipment",
            "ruta sin razón económica o transbordo adicional",
        ),
        (
            Self::Rt02,
            "known source and hub, new to this consignee",
            "origen y centro conocidos, nuevos para este consignatario",
        ),
        (
            Self::Rt03,
            "last-minute change of consignee, routing or payment",
            "cambio de último momento de consignatario, ruta o pago",
        ),
        (
            Self::Rt04,
            "split or repeated small consignments",
            "envíos pequeños repetidos o fraccionados",
        ),
        (
            Self::Rt05,
            "arrival through a third country after refusal or seizure",
            "llegada por un tercer país tras rechazo o aseguramiento",
        ),
        (
            Self::Rt06,
            "transit cargo with no onward booking",
            "carga en tránsito sin reserva posterior",
        ),
        (
            Self::Pk01,
            "heavy taping of seams",
            "uniones con exceso de cinta",
        ),
        (
            Self::Pk02,
            "handwritten label, misspelling, reused packaging",
            "etiqueta manuscrita, errores, empaque reutilizado",
        ),
        (
            Self::Pk03,
            "uneven weight distribution, false bottom",
            "peso mal distribuido, doble fondo",
        ),
        (
            Self::Pk04,
            "masking odour, coffee, grease, vacuum packing",
            "olor enmascarante, café, grasa, empaque al vacío",
        ),
        (
            Self::Pk05,
            "x-ray anomaly or density mismatch",
            "anomalía en rayos X o densidad incongruente",
        ),
        (
            Self::Pk06,
            "canine or trace alert",
            "marcaje canino o de trazas",
        ),
        (
            Self::Ch01,
            "chemical of INCB table I or II without permit or pre-export notification",
            "químico del cuadro I o II de la JIFE sin permiso ni notificación previa",
        ),
        (
            Self::Ch02,
            "CAS number used to advertise in e-commerce or on the darknet",
            "número CAS usado para anunciar en comercio electrónico o red oscura",
        ),
        (
            Self::Ch03,
            "seller of industrial chemicals without physical presence",
            "vendedor de químicos industriales sin presencia física",
        ),
        (
            Self::Ch04,
            "pill press, die mould, tableting part",
            "tableteadora, molde o parte para tabletear",
        ),
        (
            Self::Ch05,
            "mis-declared as dye, reagent, flour or fertiliser",
            "declarado falsamente como tinte, reactivo, harina o fertilizante",
        ),
        (
            Self::Fa01,
            "gun parts, unfinished receivers or conversion devices declared as tools or toys",
            "partes de arma, cajones sin terminar o dispositivos de conversión declarados como herramienta o juguete",
        ),
        (
            Self::Fa02,
            "serial number obliterated, or multiple-sale link",
            "número de serie borrado o vínculo con venta múltiple",
        ),
        (
            Self::Fa03,
            "ammunition undeclared (UN0012)",
            "munición sin declarar (UN0012)",
        ),
        (
            Self::Fu01,
            "waste oil, additive or lubricant declared for fuel volumes",
            "aceite usado, aditivo o lubricante declarado para volúmenes de combustible",
        ),
        (
            Self::Fu02,
            "buyer without SENER or CNE permit; one buyer, many wires",
            "comprador sin permiso SENER o CNE; un comprador, muchas transferencias",
        ),
        (
            Self::Fu03,
            "price far below the market; small importer near the border",
            "precio muy inferior al mercado; pequeño importador cerca de la frontera",
        ),
        (
            Self::Fu04,
            "hazmat registration missing, placard mismatch",
            "sin registro de materiales peligrosos, rótulo incongruente",
        ),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}
