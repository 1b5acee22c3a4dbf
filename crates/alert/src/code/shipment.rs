//! Labels about shipments, parties and goods.

use super::{
    Coded, Confidence, FirearmKind, FuelProduct, IdentificationMethod, Label, PartyRole,
    ScreeningMethod, ShipmentChannel, SubstanceClass, SubstanceForm, TransportMode,
};

impl Coded for ShipmentChannel {
    const PREFIX: &'static str = "SHIPMENT_CHANNEL_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Cargo, "cargo", "carga"),
        (Self::Express, "express", "mensajería"),
        (Self::Post, "post", "correo"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for TransportMode {
    const PREFIX: &'static str = "TRANSPORT_MODE_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Air, "air", "aéreo"),
        (Self::Road, "road", "carretero"),
        (Self::Rail, "rail", "ferroviario"),
        (Self::Sea, "sea", "marítimo"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for PartyRole {
    const PREFIX: &'static str = "PARTY_ROLE_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Shipper, "shipper", "remitente"),
        (Self::Consignee, "consignee", "consignatario"),
        (Self::Notify, "notify party", "a notificar"),
        (Self::Forwarder, "forwarder", "agente de carga"),
        (Self::Broker, "customs broker", "agente aduanal"),
        (
            Self::AccountHolder,
            "account holder",
            "titular de la cuenta",
        ),
        (Self::OrderingParty, "ordering party", "ordenante"),
        (Self::Carrier, "carrier", "transportista"),
        (Self::PostalOperator, "postal operator", "operador postal"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for SubstanceClass {
    const PREFIX: &'static str = "SUBSTANCE_CLASS_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Drug, "drug", "droga"),
        (Self::Precursor, "precursor", "precursor"),
        (Self::PrePrecursor, "pre-precursor", "pre-precursor"),
        (Self::CuttingAgent, "cutting agent", "agente de corte"),
        (Self::Equipment, "equipment", "equipo"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for SubstanceForm {
    const PREFIX: &'static str = "SUBSTANCE_FORM_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Powder, "powder", "polvo"),
        (Self::Crystal, "crystals", "cristales"),
        (Self::Tablet, "tablets", "tabletas"),
        (Self::Capsule, "capsules", "cápsulas"),
        (Self::Dose, "doses", "dosis"),
        (Self::Liquid, "liquid", "líquido"),
        (Self::Paste, "paste", "pasta"),
        (Self::Plant, "plant matter", "vegetal"),
        (Self::Resin, "resin", "resina"),
        (Self::Blotter, "blotter paper", "papel impregnado"),
        (Self::Gas, "gas", "gas"),
        (Self::Device, "device", "aparato"),
        (Self::Other, "other", "otra"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for IdentificationMethod {
    const PREFIX: &'static str = "IDENTIFICATION_METHOD_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Presumptive, "presumptive test", "prueba presuntiva"),
        (Self::Raman, "Raman", "Raman"),
        (Self::Ftir, "infrared", "infrarrojo"),
        (Self::GcMs, "GC-MS", "CG-EM"),
        (
            Self::LaboratoryReport,
            "laboratory report",
            "dictamen de laboratorio",
        ),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for FirearmKind {
    const PREFIX: &'static str = "FIREARM_KIND_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Pistol, "pistol", "pistola"),
        (Self::Revolver, "revolver", "revólver"),
        (Self::Rifle, "rifle", "rifle"),
        (Self::Shotgun, "shotgun", "escopeta"),
        (Self::FrameReceiver, "frame or receiver", "armazón o cajón"),
        (Self::Silencer, "silencer", "silenciador"),
        (
            Self::ConversionDevice,
            "conversion device",
            "dispositivo de conversión",
        ),
        (Self::Magazine, "magazine", "cargador"),
        (
            Self::PrivatelyMade,
            "privately made firearm",
            "arma de fabricación casera",
        ),
        (Self::Ammunition, "ammunition", "munición"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for FuelProduct {
    const PREFIX: &'static str = "FUEL_PRODUCT_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Crude, "crude oil", "petróleo crudo"),
        (Self::Gasoline, "gasoline", "gasolina"),
        (Self::Diesel, "diesel", "diésel"),
        (Self::Jet, "jet fuel", "turbosina"),
        (Self::Naphtha, "naphtha", "nafta"),
        (
            Self::Lpg,
            "liquefied petroleum gas",
            "gas licuado de petróleo",
        ),
        (Self::BaseOil, "base oil", "aceite base"),
        (Self::Additive, "additive", "aditivo"),
        (Self::WasteOil, "waste oil", "aceite usado"),
        (Self::Lubricant, "lubricant", "lubricante"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for ScreeningMethod {
    const PREFIX: &'static str = "SCREENING_METHOD_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Xry, "x-ray", "rayos X"),
        (
            Self::Eds,
            "explosive detection system",
            "sistema de detección de explosivos",
        ),
        (
            Self::Edd,
            "explosive detection dog",
            "perro detector de explosivos",
        ),
        (
            Self::Etd,
            "explosive trace detection",
            "detección de trazas de explosivos",
        ),
        (Self::Phs, "physical search", "registro físico"),
        (Self::Vck, "visual check", "revisión visual"),
        (Self::Cmd, "metal detection", "detección de metales"),
        (Self::Aom, "any other method", "otro método"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for Confidence {
    const PREFIX: &'static str = "CONFIDENCE_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Low, "low", "baja"),
        (Self::Medium, "medium", "media"),
        (Self::High, "high", "alta"),
        (Self::Confirmed, "confirmed", "confirmada"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}
