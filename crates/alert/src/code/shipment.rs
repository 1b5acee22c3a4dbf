//! What describes shipments, their papers, their screening and their parties: labels alone.

use super::family::{family, rows};
use super::{
    AwbKind, LabelIdentifierKind, PartyRole, ScreeningExemption, ScreeningMethod, SealCondition,
    SecurityStatus, ShipmentChannel, TariffSystem, TaxIdKind, TransportMode,
};

family! { ShipmentChannel, "SHIPMENT_CHANNEL_", "channel", "channel", "canal",
    "this project",
    "este proyecto"; rows! { ShipmentChannel;
    Cargo { "cargo", "carga" }
    Express { "express", "mensajería" }
    Post { "post", "correo" }
} }

family! { TransportMode, "TRANSPORT_MODE_", "mode", "mode of transport", "modo de transporte",
    "this project, after UN/CEFACT Recommendation 19",
    "este proyecto, según la Recomendación 19 de UN/CEFACT"; rows! { TransportMode;
    Air { "air", "aéreo" }
    Road { "road", "carretero" }
    Rail { "rail", "ferroviario" }
    Sea { "sea", "marítimo" }
} }

family! { AwbKind, "AWB_KIND_", "awb_kind", "kind of air waybill", "tipo de guía aérea",
    "UN/EDIFACT 1001: 740, 741, 703 (unconfirmed)",
    "UN/EDIFACT 1001: 740, 741, 703 (sin confirmar)"; rows! { AwbKind;
    Direct { "direct air waybill (740)", "guía aérea directa (740)" }
    Consolidation { "consolidation (741)", "consolidado (741)" }
    House { "house air waybill (703)", "guía house (703)" }
} }

family! { LabelIdentifierKind, "LABEL_IDENTIFIER_KIND_", "label_identifier_kind", "identifier on a label", "identificador en la etiqueta",
    "this project",
    "este proyecto"; rows! { LabelIdentifierKind;
    MasterAwb { "master air waybill", "guía máster" }
    HouseAwb { "house air waybill", "guía house" }
    PostalItem { "postal item (S10)", "envío postal (S10)" }
    PostalReceptacle { "postal receptacle (S9)", "envase postal (S9)" }
    Dispatch { "postal dispatch (S8)", "despacho postal (S8)" }
    CourierTracking { "courier's tracking number", "número de rastreo de mensajería" }
    Uld { "unit load device", "dispositivo unitario de carga (ULD)" }
    Container { "container", "contenedor" }
    Cas { "CAS number", "número CAS" }
    UnNumber { "UN number", "número ONU" }
    Other { "another identifier", "otro identificador" }
} }

family! { SealCondition, "SEAL_CONDITION_", "seal_condition", "state of a seal", "estado del candado",
    "this project, after NIEM",
    "este proyecto, según NIEM"; rows! { SealCondition;
    Intact { "intact", "íntegro" }
    Broken { "broken", "roto" }
    Missing { "missing", "faltante" }
    Tampered { "changed or tampered with", "cambiado o alterado" }
} }

family! { TariffSystem, "TARIFF_SYSTEM_", "tariff", "tariff", "tarifa arancelaria",
    "WCO HS 2022; HTSUS; TIGIE with NICO",
    "SA 2022 de la OMA; HTSUS; TIGIE con NICO"; rows! { TariffSystem;
    Hs { "Harmonized System, six digits", "Sistema Armonizado, seis dígitos" }
    Htsus { "US tariff, eight or ten digits", "tarifa de EE. UU., ocho o diez dígitos" }
    Tigie { "Mexican tariff, eight digits or ten with NICO", "TIGIE, ocho dígitos o diez con NICO" }
} }

family! { SecurityStatus, "SECURITY_STATUS_", "security_status", "security status", "estado de seguridad",
    "IATA Resolution 651, e-CSD",
    "Resolución 651 de la IATA, e-CSD"; rows! { SecurityStatus;
    Nsc { "not secured", "no segura para transporte aéreo" }
    Sco { "secure for cargo aircraft", "segura para avión carguero" }
    Spx { "secure for passenger aircraft", "segura para avión de pasajeros" }
    Shr { "secure, high-risk requirements met", "segura, cumple requisitos de alto riesgo" }
} }

family! { ScreeningMethod, "SCREENING_METHOD_", "screening_method", "screening method", "método de inspección de seguridad",
    "IATA Resolution 651, e-CSD",
    "Resolución 651 de la IATA, e-CSD"; rows! { ScreeningMethod;
    Xry { "x-ray", "rayos X" }
    Eds { "explosive detection system", "sistema de detección de explosivos" }
    Edd { "explosive detection dog", "perro detector de explosivos" }
    Etd { "explosive trace detection", "detección de trazas de explosivos" }
    Phs { "physical search", "registro físico" }
    Vck { "visual check", "revisión visual" }
    Cmd { "metal detection", "detección de metales" }
    Aom { "any other method", "otro método" }
} }

family! { ScreeningExemption, "SCREENING_EXEMPTION_", "screening_exemption", "exemption from screening", "exención de inspección",
    "IATA Resolution 651, e-CSD",
    "Resolución 651 de la IATA, e-CSD"; rows! { ScreeningExemption;
    Biom { "biomedical samples", "muestras biomédicas" }
    Dipl { "diplomatic bag or mail", "valija o correo diplomático" }
    Lfsm { "life-saving materials", "material para salvar vidas" }
    Mail { "mail", "correo" }
    Nucl { "nuclear materials", "materiales nucleares" }
    Smus { "small undersized shipments", "envíos de tamaño reducido" }
    Trns { "transfer or transhipment", "transferencia o transbordo" }
} }

family! { PartyRole, "PARTY_ROLE_", "party_role", "role of a party", "papel de una parte",
    "this project",
    "este proyecto"; rows! { PartyRole;
    Shipper { "shipper", "remitente" }
    Consignee { "consignee", "consignatario" }
    Notify { "notify party", "a notificar" }
    Forwarder { "forwarder", "agente de carga" }
    Broker { "customs broker", "agente aduanal" }
    AccountHolder { "account holder", "titular de la cuenta" }
    OrderingParty { "ordering party", "ordenante" }
    Carrier { "carrier", "transportista" }
    PostalOperator { "postal operator", "operador postal" }
} }

family! { TaxIdKind, "TAX_ID_KIND_", "tax_id_kind", "tax or personal number", "número fiscal o personal",
    "IRS; SAT; RENAPO",
    "IRS; SAT; RENAPO"; rows! { TaxIdKind;
    UsEin { "US employer number (EIN)", "número de empleador de EE. UU. (EIN)" }
    MxRfc { "Mexican taxpayer number (RFC)", "RFC" }
    MxCurp { "Mexican population number (CURP)", "CURP" }
} }
