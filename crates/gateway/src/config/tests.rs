//! What settings are taken and what is refused.

use super::*;
use crate::quota::Allowance;

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/etc/precinto/gateway.toml"))
}

fn problems(text: &str) -> Vec<String> {
    match parse(text) {
        Err(ConfigError::Values { problems, .. }) => {
            problems.into_iter().map(|problem| problem.key).collect()
        }
        other => panic!("expected problems, got {other:?}"),
    }
}

#[test]
fn the_example_is_valid_and_every_key_in_it_is_explained() {
    let config = parse(EXAMPLE).unwrap();
    assert!(config.dev && config.reflection);
    assert_eq!(
        config.sides[1].roots,
        [Path::new("/etc/precinto/mx/root.pem")]
    );
    let first_block = EXAMPLE.split("domain = \"mx.dev.invalid\"").next().unwrap();
    let lines: Vec<&str> = first_block.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        if line.contains(" = ") && !line.starts_with('#') {
            assert!(
                lines[number - 1].starts_with('#'),
                "no comment above `{line}`"
            );
        }
    }
}

#[test]
fn unknown_and_missing_keys_are_refused_by_name() {
    let unknown = EXAMPLE.replacen("listen =", "lisen =", 1);
    let text = parse(&unknown).unwrap_err().to_string();
    assert!(text.contains("lisen") && text.contains("listen"), "{text}");
    let inside = EXAMPLE.replacen("country =", "contry =", 1);
    assert!(parse(&inside).unwrap_err().to_string().contains("contry"));
    let missing = EXAMPLE.replacen("origin = \"gw.dev.invalid/log/2026\"", "", 1);
    assert!(parse(&missing).unwrap_err().to_string().contains("origin"));
}

#[test]
fn all_impossible_values_are_named_at_once() {
    let text = EXAMPLE
        .replacen("\"gw1\"", "\"Gw 1\"", 1)
        .replacen("gw.dev.invalid/log", "https://gw.dev.invalid/log", 1)
        .replacen("\"US\"", "\"usa\"", 1)
        .replacen("mx.gw.dev.invalid", "us.gw.dev.invalid", 1);
    assert_eq!(
        problems(&text),
        ["name", "origin", "side.country", "side.server_name"]
    );
}

#[test]
fn development_domains_and_reflection_need_dev() {
    let text = EXAMPLE.replacen("dev = true", "dev = false", 1);
    assert_eq!(
        problems(&text),
        ["reflection", "side.domain", "side.domain"]
    );
}

#[test]
fn nobody_shifts_the_clock_of_a_gateway_in_earnest() {
    let shifted = EXAMPLE.replacen("# clock_shift", "clock_shift", 1);
    let config = parse(&shifted).unwrap();
    assert_eq!(
        config.clock_shift.as_deref(),
        Some(Path::new("/etc/precinto/clock-shift"))
    );
    let shown = config.show();
    assert!(shown.iter().any(|setting| setting.key == "clock_shift"));
    let not_dev = shifted.replacen("dev = true", "dev = false", 1);
    assert!(problems(&not_dev).contains(&"clock_shift".to_owned()));
    let one_real = shifted
        .replacen(
            "domain = \"mx.dev.invalid\"",
            "domain = \"mx.example.org\"",
            1,
        )
        .replacen(
            "//mx.dev.invalid/agency/anam/officer",
            "//mx.example.org/agency/anam/officer",
            1,
        );
    assert_eq!(problems(&one_real), ["clock_shift"]);
}

#[test]
fn the_operators_port_is_on_this_machine_unless_it_is_said_otherwise() {
    assert_eq!(parse(EXAMPLE).unwrap().admin, None, "off unless asked for");
    // As the example has it, with its marks of a comment taken away.
    let text = EXAMPLE.replacen("# [admin]\n# listen", "[admin]\nlisten", 1);
    let text = text.replacen("# beyond_this_machine =", "beyond_this_machine =", 1);
    let config = parse(&text).unwrap();
    let admin = config.admin.unwrap();
    assert!(admin.listen.ip().is_loopback() && !admin.beyond_this_machine);
    let shown = config.show();
    let listen = shown.iter().find(|setting| setting.key == "admin.listen");
    assert_eq!(listen.unwrap().value, "127.0.0.1:9464");
    for elsewhere in ["0.0.0.0:9464", "[::]:9464", "192.0.2.1:9464"] {
        let far = text.replacen("127.0.0.1:9464", elsewhere, 1);
        assert_eq!(problems(&far), ["admin.listen"], "{elsewhere}");
        let said = far.replacen(
            "beyond_this_machine = false",
            "beyond_this_machine = true",
            1,
        );
        assert!(parse(&said).unwrap().admin.unwrap().beyond_this_machine);
    }
    let unknown = text.replacen("[admin]", "[admin]\nport = 1", 1);
    assert!(parse(&unknown).unwrap_err().to_string().contains("port"));
}

