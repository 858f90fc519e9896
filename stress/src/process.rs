//! What the process has of the machine: threads and resident memory, neither of which may grow.
//!
//! Read from `/proc`, and not watched where there is none.

use std::fs;
use std::time::{Duration, Instant};

use selvedge::sync::time::Clock;
use serde::Serialize;

/// Readings up to which memory may grow: what a run needs is there by then.
const WARM_UP: u32 = 10;
/// What memory may grow by after that, beside a quarter of what it was: allocators keep some for later.
const SLACK: u64 = 32 << 20;

/// What the process has at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Threads.
    pub threads: u64,
    /// Bytes of resident memory.
    pub resident: u64,
}

/// Reads it; nothing where the system does not say.
pub fn read() -> Option<Reading> {
    parse(&fs::read_to_string("/proc/self/status").ok()?)
}

fn parse(status: &str) -> Option<Reading> {
    let number = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    Some(Reading { threads: number("Threads:")?, resident: number("VmRSS:")? << 10 })
}

/// What the process had when it was warm, at the most, and last.
#[derive(Clone, Debug, Serialize)]
pub struct Watch {
    /// Threads at first.
    pub threads: u64,
    /// Bytes of resident memory when the run was warm.
    pub resident: u64,
    /// Bytes of resident memory, last.
    pub resident_last: u64,
    #[serde(skip)]
    readings: u32,
}

impl Watch {
    /// Starts with a reading, before the first round.
    pub fn new(first: Reading) -> Self {
        Watch { threads: first.threads, resident: first.resident, resident_last: first.resident, readings: 0 }
    }

    /// Looks at the process between two rounds, when nobody operates. A thread that has ended for those who joined it
    /// may be there for the machine a little longer: it has as long as `patience` allows.
    ///
    /// # Errors
    ///
    /// What has grown.
    pub fn look(&mut self, read: impl Fn() -> Option<Reading>, patience: Duration) -> Result<(), String> {
        let deadline = Instant::now() + patience;
        loop {
            let Some(reading) = read() else { return Ok(()) };
            if reading.threads <= self.threads {
                return self.weigh(reading.resident);
            }
            if Instant::now() > deadline {
                return Err(format!("{} threads became {}: somebody was left behind", self.threads, reading.threads));
            }
            Clock::system().sleep(Duration::from_millis(1));
        }
    }

    fn weigh(&mut self, resident: u64) -> Result<(), String> {
        self.readings += 1;
        self.resident_last = resident;
        if self.readings <= WARM_UP {
            self.resident = self.resident.max(resident);
        }
        if resident > self.resident + self.resident / 4 + SLACK {
            return Err(format!("{} MiB of memory became {} MiB", self.resident >> 20, resident >> 20));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_status_is_read() {
        let status = "Name:\tstress\nVmRSS:\t    2048 kB\nThreads:\t7\n";
        assert_eq!(parse(status), Some(Reading { threads: 7, resident: 2 * MIB }));
        assert_eq!(parse("Name:\tstress\n"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_a_thread_and_memory() {
        assert!(read().is_some_and(|reading| reading.threads > 0 && reading.resident > 0));
    }

    #[test]
    fn memory_may_grow_until_the_run_is_warm_and_no_more() {
        let reading = |resident| move || Some(Reading { threads: 3, resident });
        let mut watch = Watch::new(Reading { threads: 3, resident: 10 * MIB });
        for round in 0..10 {
            assert_eq!(watch.look(reading((10 + 10 * round) * MIB), PATIENCE), Ok(()));
        }
        assert_eq!(watch.look(reading(150 * MIB), PATIENCE), Ok(()), "a quarter and the slack");
        assert_eq!(watch.look(reading(160 * MIB), PATIENCE), Err("100 MiB of memory became 160 MiB".to_owned()));
    }

    #[test]
    fn a_thread_may_linger_and_not_stay() {
        let mut watch = Watch::new(Reading { threads: 3, resident: MIB });
        let lingering = std::cell::Cell::new(5);
        let ends = || {
            lingering.set(lingering.get() - 1);
            Some(Reading { threads: lingering.get(), resident: MIB })
        };
        assert_eq!(watch.look(ends, PATIENCE), Ok(()));
        let stays = watch.look(|| Some(Reading { threads: 4, resident: MIB }), Duration::from_millis(10));
        assert_eq!(stays, Err("3 threads became 4: somebody was left behind".to_owned()));
    }
}
