//! Where the originals come from, and the crate in which they are built.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use ci::builds;
use cli::process;
use serde::Deserialize;

use super::{Engine, rewrite};

/// What makes it a workspace of its own. Reports tell lines, and nothing more of what a debugger can ask.
const WHOLE: &str = "[workspace]\n[profile.dev]\ndebug = \"line-tables-only\"\n";

/// crossbeam-channel, as cargo has fetched it.
#[derive(Debug)]
pub(super) struct Released {
    pub version: String,
    folder: PathBuf,
}

/// What cargo tells of the packages that this workspace is built from.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
}

/// The parts of its manifest that its tests need, in the form that cargo gives a manifest when it is released.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Manifest {
    package: Edition,
    dependencies: BTreeMap<String, Dependency>,
    dev_dependencies: BTreeMap<String, Dependency>,
}

#[derive(Deserialize)]
struct Edition {
    edition: String,
}

#[derive(Deserialize)]
struct Dependency {
    version: String,
}

impl Released {
    /// The one in `Cargo.lock`.
    pub(super) fn find() -> anyhow::Result<Released> {
        let mut cargo = builds::cargo();
        let output = process::output(cargo.args(["metadata", "--format-version", "1", "--locked"]))?;
        ensure!(output.status.success(), "failed to ask cargo for the packages of the workspace");
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).context("failed to understand cargo metadata")?;
        let package = metadata.packages.into_iter().find(|package| package.name == "crossbeam-channel");
        let Package { version, manifest_path, .. } = package.context("Cargo.lock has no crossbeam-channel")?;
        let folder = manifest_path.parent().expect("a manifest is in a folder").to_owned();
        Ok(Released { version, folder })
    }

    /// Its tests, its examples and those of its docs, in the words of an engine: paths in the crate, and texts.
    pub(super) fn files(&self, engine: Engine) -> anyhow::Result<Vec<(String, String)>> {
        let mut files = Vec::new();
        for folder in ["examples", "tests"] {
            for (name, text) in self.sources(folder)? {
                files.push((format!("{folder}/{name}.rs"), text));
            }
        }
        let docs: String = self.sources("src")?.iter().map(|(name, text)| rewrite::doc_examples(name, text)).collect();
        files.push(("tests/docs.rs".to_owned(), docs));
        if engine == Engine::Shuttle {
            files.iter_mut().for_each(|(_, text)| *text = rewrite::under_an_engine(text));
        }
        Ok(files)
    }

    /// The files of a folder of it, by their names without `.rs`.
    fn sources(&self, folder: &str) -> anyhow::Result<Vec<(String, String)>> {
        let folder = self.folder.join(folder);
        let mut sources = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| format!("failed to list {}", folder.display()))? {
            let path = entry?.path();
            if path.extension() == Some(OsStr::new("rs")) {
                let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
                let text = fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
                sources.push((name, text));
            }
        }
        sources.sort();
        Ok(sources)
    }

    /// Writes a crate with the originals, over the facade in the place of crossbeam-channel.
    pub(super) fn write(&self, folder: &Path, engine: Engine) -> anyhow::Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let manifest = fs::read_to_string(self.folder.join("Cargo.toml"))?;
        let Manifest { package, dependencies, dev_dependencies } = toml::from_str(&manifest)?;
        let crate_of = |name: &str, version: &str, edition: &str, dependencies: &str| {
            format!(
                "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"{edition}\"\n\
                 [lints.rust]\nunexpected_cfgs = \"allow\"\n[dependencies]\n{dependencies}"
            )
        };
        let facade = format!("selvedge.path = {:?}\n", builds::root());
        let mut all = format!("{facade}crossbeam-channel.path = \"shim\"\n");
        for (name, Dependency { version }) in dependencies.iter().chain(&dev_dependencies) {
            all += &format!("{name} = {version:?}\n");
        }
        let mut files = self.files(engine)?;
        files.extend([
            ("Cargo.toml".to_owned(), crate_of("originals", "0.0.0", &package.edition, &all) + WHOLE),
            ("src/lib.rs".to_owned(), String::new()),
            ("shim/Cargo.toml".to_owned(), crate_of("crossbeam-channel", &self.version, "2024", &facade)),
            ("shim/src/lib.rs".to_owned(), include_str!("shim/lib.rs").to_owned()),
        ]);
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("it is in the folder"))?;
            fs::write(path, text)?;
        }
        // The versions of this workspace; what it does not have cargo adds.
        fs::copy(builds::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(())
    }
}
