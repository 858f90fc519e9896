//! The watched blocks of memory of a check: where each was made, and where it was freed.
//!
//! A freed block is kept until the execution has ended, so that a use after free still reads valid memory, and no other
//! block gets its address.

use std::alloc::Layout;
use std::collections::BTreeMap;
use std::panic::Location;

use super::place::Place;

/// The blocks of an execution, by their addresses.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    blocks: BTreeMap<usize, Block>,
}

#[derive(Debug)]
struct Block {
    made: &'static Location<'static>,
    freed: Option<&'static Location<'static>>,
    /// The allocation to be freed in the end.
    start: usize,
    layout: Layout,
}

impl Memory {
    /// Adds a block; the allocation of `start` and `layout` is freed in the end.
    pub(crate) fn add(&mut self, address: usize, start: usize, layout: Layout, made: &'static Location<'static>) {
        self.blocks.insert(address, Block { made, freed: None, start, layout });
    }

    /// Whether a block has this address.
    pub(crate) fn has(&self, address: usize) -> bool {
        self.blocks.contains_key(&address)
    }

    /// Records a use of the block.
    ///
    /// # Errors
    ///
    /// Says where it was freed, if it was.
    pub(crate) fn uses(&self, address: usize, at: &'static Location<'static>) -> Result<(), String> {
        self.check(address, "use after free", "used", at)
    }

    /// Records that the block is freed.
    ///
    /// # Errors
    ///
    /// Says where it was freed before, if it was.
    pub(crate) fn free(&mut self, address: usize, at: &'static Location<'static>) -> Result<(), String> {
        self.check(address, "double free", "freed", at)?;
        if let Some(block) = self.blocks.get_mut(&address) {
            block.freed = Some(at);
        }
        Ok(())
    }

    fn check(&self, address: usize, what: &str, is: &str, at: &'static Location<'static>) -> Result<(), String> {
        let Some(Block { made, freed: Some(freed), .. }) = self.blocks.get(&address) else { return Ok(()) };
        let [made, freed, at] = [made, freed, at].map(Place::of);
        Err(format!("{what}: what was allocated at {made} and freed at {freed} is {is} at {at}"))
    }

    /// The line that made a block which was not freed.
    pub(crate) fn leaked(&self) -> Option<&'static Location<'static>> {
        self.blocks.values().find(|block| block.freed.is_none()).map(|block| block.made)
    }

    /// Frees all memory: the execution has ended.
    pub(crate) fn clear(&mut self) {
        for block in std::mem::take(&mut self.blocks).into_values() {
            // SAFETY: the caller of `add` allocated it with this layout, and it is freed once.
            unsafe { std::alloc::dealloc(block.start as *mut u8, block.layout) };
        }
    }
}

/// The message about a block that was made there and not freed.
pub(crate) fn leak(made: &'static Location<'static>) -> String {
    format!("leak: what was allocated at {} is never freed", Place::of(made))
}
