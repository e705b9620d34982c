//! A Debian sid root with Rust, MinGW and Wine, kept between runs.
//!
//! Everything is mounted within a namespace of the program that needs it, so
//! nothing stays mounted when it ends, however it ends. A root is built beside
//! its place and moved there when it is complete.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use super::mirror;
use crate::process;

/// Overrides the place of the root.
const LOCATION: &str = "RINGSIDE_WINDOWS_ROOT";

/// Marks a folder as ours, so that nothing else is ever removed.
const OURS: &str = ".ringside-windows-root";

/// In a complete root. It is the recipe's version: a change of the recipe changes
/// it, and an older root is built anew.
const COMPLETE: &str = ".ringside-windows-root-1";

/// Where the checkout appears in the root: the same place for every checkout,
/// so that they share what was compiled.
pub(super) const CHECKOUT: &str = "/checkout";

/// Cargo's own folders in the root.
pub(super) const CARGO_HOME: &str = "/var/cache/ringside/cargo";
pub(super) const TARGET: &str = "/var/cache/ringside/target";

/// The win32 threads model needs no extra DLL beside the program.
const BASE: &str = "ca-certificates,rustc,cargo,rust-src,\
                    gcc-mingw-w64-x86-64-win32,g++-mingw-w64-x86-64-win32";

/// debootstrap leaves packages unconfigured that need /proc: finished here.
const FINISH: &str = "dpkg --configure -a || true
apt-get --fix-broken --yes install
apt-get --yes --no-install-recommends install wine wine64
apt-get clean";

/// Mounts what a program in the root needs, then becomes that program.
/// Arguments: the root, the checkout or nothing, the program and its arguments.
const ENTER: &str = r#"
root=$1; checkout=$2; shift 2
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
if [ -n "$checkout" ]; then mount --bind "$checkout" "$root/checkout"; fi
exec chroot "$root" "$@"
"#;

/// The root's place: a cache, outside any checkout.
pub(super) fn location() -> Result<PathBuf> {
    if let Some(path) = env::var_os(LOCATION) {
        return Ok(path.into());
    }
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cache")));
    Ok(cache
        .with_context(|| format!("set {LOCATION}: there is no HOME"))?
        .join("ringside/windows-root"))
}

/// Whether the root there was built to its end, by this recipe.
pub(super) fn is_complete(root: &Path) -> bool {
    root.join(COMPLETE).is_file()
}

/// The root, built first where there is none, each step of that within the limit.
pub(super) fn ensure(limit: Duration) -> Result<PathBuf> {
    let root = location()?;
    let lock = lock(&root)?;
    if is_complete(&root) {
        println!("using the root in {}", root.display());
    } else {
        build(&root, limit).context("the Debian root for the Windows build could not be built")?;
    }
    refresh(&root)?;
    drop(lock);
    require_rust(&root)?;
    Ok(root)
}

