//! Reasons about envelopes and signatures.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::PayloadType,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The payload type is not that of a statement.",
            "El tipo de contenido no es el de un mensaje.",
        ],
        [
            "Use the payload type of the interface, letter by letter.",
            "Use el tipo de contenido de la interfaz, letra por letra.",
        ],
    ),
    entry_of(
        Reason::SchemaVersion,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The payload type names a version unknown here.",
            "El tipo de contenido indica una versión desconocida aquí.",
        ],
        [
            "Use a version that this gateway knows; gateways are upgraded first.",
            "Use una versión que esta pasarela conozca; las pasarelas se actualizan primero.",
        ],
    ),
    entry_of(
        Reason::NonCanonical,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The bytes are not the canonical encoding, or hold unknown fields.",
            "Los bytes no son la codificación canónica o contienen campos desconocidos.",
        ],
        [
            "Encode with an ordinary protobuf library from the published interface, once, and sign those bytes.",
            "Codifique una sola vez con una biblioteca protobuf normal y la interfaz publicada, y firme esos bytes.",
        ],
    ),
    entry_of(
        Reason::SignatureCount,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "There are fewer or more signatures than one to four.",
            "Hay menos o más firmas que de una a cuatro.",
        ],
        [
            "Sign with each required signer once, and with nobody else.",
            "Firme una vez con cada firmante requerido y con nadie más.",
        ],
    ),
    entry_of(
        Reason::SignatureRepeated,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "Two signatures name the same key.",
            "Dos firmas nombran la misma llave.",
        ],
        [
            "Send one signature for each signer.",
            "Envíe una sola firma por firmante.",
        ],
    ),
    entry_of(
        Reason::SignerSetMismatch,
        GrpcCode::Unauthenticated,
        Retry::Corrected,
        Severity::Error,
        [
            "The signatures are not exactly those that the statement requires.",
            "Las firmas no son exactamente las que exige el mensaje.",
        ],
        [
            "All required signers must sign, and nobody else may.",
            "Deben firmar todos los firmantes requeridos y nadie más.",
        ],
    ),
    entry_of(
        Reason::SignerUnknown,
        GrpcCode::Unauthenticated,
        Retry::Corrected,
        Severity::Error,
        [
            "The certificate of a signer is not known.",
            "No se conoce el certificado de un firmante.",
        ],
        [
            "Send the signer's certificate with the message.",
            "Envíe el certificado del firmante junto con el mensaje.",
        ],
    ),
    entry_of(
        Reason::SignerUntrusted,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "The certificate of a signer does not chain to its side's root.",
            "El certificado de un firmante no se encadena a la raíz de su lado.",
        ],
        [
            "Use a signing certificate issued by your own side, and send its intermediates.",
            "Use un certificado de firma emitido por su lado y envíe los intermedios.",
        ],
    ),
    entry_of(
        Reason::SigBad,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        ["A signature does not verify.", "Una firma no se verifica."],
        [
            "Do not trust the message. The sender signs the exact bytes again; if it happens again, report it.",
            "No confíe en el mensaje. El remitente debe firmar de nuevo los bytes exactos; si se repite, repórtelo.",
        ],
    ),
    entry_of(
        Reason::AlgorithmRefused,
        GrpcCode::Unauthenticated,
        Retry::Corrected,
        Severity::Error,
        [
            "The algorithm is not accepted, or does not fit the certificate's key.",
            "No se acepta el algoritmo, o no corresponde a la llave del certificado.",
        ],
        [
            "State the algorithm of the certificate's key: Ed25519, ECDSA P-256 or P-384.",
            "Indique el algoritmo de la llave del certificado: Ed25519, ECDSA P-256 o P-384.",
        ],
    ),
    entry_of(
        Reason::SenderMismatch,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "The sender is not the identity that signed as node, or not the caller.",
            "El remitente no es la identidad que firmó como nodo, o no es quien llama.",
        ],
        [
            "Send in your own name: sender, signing certificate and connection must agree.",
            "Envíe en su propio nombre: remitente, certificado de firma y conexión deben coincidir.",
        ],
    ),
    entry_of(
        Reason::WrongSide,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "The message belongs to the other side.",
            "El mensaje pertenece al otro lado.",
        ],
        [
            "Submit to the gateway of your own side's log.",
            "Entregue el mensaje en la pasarela de la bitácora de su lado.",
        ],
    ),
    entry_of(
        Reason::LogOriginWrong,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The statement is meant for another log.",
            "El mensaje es para otra bitácora.",
        ],
        [
            "Write this log's origin into the statement and sign it anew.",
            "Escriba el origen de esta bitácora en el mensaje y fírmelo de nuevo.",
        ],
    ),
    entry_of(
        Reason::SignerRole,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The signers' roles are wrong: exactly one node, any others officers.",
            "Los papeles de los firmantes son incorrectos: exactamente un nodo, los demás oficiales.",
        ],
        [
            "Name one node signer; all others are officers.",
            "Nombre un solo firmante nodo; los demás son oficiales.",
        ],
    ),
    entry_of(
        Reason::OfficerRequired,
        GrpcCode::PermissionDenied,
        Retry::Corrected,
        Severity::Error,
        [
            "This needs an officer's signature.",
            "Esto requiere la firma de un oficial.",
        ],
        [
            "Have the responsible officer sign as well.",
            "Pida también la firma del oficial responsable.",
        ],
    ),
    entry_of(
        Reason::OfficerUnknown,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "The officer is not in the directory, or not of the sender's agency.",
            "El oficial no está en el directorio o no es de la dependencia remitente.",
        ],
        [
            "Have the officer entered in the directory, or choose one of the sending agency.",
            "Solicite el alta del oficial en el directorio o elija uno de la dependencia remitente.",
        ],
    ),
];
