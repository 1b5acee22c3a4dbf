//! What describes substances, firearms and fuels: labels alone.

use super::family::{family, rows};
use super::{
    BallisticSystem, FirearmKind, FuelContainer, FuelProduct, IdentificationMethod, IncbTable,
    SerialState, SubstanceClass, SubstanceForm, UsChemicalList,
};

family! { SubstanceClass, "SUBSTANCE_CLASS_", "substance_class", "part of a substance", "papel de la sustancia",
    "this project",
    "este proyecto"; rows! { SubstanceClass;
    Drug { "drug", "droga" }
    Precursor { "precursor", "precursor químico" }
    PrePrecursor { "pre-precursor", "preprecursor" }
    CuttingAgent { "cutting agent", "agente de corte" }
    Equipment { "equipment", "equipo" }
} }

family! { SubstanceForm, "SUBSTANCE_FORM_", "substance_form", "form of a substance", "presentación de la sustancia",
    "this project, after UNODC seizure reports",
    "este proyecto, según informes de incautaciones de la UNODC"; rows! { SubstanceForm;
    Powder { "powder", "polvo" }
    Crystal { "crystals", "cristales" }
    Tablet { "tablets", "tabletas" }
    Capsule { "capsules", "cápsulas" }
    Dose { "doses", "dosis" }
    Liquid { "liquid", "líquido" }
    Paste { "paste", "pasta" }
    Plant { "plant matter", "vegetal" }
    Resin { "resin", "resina" }
    Blotter { "blotter paper", "papel impregnado" }
    Gas { "gas", "en estado gaseoso" }
    Device { "device", "aparato" }
    Other { "other", "otra" }
} }

family! { IncbTable, "INCB_TABLE_", "incb_table", "INCB table", "cuadro de la JIFE",
    "1988 Convention, tables kept by the INCB",
    "Convención de 1988, cuadros de la JIFE"; rows! { IncbTable;
    I { "Table I", "Cuadro I" }
    Ii { "Table II", "Cuadro II" }
} }

family! { UsChemicalList, "US_CHEMICAL_LIST_", "us_chemical_list", "US chemical list", "lista química de EE. UU.",
    "21 CFR 1310.02",
    "21 CFR 1310.02"; rows! { UsChemicalList;
    I { "List I", "Lista I" }
    Ii { "List II", "Lista II" }
} }

family! { IdentificationMethod, "IDENTIFICATION_METHOD_", "identification_method", "identification method", "método de identificación",
    "this project",
    "este proyecto"; rows! { IdentificationMethod;
    Presumptive { "presumptive test", "prueba presuntiva" }
    Raman { "Raman spectroscopy", "espectroscopía Raman" }
    Ftir { "infrared", "infrarrojo" }
    GcMs { "GC-MS", "CG-EM" }
    LaboratoryReport { "laboratory report", "dictamen de laboratorio" }
} }

family! { FirearmKind, "FIREARM_KIND_", "firearm_kind", "kind of firearm", "tipo de arma",
    "NIEM justice domain, and this project",
    "dominio de justicia de NIEM, y este proyecto"; rows! { FirearmKind;
    Pistol { "pistol", "pistola" }
    Revolver { "revolver", "revólver" }
    Rifle { "rifle", "fusil o rifle" }
    Shotgun { "shotgun", "escopeta" }
    FrameReceiver { "frame or receiver", "armazón o cajón" }
    Silencer { "silencer", "silenciador" }
    ConversionDevice { "conversion device", "dispositivo de conversión" }
    Magazine { "magazine", "cargador" }
    PrivatelyMade { "privately made firearm", "arma de fabricación casera" }
    Ammunition { "ammunition", "munición" }
} }

family! { SerialState, "SERIAL_STATE_", "serial_state", "state of a serial number", "estado del número de serie",
    "this project",
    "este proyecto"; rows! { SerialState;
    Readable { "readable", "legible" }
    Obliterated { "obliterated", "borrado" }
    None { "there is none", "no tiene" }
    Partial { "readable in part", "legible en parte" }
} }

family! { BallisticSystem, "BALLISTIC_SYSTEM_", "ballistic_system", "ballistic image system", "sistema de imágenes balísticas",
    "ATF; INTERPOL",
    "ATF; INTERPOL"; rows! { BallisticSystem;
    Ibis { "IBIS, national system", "IBIS, sistema nacional" }
    Nibin { "NIBIN, United States", "NIBIN, Estados Unidos" }
    Ibin { "IBIN, INTERPOL's network", "IBIN, red de INTERPOL" }
} }

family! { FuelProduct, "FUEL_PRODUCT_", "fuel_product", "fuel", "combustible",
    "this project",
    "este proyecto"; rows! { FuelProduct;
    Crude { "crude oil", "petróleo crudo" }
    Gasoline { "gasoline", "gasolina" }
    Diesel { "diesel", "diésel" }
    Jet { "jet fuel", "turbosina" }
    Naphtha { "naphtha", "nafta" }
    Lpg { "liquefied petroleum gas", "gas licuado de petróleo" }
    BaseOil { "base oil", "aceite base" }
    Additive { "additive", "aditivo" }
    WasteOil { "waste oil", "aceite usado" }
    Lubricant { "lubricant", "lubricante" }
} }

family! { FuelContainer, "FUEL_CONTAINER_", "fuel_container", "container of a fuel", "recipiente del combustible",
    "this project",
    "este proyecto"; rows! { FuelContainer;
    Drum { "drum", "tambor" }
    Ibc { "intermediate bulk container", "contenedor IBC" }
    IsoTank { "ISO tank", "isotanque" }
    TankTruck { "tank truck", "pipa" }
    RailCar { "rail tank car", "carrotanque" }
    Sample { "sample bottle", "frasco de muestra" }
} }