/// Held while a root is built, so that a second chore waits for it.
fn lock(root: &Path) -> Result<File> {
    let path = root.with_extension("lock");
    if let Some(cache) = path.parent() {
        fs::create_dir_all(cache)?;
    }
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

/// A program in the root, with only the variables that it is given.
pub(super) fn enter(root: &Path, checkout: Option<&Path>) -> Command {
    let mut command = Command::new("unshare");
    // A namespace of processes as well: Wine's server ends with the tests.
    command.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", ENTER, "enter"]);
    command.arg(root).arg(checkout.unwrap_or(Path::new("")));
    command.env_clear().envs(inherited()).envs([
        ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        ("HOME", "/root"),
        ("LANG", "C.UTF-8"),
        ("DEBIAN_FRONTEND", "noninteractive"),
    ]);
    command
}

/// The same command with a limit, and with only the variables that were set on it.
/// Outside the root, since `timeout` may not be the first process of a namespace.
pub(super) fn within(limit: Duration, command: &Command) -> Command {
    let mut limited = Command::new("timeout");
    limited.args(["--kill-after=10", &limit.as_secs().max(1).to_string()]);
    limited.arg(command.get_program()).args(command.get_args()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited
}

/// How this machine reaches the network, and how it likes its terminal.
fn inherited() -> impl Iterator<Item = (String, String)> {
    let wanted = ["http_proxy", "https_proxy", "no_proxy", "term", "ci"];
    env::vars().filter(move |(name, _)| wanted.contains(&name.to_lowercase().as_str()))
}

fn build(root: &Path, limit: Duration) -> Result<()> {
    let partial = root.with_extension("partial");
    remove(root)?;
    remove(&partial)?;
    fs::create_dir_all(&partial)?;
    fs::write(partial.join(OURS), "")?;
    let mirror = mirror::of_this_machine();
    println!("building a Debian root in {} from {mirror}", root.display());
    debootstrap(&partial, &mirror, limit)?;
    for folder in [CHECKOUT, CARGO_HOME, TARGET] {
        fs::create_dir_all(path_in(&partial, folder))?;
    }
    refresh(&partial)?;
    process::run_shown(
        "apt-get install wine, in the root",
        &mut within(limit, enter(&partial, None).args(["sh", "-ec", FINISH])),
    )?;
    fs::write(partial.join(COMPLETE), "")?;
    fs::rename(&partial, root).context("cannot move the finished root to its place")
}

/// Removes a root of ours; a folder that holds anything else is left alone.
fn remove(root: &Path) -> Result<()> {
    if !root.exists() {
        return Ok(());
    }
    let is_empty = fs::read_dir(root)?.next().is_none();
    if !is_empty && !root.join(OURS).exists() {
        bail!("{} holds something else: name another place in {LOCATION}", root.display());
    }
    fs::remove_dir_all(root).with_context(|| format!("cannot remove {}", root.display()))
}

/// Ends with an error where packages are left unconfigured, as they always are
/// here; that it unpacked what is needed is what counts.
fn debootstrap(root: &Path, mirror: &str, limit: Duration) -> Result<()> {
    let mut command = Command::new("unshare");
    command.envs(env::vars_os());
    command.args(["--mount", "debootstrap", "--variant=minbase"]);
    command.arg(format!("--include={BASE}")).arg("sid").arg(root).arg(mirror);
    let made = process::run_shown("debootstrap sid", &mut within(limit, &command));
    match made {
        Err(error) if !root.join("usr/bin/rustc").exists() => Err(error),
        _ => Ok(()),
    }
}

/// Gives the root this machine's names, certificates and registries as of today.
fn refresh(root: &Path) -> Result<()> {
    let bundle = env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let bundle = bundle.unwrap_or_else(|| "/etc/ssl/certs/ca-certificates.crt".into());
    copy(Path::new("/etc/resolv.conf"), &root.join("etc/resolv.conf"))?;
    copy(Path::new("/etc/hosts"), &root.join("etc/hosts"))?;
    copy(&bundle, &root.join("etc/ssl/certs/ca-certificates.crt"))?;
    if let Some(config) = cargo_config() {
        copy(&config, &path_in(root, CARGO_HOME).join("config.toml"))?;
    }
    Ok(())
}

/// A person's cargo configuration: it may name a registry near by.
fn cargo_config() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cargo")))?;
    Some(home.join("config.toml")).filter(|path| path.is_file())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    // A link into the root's own system would be followed out of it.
    if to.is_symlink() {
        fs::remove_file(to)?;
    }
    fs::copy(from, to).with_context(|| format!("cannot copy {} into the root", from.display()))?;
    Ok(())
}

/// sid moves: any Rust will do that is not older than the workspace asks for.
fn require_rust(root: &Path) -> Result<()> {
    let said = process::output(enter(root, None).args(["rustc", "--version"]))?;
    println!("{said}");
    let found = rust_version(&said).with_context(|| format!("`{said}` is not a version"))?;
    let needed = rust_version(&format!("rustc {}", env!("CARGO_PKG_RUST_VERSION")))
        .expect("the workspace has a rust-version");
    if found < needed {
        bail!(
            "Debian sid has Rust {}.{}, and the workspace needs {}.{}",
            found.0,
            found.1,
            needed.0,
            needed.1
        );
    }
    Ok(())
}

/// Major and minor of what `rustc --version` prints.
fn rust_version(said: &str) -> Option<(u32, u32)> {
    let mut parts = said.strip_prefix("rustc ")?.split(['.', ' ']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// An absolute path of the root, as this machine sees it.
fn path_in(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_rust_is_read_as_it_is_printed() {
        let sid = rust_version("rustc 1.97.1 (8bab26f4f 2026-07-14) (built from a source tarball)");
        assert_eq!(sid, Some((1, 97)));
        assert!(sid > rust_version("rustc 1.95"), "a later one will do");
        assert_eq!(rust_version("not rustc"), None);
    }

    #[test]
    fn a_path_of_the_root_stays_in_it() {
        assert_eq!(
            path_in(Path::new("cache"), CARGO_HOME),
            Path::new("cache/var/cache/ringside/cargo")
        );
    }

    #[test]
    fn a_folder_that_is_not_ours_is_never_removed() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(remove(manifest).is_err(), "it holds something else");
        assert!(manifest.join("Cargo.toml").exists());
    }

    #[test]
    fn a_root_without_its_mark_is_not_complete() {
        assert!(!is_complete(Path::new(env!("CARGO_MANIFEST_DIR"))));
    }
}
