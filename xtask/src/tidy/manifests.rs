//! The rules over `Cargo.toml`: directions, owners, and what every member says of itself.
//!
//! Development dependencies are free: tests may use what they like.

use serde_json::Value;

use super::{
    layers::{IMPURE, Kind, Layer, OWNERSHIPS, layer, matches},
    violation::Violation,
};

/// The only members with lints of their own; their manifests say why.
const OWN_LINTS: &[&str] = &["boot-clock", "window-system"];

/// What the rules need to know of a member.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) version: String,
    /// `publish = false`.
    pub(crate) is_private: bool,
    /// From the workspace root, with forward slashes.
    pub(crate) manifest_path: String,
    /// The manifest itself.
    pub(crate) manifest: Value,
    /// Normal and build dependencies.
    pub(crate) dependencies: Vec<Dependency>,
}

/// A dependency, as the rules see it.
#[derive(Debug, Clone)]
pub(crate) enum Dependency {
    /// On another member.
    Member(String),
    /// On a crate from a registry.
    External(String),
}

/// Checks every member.
///
/// `workspace` is the root manifest, with the lints that members inherit.
pub(crate) fn check(members: &[Member], workspace: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    for member in members {
        violations.extend(settings(member));
        violations.extend(lints(member, workspace));
        match layer(&member.name) {
            Some(layer) => violations.extend(directions(member, layer)),
            None => violations.push(Violation::of_file(
                &member.manifest_path,
                "known-member",
                format!("give `{}` a row in xtask/src/tidy/layers.rs", member.name),
            )),
        }
    }
    violations
}

fn settings(member: &Member) -> Vec<Violation> {
    let mut violations = Vec::new();
    if !member.is_private {
        violations.push(Violation::of_file(
            &member.manifest_path,
            "unpublished",
            "set `publish = false`: the crates are one program",
        ));
    }
    if member.version != "0.0.0" {
        violations.push(Violation::of_file(
            &member.manifest_path,
            "version-zero",
            "set `version.workspace = true`: releases are numbered elsewhere",
        ));
    }
    violations
}

fn lints(member: &Member, workspace: &Value) -> Option<Violation> {
    let lints = &member.manifest["lints"];
    if !OWN_LINTS.contains(&member.name.as_str()) {
        let inherits = lints["workspace"] == Value::Bool(true);
        return (!inherits).then(|| {
            Violation::of_file(
                &member.manifest_path,
                "shared-lints",
                "set `lints.workspace = true`",
            )
        });
    }
    let mut expected = workspace["workspace"]["lints"].clone();
    expected["rust"]["unsafe_code"] = Value::from("deny");
    (*lints != expected).then(|| {
        Violation::of_file(
            &member.manifest_path,
            "shared-lints",
            "copy [workspace.lints], with `unsafe_code = \"deny\"` as the one difference",
        )
    })
}

fn directions(member: &Member, layer: &Layer) -> Vec<Violation> {
    member
        .dependencies
        .iter()
        .filter_map(|dependency| match dependency {
            Dependency::Member(name) => direction(member, layer, name),
            Dependency::External(name) => {
                ownership(member, name).or_else(|| purity(member, layer, name))
            }
        })
        .collect()
}

fn direction(member: &Member, layer: &Layer, dependency: &str) -> Option<Violation> {
    (!layer.may_depend_on.contains(&dependency)).then(|| {
        Violation::of_file(
            &member.manifest_path,
            "direction",
            format!("`{}` may not depend on `{dependency}`: turn it round", member.name),
        )
    })
}

fn ownership(member: &Member, dependency: &str) -> Option<Violation> {
    let owned =
        OWNERSHIPS.iter().find(|owned| owned.crates.iter().any(|c| matches(c, dependency)))?;
    (!owned.owners.contains(&member.name.as_str())).then(|| {
        Violation::of_file(
            &member.manifest_path,
            "owner",
            format!("remove `{dependency}`: {} belongs to {}", owned.what, owned.owners.join(", ")),
        )
    })
}

