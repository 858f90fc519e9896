//! The document's pattern 2: readers keep the version that they got, while a setting is updated.

use std::io::{self, Write};

use selvedge::patterns::copy_on_write::ConfigManager;
use selvedge::sync::thread;

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let manager = ConfigManager::new([("timeout", "30s"), ("host", "localhost")]);
    let before = manager.get_config();
    let seen: Vec<String> = thread::scope(|scope| {
        let read = || manager.get_config().setting("timeout").unwrap_or_default().to_owned();
        let readers: Vec<_> = (0..10).map(|_| scope.spawn(read)).collect();
        manager.update_setting("timeout", "60s");
        readers.into_iter().map(|reader| reader.join().expect("it does not panic")).collect()
    });
    let whole = seen.iter().all(|timeout| timeout == "30s" || timeout == "60s");
    writeln!(out, "10 readers saw 30s or 60s: {whole}")?;
    for (name, config) in [("Before", before), ("After", manager.get_config())] {
        let setting = |key| config.setting(key).unwrap_or_default();
        writeln!(out, "{name}: timeout={}, host={}", setting("timeout"), setting("host"))?;
    }
    Ok(())
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
