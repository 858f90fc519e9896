//! Where the workspace is, and where it builds.

use std::env;
use std::path::{self, Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where this program works, if that is not where it comes from.
static ENTERED: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();

/// Works in the workspace that has this root and this target folder from now on.
///
/// # Panics
///
/// If it works in one already.
pub fn enter(root: PathBuf, target: PathBuf) {
    ENTERED.set((root, target)).expect("a program works in one workspace");
}

/// The root of the workspace: where nothing is [entered](enter), two folders above this file when it was compiled.
pub fn root() -> &'static Path {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("cli/ is a folder of the workspace");
    ENTERED.get().map_or_else(own, |(root, _)| root)
}

/// The target folder. What the environment says of it is seen from where the program was started, as cargo sees it, and not
/// from where it goes.
pub fn target() -> PathBuf {
    match (ENTERED.get(), env::var_os("CARGO_TARGET_DIR")) {
        (Some((_, target)), _) => target.clone(),
        (None, Some(folder)) => path::absolute(&folder).unwrap_or_else(|_| PathBuf::from(folder)),
        (None, None) => root().join("target"),
    }
}

/// `cargo`, the one that started this program, in the root of the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).env("CARGO_TARGET_DIR", target());
    command
}