#[test]
fn show_names_the_source_of_each_value() {
    let text = EXAMPLE.replacen("reflection = true", "", 1);
    let shown = parse(&text).unwrap().show();
    let of = |key: &str| {
        shown
            .iter()
            .find(|setting| setting.key == key)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (of("reflection").value.as_str(), of("reflection").origin),
        ("false", Origin::Default)
    );
    assert_eq!(
        (of("dev").value.as_str(), of("dev").origin),
        ("true", Origin::File)
    );
    assert_eq!(of("side.mx.dev.invalid.country").value, "MX");
    let needed = |side: &str| of(&format!("side.{side}.stewards_needed"));
    assert_eq!(needed("us.dev.invalid").origin, Origin::File);
    assert_eq!(needed("mx.dev.invalid").origin, Origin::Default);
}

#[test]
fn a_second_marker_does_not_lie_in_the_data_folder_however_that_is_written() {
    let with = |path: &str| {
        let marker = format!("[log]\nsecond_marker = \"{path}\"\n");
        EXAMPLE.replacen("[log]\n", &marker, 1)
    };
    for inside in ["data/x", "./data/x", "other/../data/x"] {
        assert_eq!(problems(&with(inside)), ["log.second_marker"], "{inside}");
    }
    for outside in ["x", "data/../x", "data-2/x", "/var/lib/precinto-marker/x"] {
        assert!(parse(&with(outside)).is_ok(), "{outside}");
    }
}

#[test]
fn stewards_are_officers_of_the_side_and_no_fewer_than_needed() {
    let ramirez = "\"spiffe://us.dev.invalid/agency/cbp/officer/ramirez\"";
    for (from, to) in [
        (ramirez, ""),
        (ramirez, "\"spiffe://us.dev.invalid/agency/cbp/node/lax\""),
        (
            ramirez,
            "\"spiffe://mx.dev.invalid/agency/anam/officer/herrera\"",
        ),
        ("stewards_needed = 1", "stewards_needed = 2"),
        ("stewards_needed = 1", "stewards_needed = 0"),
    ] {
        let found = problems(&EXAMPLE.replacen(from, to, 1));
        assert!(found.iter().all(|key| key.starts_with("side.stewards")));
        assert!(!found.is_empty(), "{to}");
    }
    let twice = EXAMPLE.replacen(ramirez, &format!("{ramirez}, {ramirez}"), 1);
    assert_eq!(problems(&twice), ["side.stewards"]);
}

#[test]
fn quotas_are_the_defaults_where_the_file_is_silent() {
    let block = |rest: &str| parse(&format!("{EXAMPLE}\n{rest}"));
    let usual = Allowance::default();
    assert_eq!(parse(EXAMPLE).unwrap().quotas, Allowances::default());
    let quotas = block(
        "[[quota]]\nagency = \"us.dev.invalid/cbp\"\nstatements_per_minute = 7\n\
         [[quota]]\nnode_mib_per_minute = 3\n",
    );
    let quotas = quotas.unwrap().quotas;
    assert_eq!(quotas.usual.node.bytes, 3 << 20);
    assert_eq!(quotas.usual.agency, usual.agency);
    let cbp = quotas.named[&"us.dev.invalid/cbp".parse().unwrap()];
    assert_eq!(cbp.agency.statements, 7);
    assert_eq!(cbp.agency.bytes, usual.agency.bytes);
    assert_eq!(cbp.node.bytes, 3 << 20, "what is not said is as for all");
}

#[test]
fn quotas_that_cannot_be_are_refused() {
    for (block, key) in [
        ("agency = \"us.dev.invalid\"", "quota.agency"),
        ("agency = \"eu.dev.invalid/cbp\"", "quota.agency"),
        ("statements_per_minute = 0", "quota"),
        ("mib_per_minute = 1000001", "quota"),
        ("[[quota]]", "quota.agency"),
    ] {
        let text = format!("{EXAMPLE}\n[[quota]]\n{block}\n");
        assert_eq!(problems(&text), [key], "{block}");
    }
    let unknown = format!("{EXAMPLE}\n[[quota]]\nper_hour = 1\n");
    assert!(
        parse(&unknown)
            .unwrap_err()
            .to_string()
            .contains("per_hour")
    );
}
