//! Indicators about chemicals, firearms and fuels.

use crate::code::IndicatorCode;
use crate::code::family::{Row, rows};

pub(super) const CHEMICAL: &[Row] = rows! { IndicatorCode;
    Ch01 "M" {
        "chemical of INCB table I or II without permit or pre-export notification", "químico del cuadro I o II de la JIFE sin permiso ni notificación previa",
        example "Acetic anhydride without an entry in PEN Online.", "Anhídrido acético sin registro en PEN Online.",
        next "Ask for PEN_CHECK, and in Mexico for the COFEPRIS permit.", "Pida PEN_CHECK y, en México, el permiso de COFEPRIS.",
    }
    Ch02 "N" {
        "CAS number used to advertise in e-commerce or on the darknet", "número CAS usado para anunciar en comercio electrónico o red oscura",
        example "An advertisement shows 79099-07-3 and \"safe delivery to Mexico\".", "Un anuncio muestra 79099-07-3 y «entrega segura a México».",
        next "Keep a dated copy of the page and the seller's contact.", "Guarde copia fechada de la página y el contacto del vendedor.",
    }
    Ch03 "N" {
        "seller of industrial chemicals without physical presence", "vendedor de químicos industriales sin presencia física",
        example "The maker's address is a mail forwarding office.", "El domicilio del fabricante es una oficina de reenvío de correo.",
        next "Ask the attaché in that country to look at the address.", "Pida al agregado en ese país que verifique el domicilio.",
    }
    Ch04 "NK" {
        "pill press, die mould, tableting part", "tableteadora, molde o parte para tabletear",
        example "Steel dies stamped M30, declared as machine parts.", "Punzones de acero con M30, declarados como refacciones.",
        next "Photograph the imprint; ask for the DEA or COFEPRIS notice of the machine.", "Fotografíe la marca; pida el aviso de la máquina ante DEA o COFEPRIS.",
    }
    Ch05 "M" {
        "mis-declared as dye, reagent, flour or fertiliser", "declarado falsamente como tinte, reactivo, harina o fertilizante",
        example "White powder as textile dye, for a buyer who dyes nothing.", "Polvo blanco como tinte textil, para quien no tiñe nada.",
        next "Test it with Raman through the packing; do not open it at the desk.", "Analícelo con Raman a través del empaque; no lo abra en la mesa.",
    }
};

pub(super) const FIREARM: &[Row] = rows! { IndicatorCode;
    Fa01 "M" {
        "gun parts, unfinished receivers or conversion devices declared as tools or toys",
        "partes de arma, cajones sin terminar o dispositivos de conversión declarados como herramienta o juguete",
        example "Forty auto-sears between drill plates.", "Cuarenta dispositivos de ráfaga entre placas para taladro.",
        next "Send pictures to ATF or to SEDENA for identification.", "Envíe fotografías a ATF o a SEDENA para identificarlas.",
    }
    Fa02 "M" {
        "serial number obliterated, or multiple-sale link", "número de serie borrado o vínculo con venta múltiple",
        example "The serial number is ground off; the buyer bought five rifles that week.", "Serie esmerilada; el comprador adquirió cinco rifles esa semana.",
        next "Do not clean the metal: the laboratory may restore the number. Ask for TRACE_FIREARM.",
            "No limpie el metal: el laboratorio puede recuperar la serie. Pida TRACE_FIREARM.",
    }
    Fa03 "M" {
        "ammunition undeclared (UN0012)", "munición sin declarar (UN0012)",
        example "Nine-millimetre rounds in a parcel of fishing weights.", "Cartuchos de nueve milímetros en un paquete de plomos de pesca.",
        next "Keep it off the aircraft; count by calibre, and note lot and headstamp.",
            "Que no vuele; cuente por calibre y anote lote y marca de culote.",
    }
};

pub(super) const FUEL: &[Row] = rows! { IndicatorCode;
    Fu01 "U" {
        "waste oil, additive or lubricant declared for fuel volumes", "aceite usado, aditivo o lubricante declarado para volúmenes de combustible",
        example "Thirty thousand litres of \"additive\" in a tank truck.", "Treinta mil litros de «aditivo» en una pipa.",
        next "Take a sample; compare density and flash point with diesel.", "Tome muestra; compare densidad y punto de inflamación con el diésel.",
    }
    Fu02 "U" {
        "buyer without SENER or CNE permit; one buyer, many wires", "comprador sin permiso SENER o CNE; un comprador, muchas transferencias",
        example "A dealer without a permit pays eleven US refineries in a month.", "Un comercializador sin permiso paga a once refinerías de EE. UU. en un mes.",
        next "Ask for PERMIT_CHECK, and tell the financial intelligence unit.", "Pida PERMIT_CHECK y avise a la UIF.",
    }
    Fu03 "U" {
        "price far below the market; small importer near the border", "precio muy inferior al mercado; pequeño importador cerca de la frontera",
        example "Crude at half its price, bought by a yard in Pharr.", "Crudo a mitad de precio, comprado por un patio en Pharr.",
        next "State both prices and the day.", "Indique ambos precios y la fecha.",
    }
    Fu04 "U" {
        "hazmat registration missing, placard mismatch", "sin registro de materiales peligrosos, rótulo incongruente",
        example "The placard says 1993, the papers 3082.", "El rótulo dice 1993; los documentos, 3082.",
        next "Photograph placards and plates; compare them with the Carta Porte.", "Fotografíe rótulos y placas; cotéjelos con la Carta Porte.",
    }
};
