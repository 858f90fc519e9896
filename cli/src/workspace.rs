//! Where this workspace is, and where it builds.

use std::env;
use std::path::{self, Path, PathBuf};
use std::process::Command;

/// The root of the workspace: two folders above this file when it was compiled.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("cli/ is a folder of the workspace")
}

/// The target folder. What the environment says of it is seen from where the program was started, as cargo sees it, and not
/// from where it goes.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => path::absolute(&folder).unwrap_or_else(|_| PathBuf::from(folder)),
        None => root().join("target"),
    }
}

/// `cargo`, the one that started this program, in the root of the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).env("CARGO_TARGET_DIR", target());
    command
}
