//! Country names as statistics write them, and their ISO 3166-1 codes.

/// The code of a country's name; none for an unknown or empty one.
pub(crate) fn code(name: &str) -> Option<&'static str> {
    let name = name.split(" (").next().unwrap_or(name).trim();
    let found = NAMES
        .binary_search_by(|(known, _)| known.as_bytes().cmp(name.as_bytes()))
        .ok()?;
    NAMES.get(found).map(|(_, code)| *code)
}

/// Sorted by name, byte by byte.
const NAMES: [(&str, &str); 95] = [
    ("Afghanistan", "AF"),
    ("Angola", "AO"),
    ("Argentina", "AR"),
    ("Armenia", "AM"),
    ("Australia", "AU"),
    ("Austria", "AT"),
    ("Barbados", "BB"),
    ("Belarus", "BY"),
    ("Belgium", "BE"),
    ("Bolivia, Plurinational State of", "BO"),
    ("Brazil", "BR"),
    ("Bulgaria", "BG"),
    ("Cambodia", "KH"),
    ("Canada", "CA"),
    ("Chile", "CL"),
    ("China", "CN"),
    ("Colombia", "CO"),
    ("Congo, the Democratic Republic of the", "CD"),
    ("Costa Rica", "CR"),
    ("Cuba", "CU"),
    ("Cyprus", "CY"),
    ("Czech Republic", "CZ"),
    ("Côte d'Ivoire", "CI"),
    ("Denmark", "DK"),
    ("Dominica", "DM"),
    ("Dominican Republic", "DO"),
    ("Ecuador", "EC"),
    ("Ethiopia", "ET"),
    ("Finland", "FI"),
    ("France", "FR"),
    ("Georgia", "GE"),
    ("Germany", "DE"),
    ("Ghana", "GH"),
    ("Greece", "GR"),
    ("Guatemala", "GT"),
    ("Guinea-Bissau", "GW"),
    ("Haiti", "HT"),
    ("Hong Kong", "HK"),
    ("Hungary", "HU"),
    ("India", "IN"),
    ("Indonesia", "ID"),
    ("Iran, Islamic Republic of", "IR"),
    ("Ireland", "IE"),
    ("Israel", "IL"),
    ("Italy", "IT"),
    ("Kazakhstan", "KZ"),
    ("Kenya", "KE"),
    ("Korea, Democratic People's Republic of", "KP"),
    ("Korea, Republic of", "KR"),
    ("Latvia", "LV"),
    ("Lithuania", "LT"),
    ("Luxembourg", "LU"),
    ("Malaysia", "MY"),
    ("Mali", "ML"),
    ("Mexico", "MX"),
    ("Morocco", "MA"),
    ("Mozambique", "MZ"),
    ("Netherlands", "NL"),
    ("Nigeria", "NG"),
    ("Norway", "NO"),
    ("Pakistan", "PK"),
    ("Panama", "PA"),
    ("Paraguay", "PY"),
    ("Peru", "PE"),
    ("Philippines", "PH"),
    ("Poland", "PL"),
    ("Portugal", "PT"),
    ("Romania", "RO"),
    ("Russian Federation", "RU"),
    ("Saint Pierre and Miquelon", "PM"),
    ("Saudi Arabia", "SA"),
    ("Serbia", "RS"),
    ("Sierra Leone", "SL"),
    ("Singapore", "SG"),
    ("South Africa", "ZA"),
    ("Spain", "ES"),
    ("Sri Lanka", "LK"),
    ("Sweden", "SE"),
    ("Switzerland", "CH"),
    ("Syrian Arab Republic", "SY"),
    ("Taiwan, Province of China", "TW"),
    ("Tajikistan", "TJ"),
    ("Thailand", "TH"),
    ("Togo", "TG"),
    ("Trinidad and Tobago", "TT"),
    ("Turkey", "TR"),
    ("Uganda", "UG"),
    ("Ukraine", "UA"),
    ("United Arab Emirates", "AE"),
    ("United Kingdom", "GB"),
    ("United States", "US"),
    ("Uruguay", "UY"),
    ("Uzbekistan", "UZ"),
    ("Venezuela, Bolivarian Republic of", "VE"),
    ("Zambia", "ZM"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_code_is_one() {
        assert!(NAMES.is_sorted_by(|one, other| one.0.as_bytes() < other.0.as_bytes()));
        for (name, code) in NAMES {
            assert!(precinto_alert::country::is_country(code), "{name}: {code}");
        }
        assert_eq!(code("United Kingdom (England and Wales)"), Some("GB"));
        assert_eq!(code("Côte d'Ivoire"), Some("CI"));
        assert_eq!(code("Unknown"), None);
        assert_eq!(code(""), None);
    }
}
