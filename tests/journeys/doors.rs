//! Who gets in: a certificate that is revoked, of the wrong kind, of the wrong side or of nobody does not.

use precinto_alert::reason::Reason;
use precinto_client::Connection;
use precinto_tests::{Messages, Site, audit};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_node_does_not_get_in_and_what_a_revoked_key_signed_is_refused() {
    let site = Site::new();
    let gateway = site.start();
    let lost = site.node("us-cbp-lost", &gateway);
    let refused = Connection::open(&lost.settings, &lost.clock)
        .await
        .expect_err("a closed door");
    assert_eq!(refused.reason(), Some(Reason::CertRevoked), "{refused}");
    assert!(!refused.is_transient());

    // The node gets in, but its signing certificate is revoked.
    let old = site.node("mx-fgr-old", &gateway);
    let connection = old.connect().await;
    let mut messages = Messages::new(&old.author, "MX-FGROLD", "us.dev.invalid/cbp");
    let error = precinto_client::submit::submit(&connection, &messages.alert(200))
        .await
        .expect_err("must be refused");
    assert_eq!(error.reason(), Some(Reason::CertRevoked), "{error}");
    assert!(gateway.stop().success());
    audit(&site);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_identity_is_bound_to_the_side_whose_root_vouches_for_it() {
    let ours = Site::new();
    let theirs = Site::new();
    let gateway = ours.start();
    // A node with the right name, vouched for by somebody else's root of the same name.
    let stranger = theirs.node("us-cbp-lax", &gateway);
    let mut settings = stranger.settings.clone();
    settings.trust = ours.node("us-cbp-lax", &gateway).settings.trust;
    let refused = Connection::open(&settings, &stranger.clock)
        .await
        .expect_err("a closed door");
    assert_eq!(refused.reason(), Some(Reason::CertUnknownCa), "{refused}");

    // And the other way round: the stranger's own trust does not believe our gateway.
    let refused = Connection::open(&stranger.settings, &stranger.clock).await;
    assert!(
        refused.is_err(),
        "a node believed a gateway that its roots do not vouch for"
    );
    assert!(gateway.stop().success());
    audit(&ours);
}
