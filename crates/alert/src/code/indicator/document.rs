//! Indicators about papers, values and dangerous goods declarations.

use crate::code::IndicatorCode;
use crate::code::family::{Row, rows};

pub(super) const DOCUMENT: &[Row] = rows! { IndicatorCode;
    Do01 "PT" {
        "vague description", "descripción vaga",
        example "\"Parts\", \"gifts\", \"said to contain\".", "«Refacciones», «regalos», «dice contener».",
        next "Ask for the invoice; if it is as vague, inspect.", "Pida la factura; si es igual de vaga, revise la mercancía.",
    }
    Do02 "K" {
        "description differs from the actual content", "la descripción difiere del contenido real",
        example "Cosmetic solvent on paper, 1,4-butanediol in the drum.", "Disolvente cosmético en papel, 1,4-butanodiol en el tambor.",
        next "A hard fact if tested: give method, device and reading.", "Es un hecho si se analizó: indique método, equipo y lectura.",
    }
    Do03 "K" {
        "not filed to ACAS or AMS, or filed differently", "no presentado en ACAS o AMS, o presentado con datos distintos",
        example "Filed as two pieces of textiles; the waybill says five of chemicals.", "Presentado como dos bultos textiles; la guía dice cinco de químicos.",
        next "Attach both versions.", "Anexe ambas versiones.",
    }
    Do04 "P" {
        "consolidation indicator missing", "falta el indicador de consolidación",
        example "Eleven consignees on one waybill that says direct.", "Once consignatarios en una guía que dice directa.",
        next "Ask the forwarder for the house manifest.", "Pida al agente de carga el manifiesto house.",
    }
    Do05 "T" {
        "documents contradict each other: quantity, quality, value", "documentos contradictorios: cantidad, calidad, valor",
        example "Invoice for 400 kg, packing list for 618 kg.", "Factura por 400 kg, lista de empaque por 618 kg.",
        next "Quote the two lines that disagree.", "Cite las dos líneas que no coinciden.",
    }
    Do06 "M" {
        "HS code inconsistent with description or CAS number", "subpartida incongruente con la descripción o el número CAS",
        example "HS 3304.30, manicure preparations, for CAS 110-63-4.", "Subpartida 3304.30, preparaciones para manicura, con CAS 110-63-4.",
        next "Name the code that would fit.", "Indique la subpartida que correspondería.",
    }
    Do07 "M" {
        "dummy expiry date, or invalid regulated-agent id", "vigencia ficticia o agente acreditado inválido",
        example "Regulated agent valid until 12/99.", "Agente acreditado con vigencia hasta 12/99.",
        next "Check the agent in the register of the civil aviation authority.", "Verifique al agente en el registro de la autoridad de aviación civil.",
    }
};

pub(super) const VALUE: &[Row] = rows! { IndicatorCode;
    Wv01 "T" {
        "declared value per kilogram outside the band", "valor declarado por kilogramo fuera de rango",
        example "Three dollars a kilo for a fine chemical that costs eighty.", "Tres dólares por kilo de un químico fino que cuesta ochenta.",
        next "State the price compared with, and its source.", "Indique el precio de referencia y su fuente.",
    }
    Wv02 "M" {
        "weight or pieces differ across manifest, waybill and scale", "peso o bultos difieren entre manifiesto, guía y báscula",
        example "24 pieces manifested, 26 on the scale.", "24 bultos manifestados, 26 en báscula.",
        next "Weigh again, and find the extra pieces.", "Pese de nuevo y ubique los bultos de más.",
    }
    Wv03 "O" {
        "freight costs more than the goods", "el flete cuesta más que la mercancía",
        example "Overnight express for candles worth twelve dollars.", "Mensajería exprés para velas de doce dólares.",
        next "Ask who needs it so fast, and who pays.", "Pregunte a quién le urge y quién paga.",
    }
};

pub(super) const DANGEROUS: &[Row] = rows! { IndicatorCode;
    Dg01 "M" {
        "dangerous goods undeclared, or UN number and class do not match", "mercancía peligrosa sin declarar, o número ONU y clase no corresponden",
        example "UN 1090 acetone booked as nail polish remover, class 9.", "Acetona UN1090 reservada como quitaesmalte, clase 9.",
        next "Safety first: keep it off aircraft, and tell the carrier unless the handling forbids it.",
            "Primero la seguridad: que no vuele, y avise a la aerolínea salvo que el manejo lo prohíba.",
    }
};
