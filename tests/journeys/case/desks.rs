//! Two desks of one agency: each reads and goes on with what the other began, and each answers for its own copy.

use precinto_tests::{Site, audit};

use super::{ANAM, CBP, begin_at, has};

const JFK: &str = "us-cbp-jfk";
const TIJ: &str = "mx-anam-tij";

#[test]
fn each_desk_confirms_a_recall_for_its_own_copy() {
    let site = Site::of_profile(|profile| {
        let mut profile = profile;
        for (first, second) in [
            (
                r#"{ name = "lax", code = "CBPLAX" }"#,
                r#"{ name = "jfk", code = "CBPJFK" }"#,
            ),
            (
                r#"{ name = "mex", code = "ANAMEX" }"#,
                r#"{ name = "tij", code = "ANATIJ" }"#,
            ),
        ] {
            assert!(profile.contains(first));
            profile = profile.replace(first, &format!("{first}, {second}"));
        }
        profile
    });
    let mut stage = begin_at(site);
    // Either desk of either side tells the same story, and goes on with it.
    stage.send(TIJ, "ack ID --level node");
    stage.send(JFK, "comment ID --text Look_at_the_seals");
    for node in [CBP, JFK, ANAM, TIJ] {
        let story = stage.done(node, "show ID");
        has(&story, &["Look at the seals", "node ✓"]);
    }
    stage.send(JFK, "recall ID --measure ERASE --ground ERROR");
    for (node, other) in [(ANAM, TIJ), (TIJ, ANAM)] {
        has(
            &stage.done(node, "show ID"),
            &["next precinto sync --confirm-recalls"],
        );
        stage.done(node, "sync --confirm-recalls");
        let (code, said) = stage.ends(node, "sync --confirm-recalls");
        assert_eq!(code, Some(0));
        has(&said, &["no recall waits"]);
        let story = stage.done(node, "show ID");
        assert!(!story.contains("--confirm-recalls"), "{story}");
        // The other desk has acknowledged, so it is known to hold a copy: one desk's word is not yet the agency's.
        let told: &[&str] = if node == ANAM {
            &[
                "0 of 4 confirmed",
                "✗ mx.dev.invalid/anam: NOT EVERY NODE",
                "outstanding: tij",
            ]
        } else {
            &["1 of 4 confirmed", "✓ mx.dev.invalid/anam: confirmed"]
        };
        has(&stage.done(CBP, "show ID"), told);
        let waits = stage.done(other, "sync").contains("recall to confirm:");
        assert_eq!(waits, node == ANAM, "{other}");
    }
    let case = stage.object(CBP, "show ID");
    let confirmed = case["messages"].as_array().expect("messages").iter();
    let confirmed = confirmed.filter(|one| one["statement"]["type"] == "RECALL_CONFIRM");
    assert_eq!(confirmed.count(), 2);
    let gateway = stage.gateway.take().expect("running");
    assert!(gateway.stop().success());
    audit(&stage.site);
}
