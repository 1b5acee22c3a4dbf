//! Indicators about the way goods travel and how they are packed.

use crate::code::IndicatorCode;
use crate::code::family::{Row, rows};

pub(super) const ROUTE: &[Row] = rows! { IndicatorCode;
    Rt01 "T" {
        "routing without economic reason, or extra transhipment", "ruta sin razón económica o transbordo adicional",
        example "Shanghai to Mexico City by way of Anchorage, Miami and Panama.", "Shanghái a Ciudad de México pasando por Anchorage, Miami y Panamá.",
        next "Compare with the direct route: days and price.", "Compare con la ruta directa: días y precio.",
    }
    Rt02 "M" {
        "known source and hub, new to this consignee", "origen y centro conocidos, nuevos para este consignatario",
        example "First parcel from that warehouse in Los Angeles to this buyer.", "Primer paquete de esa bodega de Los Ángeles a este comprador.",
        next "Name the earlier cases on this route.", "Mencione los casos previos en esta ruta.",
    }
    Rt03 "T" {
        "last-minute change of consignee, routing or payment", "cambio de último momento de consignatario, ruta o pago",
        example "The consignee was changed while the goods were in the air.", "Cambiaron al consignatario con la mercancía en vuelo.",
        next "Ask the carrier who requested the change, and when.", "Pregunte al transportista quién pidió el cambio y cuándo.",
    }
    Rt04 "M" {
        "split or repeated small consignments", "envíos pequeños repetidos o fraccionados",
        example "Thirty parcels of 900 grams in one week.", "Treinta paquetes de 900 gramos en una semana.",
        next "Find them all before you stop one; link the alerts.", "Ubíquelos todos antes de detener uno; vincule las alertas.",
    }
    Rt05 "M" {
        "arrival through a third country after refusal or seizure", "llegada por un tercer país tras rechazo o aseguramiento",
        example "Refused at NLU, the same drums return through Guatemala.", "Rechazados en NLU, los mismos tambores vuelven por Guatemala.",
        next "Compare lot numbers and seals with the first shipment.", "Coteje lotes y candados con el primer envío.",
    }
    Rt06 "M" {
        "transit cargo with no onward booking", "carga en tránsito sin reserva posterior",
        example "In transit to Bogotá, but no flight is booked.", "En tránsito a Bogotá, pero sin vuelo reservado.",
        next "Watch who asks for it in the warehouse.", "Vigile quién la reclama en el almacén.",
    }
};

pub(super) const PACKING: &[Row] = rows! { IndicatorCode;
    Pk01 "O" {
        "heavy taping of seams", "uniones con exceso de cinta",
        example "Every seam of the box sealed three times over.", "Cada unión de la caja sellada con tres vueltas.",
        next "Photograph before opening; look for fingerprints under the tape.", "Fotografíe antes de abrir; busque huellas bajo la cinta.",
    }
    Pk02 "O" {
        "handwritten label, misspelling, reused packaging", "etiqueta manuscrita, errores, empaque reutilizado",
        example "A company's parcel with a handwritten label and its own city misspelt.", "Paquete de una empresa con etiqueta a mano y su ciudad mal escrita.",
        next "Copy the label exactly, mistakes included.", "Transcriba la etiqueta tal cual, con errores.",
    }
    Pk03 "O" {
        "uneven weight distribution, false bottom", "peso mal distribuido, doble fondo",
        example "The suitcase stays heavy on one side when emptied.", "La maleta vacía sigue pesando de un lado.",
        next "Measure inside and outside; then x-ray.", "Mida por dentro y por fuera; después, rayos X.",
    }
    Pk04 "M" {
        "masking odour, coffee, grease, vacuum packing", "olor enmascarante, café, grasa, empaque al vacío",
        example "Vacuum-packed bricks between bags of ground coffee.", "Ladrillos al vacío entre bolsas de café molido.",
        next "Ask for an x-ray as well: a dog may be misled.", "Pida también rayos X: el perro puede confundirse.",
    }
    Pk05 "M" {
        "x-ray anomaly or density mismatch", "anomalía en rayos X o densidad incongruente",
        example "Organic mass inside what should be solid steel.", "Masa orgánica dentro de lo que debía ser acero macizo.",
        next "Keep the image; name machine, angle and operator's desk.", "Conserve la imagen; indique equipo, ángulo y puesto del operador.",
    }
    Pk06 "M" {
        "canine or trace alert", "marcaje canino o de trazas",
        example "The dog sat down at the second pallet; the swab showed fentanyl.", "El ejemplar se sentó ante la segunda tarima; el hisopo dio fentanilo.",
        next "State what the dog or device is trained for, and inspect in protective gear.",
            "Indique para qué está entrenado el ejemplar o equipo y revise con protección.",
    }
};
