//! Which build this is.

/// The version, and the commit that it was built of where the build was told it, as
/// `cargo xtask dist` tells it: two builds of one version can be told apart.
#[must_use]
pub fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    match option_env!("RINGSIDE_COMMIT") {
        Some(commit) if !commit.is_empty() => format!("{version}+{commit}"),
        Some(_) | None => version.to_owned(),
    }
}
