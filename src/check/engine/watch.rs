//! What an execution cannot report itself: that it waits outside of the facade, or that one of its stacks is too small.
//!
//! All tasks of an execution share one thread of the machine. If one of them waits for something of std's (a lock that
//! another task holds, a channel, a thread), no other task goes on, and none can report it. So the thread that waits
//! for the exploration asks once a second, by a signal to the exploring thread: if that has done no operation since,
//! and used no processor time, it says where it is, and is given up. A stack that overflows runs into its guard page,
//! which is a signal as well.
//!
//! `SIGURG` is used because it disturbs no program: by default it is ignored.

use std::cell::Cell;
use std::os::unix::thread::JoinHandleExt;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Once, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::outside;
use crate::sync::engine::world::{self, Stop, World};

/// How often the thread is asked, and how often in a row it has to be found waiting.
const PERIOD: Duration = Duration::from_secs(1);
const TIMES: u32 = 3;

/// Processor time that a thread uses in a period at least, even on a busy machine, unless it waits.
const IDLE: Duration = Duration::from_millis(5);

/// Bytes of stack for the signal handlers, which look up the names of lines.
const STACK: usize = 0x10_0000;

/// How far below the end of its stack a task may reach with one frame.
const FRAME: usize = 0x10_0000;

/// The thread that is overdue, by the system's id.
static OVERDUE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// When the thread was last asked: its operations so far, the time that it had used, and how often in a row these
    /// were unchanged.
    static SEEN: Cell<((u32, usize), Duration, u32)> = const { Cell::new(((0, 0), Duration::ZERO, 0)) };
}

/// Waits for an exploration to end in a failure, for `limit` at most.
///
/// # Errors
///
/// If it ends otherwise, or does not.
pub(super) fn wait(
    thread: &JoinHandle<()>,
    stops: &Receiver<(Stop, World)>,
    limit: Duration,
    executions: impl Fn() -> u64,
) -> Result<(Stop, World), RecvTimeoutError> {
    let end = Instant::now() + limit;
    let mut before = None;
    loop {
        match stops.recv_timeout(PERIOD.min(end.saturating_duration_since(Instant::now()))) {
            Err(RecvTimeoutError::Timeout) => (),
            ended => return ended,
        }
        let now = executions();
        if Instant::now() >= end {
            OVERDUE.store(thread.as_pthread_t() as usize, SeqCst);
            ask(thread);
            let ended = stops.recv_timeout(PERIOD * 5);
            // The system may give the id to another thread later.
            OVERDUE.store(0, SeqCst);
            return ended;
        }
        if before.replace(now) == Some(now) {
            ask(thread);
        }
    }
}

fn ask(thread: &JoinHandle<()>) {
    // SAFETY: the handle is there, so the thread has not been detached.
    unsafe { libc::pthread_kill(thread.as_pthread_t(), libc::SIGURG) };
}

/// Installs the signal handlers, once.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        register(libc::SIGURG, on_question);
        for signal in [libc::SIGSEGV, libc::SIGBUS] {
            let before = register(signal, on_fault);
            let _ = BEFORE[usize::from(signal == libc::SIGBUS)].set(before);
        }
    });
}

/// The handlers of faults that were installed before.
static BEFORE: [OnceLock<libc::sigaction>; 2] = [OnceLock::new(), OnceLock::new()];

type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);

fn register(signal: libc::c_int, handler: Handler) -> libc::sigaction {
    // SAFETY: all zeros are a valid action, and both are of this function.
    unsafe {
        let (mut action, mut before): (libc::sigaction, libc::sigaction) = (std::mem::zeroed(), std::mem::zeroed());
        action.sa_sigaction = handler as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(signal, &raw const action, &raw mut before);
        before
    }
}

/// A stack of this thread's own for the signal handlers, as long as it lives.
#[derive(Debug)]
pub(super) struct Room {
    _memory: Vec<u8>,
    before: libc::stack_t,
}

impl Room {
    pub(super) fn new() -> Self {
        let mut memory: Vec<u8> = Vec::with_capacity(STACK);
        let room = libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: STACK };
        let mut before = libc::stack_t { ss_sp: ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: 0 };
        // SAFETY: the memory is there until it is given back, and nobody else uses it.
        unsafe { libc::sigaltstack(&raw const room, &raw mut before) };
        Room { _memory: memory, before }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // SAFETY: it is what was there before.
        unsafe { libc::sigaltstack(&raw const self.before, ptr::null_mut()) };
    }
}

/// The time that this thread has used.
fn used() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes to what is this function's.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Handles the question whether the thread goes on: if it does not, it says where it is.
extern "C" fn on_question(_: libc::c_int, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    if !world::active() {
        return;
    }
    // SAFETY: it has no conditions.
    let me = unsafe { libc::pthread_self() } as usize;
    let (begun, done) = world::with(|world| (!world.tasks.is_empty(), world.done()));
    if !begun {
        return;
    }
    let (before, then, times) = SEEN.get();
    let now = used();
    let times = if before == done && now.saturating_sub(then) < IDLE { times + 1 } else { 0 };
    SEEN.set((done, now, times));
    let place = || format!("{} is at {}", world::with(|world| world.task_name(world.current)), outside::line());
    if times >= TIMES {
        world::stop(Stop::Unsupported(format!(
            "{}, and waits there for something that is none of selvedge::sync's: use its locks, channels and threads",
            place()
        )));
    }
    if OVERDUE.load(SeqCst) == me {
        world::stop(Stop::Overdue(place()));
    }
}

/// Handles a fault: if a stack has run into its guard page, it says whose; any other fault goes to the earlier handler.
extern "C" fn on_fault(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the system gives both, and they are there until this returns.
    let (address, pointer) = unsafe { ((*info).si_addr() as usize, stack_pointer(context)) };
    let is_overflow = address < pointer.saturating_add(0x1000) && pointer < address.saturating_add(FRAME);
    if is_overflow && world::active() {
        let last = world::with(|world| {
            let last = world.events.iter().rfind(|event| event.task == world.current);
            let verb = |event: &crate::sync::engine::op::Event| event.op.request.words().verb;
            let last = last.map(|event| {
                format!("after {} at {}:{}", verb(event), event.op.location.file(), event.op.location.line())
            });
            format!(
                "{} overflows {}",
                world.task_name(world.current),
                last.unwrap_or_else(|| "at its start".to_owned())
            )
        });
        world::stop(Stop::Unsupported(format!("a stack that is too small: that of {last}; see Explorer::stack")));
    }
    if let Some(before) = BEFORE[usize::from(signal == libc::SIGBUS)].get() {
        // SAFETY: it was registered before; the fault happens again when this returns.
        unsafe { libc::sigaction(signal, before, ptr::null_mut()) };
    }
}

/// The stack pointer when the signal came.
///
/// # Safety
///
/// `context` is that of a signal.
unsafe fn stack_pointer(context: *mut libc::c_void) -> usize {
    // SAFETY: as above.
    let context = unsafe { &*context.cast::<libc::ucontext_t>() };
    #[cfg(target_arch = "x86_64")]
    return context.uc_mcontext.gregs[libc::REG_RSP as usize] as usize;
    #[cfg(target_arch = "aarch64")]
    return context.uc_mcontext.sp as usize;
}
