//! The files of a course: the exercises without their solutions, and a package in which `cargo` builds them.

use std::path::{Path, PathBuf};

use models::lessons::{self, Lesson};

/// Every file, by its place in the course, for lessons that are in `root`, and programs that are built in `target`.
pub fn files(root: &Path, target: &Path) -> Vec<(PathBuf, String)> {
    let mut files = vec![
        (PathBuf::from("Cargo.toml"), manifest(root)),
        (PathBuf::from(".cargo/config.toml"), config(target)),
        (PathBuf::from(".learn/main.rs"), forward(root)),
        (PathBuf::from(".gitignore"), "/target".to_owned()),
        // What an editor formats stays what it was.
        (PathBuf::from("rustfmt.toml"), include_str!("../../rustfmt.toml").trim_end().to_owned()),
        (PathBuf::from("README.md"), readme(root)),
    ];
    for lesson in lessons::ALL {
        let folder = Path::new(lesson.name);
        files.push((folder.join("lesson.md"), lesson.texts().0.trim_end().to_owned()));
        files.push((folder.join("exercise.rs"), lesson.exercise.text().trim_end().to_owned()));
        files.push((folder.join("main.rs"), main_of(lesson)));
    }
    files
}

/// The program of an exercise.
fn main_of(lesson: &Lesson) -> String {
    let (engine, is_played) = (lesson.engine.name(), lesson.is_played());
    format!(
        "//! What `cargo learn` runs. Yours is `exercise.rs`.\n\nmod exercise;\n\nfn main() {{\n    let answer = learn::answer(\
         \"{engine}\", exercise::PREDICTED, exercise::program, exercise::check, {is_played});\n    println!(\"{{answer}}\");\n}}"
    )
}

/// A path as a string of TOML or Rust.
fn quoted(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}

fn manifest(root: &Path) -> String {
    let (learn, selvedge) = (quoted(&root.join("learn")), quoted(root));
    let program = |lesson: &Lesson| format!("\n[[bin]]\nname = \"{0}\"\npath = \"{0}/main.rs\"\n", lesson.name);
    let programs: String = lessons::ALL.iter().map(program).collect();
    format!(
        "# Written by `cargo learn start`.\n[package]\nname = \"course\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n\n\
         [dependencies]\nlearn = {{ path = {learn}, default-features = false }}\nselvedge = {{ path = {selvedge} }}\n\n\
         # Yours is built in a second, at every save; the engines are built once.\n[profile.dev]\n\
         debug = \"line-tables-only\"\n\n[profile.dev.package.\"*\"]\ndebug = false\n\n\
         [[bin]]\nname = \"cargo-learn\"\npath = \".learn/main.rs\"\n{}",
        programs.trim_end()
    )
}

fn config(target: &Path) -> String {
    format!(
        "[build]\n# The engines of this build explore every schedule.\nrustflags = [\"--cfg\", \"shuttle\"]\ntarget-dir = {}\n\n\
         [alias]\nlearn = \"run --quiet --bin cargo-learn --\"",
        quoted(target)
    )
}

/// `cargo learn` in the folder of a course.
fn forward(root: &Path) -> String {
    format!(
        "//! `cargo learn`: it is built, and run, where the lessons are.\n\nuse std::process::{{Command, ExitCode}};\n\n\
         fn main() -> ExitCode {{\n    let cargo = std::env::var_os(\"CARGO\").unwrap_or_else(|| \"cargo\".into());\n    \
         let mut learn = Command::new(cargo);\n    learn.current_dir({}).args([\"run\", \"--quiet\", \"--package\", \"learn\", \
         \"--\"]);\n    learn.args([\"--course\", env!(\"CARGO_MANIFEST_DIR\")]).args(std::env::args_os().skip(1));\n    \
         let code = learn.status().ok().and_then(|status| u8::try_from(status.code()?).ok());\n    \
         code.map_or(ExitCode::from(2), ExitCode::from)\n}}",
        quoted(root)
    )
}

fn readme(root: &Path) -> String {
    let row = |lesson: &Lesson| format!("- [{}]({}/lesson.md)\n", lesson.title(), lesson.name);
    let rows: String = lessons::ALL.iter().map(row).collect();
    include_str!("readme.template").replace("ROOT", &root.display().to_string()).replace("LESSONS", rows.trim_end())
}
