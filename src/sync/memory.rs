//! What a check has allocated to be watched: where each block was made, and where it was freed.
//!
//! A block that is freed is kept until the execution has ended, so that who still uses it reads what is there, and no other
//! block has its address.

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
    /// What is to be given back in the end.
    start: usize,
    layout: Layout,
}

impl Memory {
    /// Takes in a block, of which `start` and `layout` are given back in the end.
    pub(crate) fn add(&mut self, address: usize, start: usize, layout: Layout, made: &'static Location<'static>) {
        self.blocks.insert(address, Block { made, freed: None, start, layout });
    }

    /// Whether it is one of these.
    pub(crate) fn has(&self, address: usize) -> bool {
        self.blocks.contains_key(&address)
    }

    /// Something of the block is used there.
    ///
    /// # Errors
    ///
    /// Says where it was freed, if it was.
    pub(crate) fn uses(&self, address: usize, at: &'static Location<'static>) -> Result<(), String> {
        self.check(address, "use after free", "used", at)
    }

    /// The block is freed there.
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

    /// A block that nobody has freed, where it was made.
    pub(crate) fn leaked(&self) -> Option<&'static Location<'static>> {
        self.blocks.values().find(|block| block.freed.is_none()).map(|block| block.made)
    }

    /// Gives all back: the execution has ended.
    pub(crate) fn clear(&mut self) {
        for block in std::mem::take(&mut self.blocks).into_values() {
            // SAFETY: it was allocated with this layout, by who has added it, and is given back once.
            unsafe { std::alloc::dealloc(block.start as *mut u8, block.layout) };
        }
    }
}

/// In words, of a block that was made there and not freed.
pub(crate) fn leak(made: &'static Location<'static>) -> String {
    format!("leak: what was allocated at {} is never freed", Place::of(made))
}
