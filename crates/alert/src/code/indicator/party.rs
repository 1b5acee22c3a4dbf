//! Indicators about who sends and who receives, and what is known of them.

use crate::code::IndicatorCode;
use crate::code::family::{Row, rows};

pub(super) const IDENTITY: &[Row] = rows! { IndicatorCode;
    Id01 "O" {
        "fictitious or non-existent sender name or address", "nombre o domicilio del remitente ficticio o inexistente",
        example "The sender's house number does not exist in that street.", "El número exterior del remitente no existe en esa calle.",
        next "Check the address in the postal register and on the street view; attach the search.",
            "Verifique el domicilio en el registro postal y en el mapa; anexe la consulta.",
    }
    Id02 "O" {
        "sender's postal code does not match the place of posting", "el código postal del remitente no corresponde al lugar de depósito",
        example "Sender in 90210, posted at a counter in El Paso.", "Remitente en 06600, depositado en un mostrador de Tijuana.",
        next "Ask the post or the courier for the place and video of posting.", "Pida al correo o mensajería el lugar y video del depósito.",
    }
    Id03 "O" {
        "name not connected with either address", "nombre sin relación con ninguno de los domicilios",
        example "Nobody of that name has ever lived or worked at the address.", "Nadie con ese nombre ha vivido o trabajado en el domicilio.",
        next "Compare with earlier deliveries to the same address.", "Compare con entregas anteriores al mismo domicilio.",
    }
    Id04 "TN" {
        "consignee is a PO box, mail drop, short let, or a residence for industrial goods",
        "el consignatario es apartado, buzón rentado, alojamiento temporal o una vivienda para mercancía industrial",
        example "Six hundred kilos of solvent for a flat in Tecámac.", "Seiscientos kilos de disolvente para un departamento en Tecámac.",
        next "Ask who rents the box or flat, and since when.", "Pregunte quién renta el apartado o departamento y desde cuándo.",
    }
    Id05 "OA" {
        "phone or e-mail shared by unrelated shippers, or a disconnected number",
        "teléfono o correo compartido por remitentes sin relación, o número desconectado",
        example "Four shippers in three states give the same mobile number.", "Cuatro remitentes de tres estados dan el mismo celular.",
        next "List all shipments with that number, and link their alerts.", "Liste todos los envíos con ese número y vincule sus alertas.",
    }
    Id06 "A" {
        "first shipment, or account opened recently", "primer envío o cuenta recién abierta",
        example "The account with the courier is nine days old.", "La cuenta en la mensajería tiene nueve días.",
        next "Weak alone: look for a second indicator. Ask who opened the account, and how it was verified.",
            "Débil por sí solo: busque un segundo indicador. Pregunte quién abrió la cuenta y cómo se identificó.",
    }
    Id07 "AM" {
        "walk-in, cash, or a third party pays", "cliente de mostrador, efectivo o paga un tercero",
        example "Freight of 900 dollars paid in cash at the counter by somebody else.", "Flete de 900 dólares pagado en efectivo en mostrador por otra persona.",
        next "Ask for the receipt and the camera picture of the payer.", "Pida el recibo y la imagen de quien pagó.",
    }
    Id08 "AN" {
        "account's IP address or phone country differs from the stated one", "la IP o el país del teléfono difiere del declarado",
        example "A shipper in Ohio books from an address in Wuhan.", "Un remitente de Ohio reserva desde una IP de Wuhan.",
        next "Give address, time and time zone; a VPN explains it sometimes.", "Indique IP, hora y huso; a veces lo explica una VPN.",
    }
    Id09 "TN" {
        "shell company: no web presence, activity inconsistent", "empresa fachada: sin presencia en línea, actividad incongruente",
        example "A boutique imports pill-coating powder.", "Una boutique importa polvo para recubrir tabletas.",
        next "Look it up in the company register or with the SAT: purpose, partners, date of founding.",
            "Consulte el registro público o el SAT: objeto social, socios, fecha de constitución.",
    }
    Id10 "M" {
        "identity on a watch list", "identidad en lista de vigilancia",
        example "hit_reference: TECS-77120; the entry itself stays where it is.", "hit_reference: LV-77120; el registro no sale de su sistema.",
        next "Give the reference only. Make sure that it is the same person: date of birth, CURP or passport.",
            "Dé solo la referencia. Confirme que es la misma persona: fecha de nacimiento, CURP o pasaporte.",
    }
};

pub(super) const HISTORY: &[Row] = rows! { IndicatorCode;
    Hi01 "M" {
        "earlier positive outcome for the same party or route", "resultado positivo previo de la misma parte o ruta",
        example "The consignee's last parcel was seized in May.", "El último paquete del consignatario se aseguró en mayo.",
        next "Link the earlier alert.", "Vincule la alerta anterior.",
    }
    Hi02 "M" {
        "linked to a controlled delivery, or an RFI is open", "vinculado a una entrega vigilada o con solicitud abierta",
        example "The prosecutor follows another parcel of the same sender.", "La fiscalía da seguimiento a otro paquete del mismo remitente.",
        next "Contact the originator before any visible step.", "Contacte al originador antes de cualquier acto visible.",
    }
    Hi03 "G" {
        "not presented for inspection previously", "antes no se presentó a inspección",
        example "The carrier failed to present two held shipments in June.", "El transportista no presentó dos envíos retenidos en junio.",
        next "Fetch the goods yourselves instead of waiting for them.", "Vaya por la mercancía en lugar de esperarla.",
    }
};