fn purity(member: &Member, layer: &Layer, dependency: &str) -> Option<Violation> {
    let is_impure = IMPURE.iter().any(|pattern| matches(pattern, dependency));
    (layer.kind == Kind::Pure && is_impure).then(|| {
        Violation::of_file(
            &member.manifest_path,
            "pure",
            format!("remove `{dependency}`: `{}` takes what it needs as arguments", member.name),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_that_keeps_the_rules_passes() {
        assert_eq!(rules_broken(member("delivery", &["event-model"], &["serde"])), [""; 0]);
    }

    #[test]
    fn an_adapter_may_not_be_named_by_its_core() {
        assert_eq!(rules_broken(member("delivery", &["outbox"], &[])), ["direction"]);
    }

    #[test]
    fn the_client_may_not_name_the_server() {
        assert_eq!(rules_broken(member("companion", &["ingest-store"], &[])), ["direction"]);
    }

    #[test]
    fn a_member_without_a_row_fails() {
        assert_eq!(rules_broken(member("stray", &[], &[])), ["known-member"]);
    }

    #[test]
    fn a_pure_member_may_name_no_runtime() {
        assert_eq!(rules_broken(member("association", &[], &["tokio"])), ["pure"]);
        assert_eq!(rules_broken(member("uploader", &[], &["tokio"])), [""; 0], "I/O may");
    }

    #[test]
    fn each_owned_crate_is_refused_to_everybody_else() {
        for owned in OWNERSHIPS {
            for name in owned.crates {
                let name = name.replace('*', "shell");
                let owner = member(owned.owners[0], &[], &[&name]);
                assert_eq!(rules_broken(owner), [""; 0], "{name} may be used by its owner");
                assert_eq!(rules_broken(member("cli", &[], &[&name])), ["owner"], "{name}");
            }
        }
    }

    #[test]
    fn a_member_that_could_be_published_fails() {
        let open = Member { is_private: false, ..member("delivery", &[], &[]) };
        assert_eq!(rules_broken(open), ["unpublished"]);
    }

    #[test]
    fn a_version_of_its_own_fails() {
        let versioned = Member { version: "0.1.0".into(), ..member("delivery", &[], &[]) };
        assert_eq!(rules_broken(versioned), ["version-zero"]);
    }

    #[test]
    fn a_member_outside_the_shared_lints_fails() {
        let own = Member { manifest: json!({}), ..member("delivery", &[], &[]) };
        assert_eq!(rules_broken(own), ["shared-lints"]);
    }

    #[test]
    fn who_asks_windows_may_differ_from_the_shared_lints_by_unsafe_code_alone() {
        for name in OWN_LINTS {
            let with = |unsafe_code: &str, docs: &str| Member {
                manifest: json!({
                    "lints": { "rust": { "unsafe_code": unsafe_code, "missing_docs": docs } }
                }),
                ..member(name, &[], &[])
            };
            assert_eq!(rules_broken(with("deny", "warn")), [""; 0]);
            assert_eq!(rules_broken(with("warn", "warn")), ["shared-lints"], "unsafe is denied");
            assert_eq!(rules_broken(with("deny", "allow")), ["shared-lints"], "the rest is shared");
        }
    }

    fn rules_broken(member: Member) -> Vec<&'static str> {
        let workspace = json!({
            "workspace": { "lints": { "rust": { "unsafe_code": "forbid", "missing_docs": "warn" } } }
        });
        check(&[member], &workspace).into_iter().map(|violation| violation.rule).collect()
    }

    fn member(name: &str, members: &[&str], externals: &[&str]) -> Member {
        let lints = if OWN_LINTS.contains(&name) {
            json!({ "rust": { "unsafe_code": "deny", "missing_docs": "warn" } })
        } else {
            json!({ "workspace": true })
        };
        let members = members.iter().map(|name| Dependency::Member((*name).into()));
        let externals = externals.iter().map(|name| Dependency::External((*name).into()));
        Member {
            name: name.into(),
            version: "0.0.0".into(),
            is_private: true,
            manifest_path: format!("crates/{name}/Cargo.toml"),
            manifest: json!({ "lints": lints }),
            dependencies: members.chain(externals).collect(),
        }
    }
}
