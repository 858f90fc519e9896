//! The machine on which something was run.

use std::{fmt, fs, thread};

use serde::{Deserialize, Serialize};

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Threads that it runs at once.
    pub cores: usize,
    /// The name of its processor, if the system says.
    pub model: Option<String>,
}

impl Machine {
    /// The machine that this runs on.
    pub fn this() -> Self {
        let model = fs::read_to_string("/proc/cpuinfo").ok().as_deref().and_then(model);
        Machine { cores: thread::available_parallelism().map_or(1, usize::from), model }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cores of {}", self.cores, self.model.as_deref().unwrap_or("an unnamed processor"))
    }
}

/// The processor's name in Linux's description.
fn model(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"))?;
    Some(line.trim_start_matches([' ', '\t', ':']).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_has_a_name_or_none() {
        assert_eq!(model("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n").as_deref(), Some("Some CPU @ 2 GHz"));
        assert_eq!(model("processor\t: 0\n"), None);
    }
}
