//! A chain's state in memory, without its trie.
//!
//! Computing the state root is most of what a block costs on a disk-less machine, and nothing in a
//! runtime reads it. So the state is an ordered map, undone by a journal, and the root that headers
//! carry is a constant. Everything else is what `sp-state-machine` does, and a test holds the two
//! against each other.

use codec::{Compact, Decode, Encode};
use sp_core::storage::{ChildInfo, StateVersion, TrackedStorageKey};
use sp_externalities::{Extension, ExtensionStore, Extensions, Externalities, MultiRemovalResults};
use std::{
	any::{Any, TypeId},
	collections::BTreeMap,
	ops::Bound,
};

/// How to take back one write.
enum Undo {
	/// Put back what was there.
	Place(Vec<u8>, Option<Vec<u8>>),
	/// Cut an appended list back to this many items in this many bytes (without the length).
	Shorten(Vec<u8>, u32, usize),
}

/// The state, and what it takes to leave the open storage layers.
#[derive(Default)]
pub struct Memory {
	state: BTreeMap<Vec<u8>, Vec<u8>>,
	journal: Vec<Undo>,
	/// Where in the journal each open layer begins.
	layers: Vec<usize>,
	extensions: Extensions,
}

impl Memory {
	/// Runs `f` with this state as the state of the chain.
	pub fn execute_with<R>(&mut self, f: impl FnOnce() -> R) -> R {
		sp_externalities::set_and_run_with_externalities(self, f)
	}

	/// All keys and values, in order.
	#[cfg(test)]
	pub fn contents(&self) -> &BTreeMap<Vec<u8>, Vec<u8>> {
		&self.state
	}

	fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) -> Option<Vec<u8>> {
		match value {
			Some(value) => self.state.insert(key, value),
			None => self.state.remove(&key),
		}
	}

	fn remember(&mut self, undo: Undo) {
		if !self.layers.is_empty() {
			self.journal.push(undo);
		}
	}
}

/// A list's bytes as its number of items and where they begin.
fn list(value: &[u8]) -> Option<(u32, usize)> {
	let mut rest = value;
	let Compact(items) = Compact::<u32>::decode(&mut rest).ok()?;
	Some((items, value.len() - rest.len()))
}

impl Externalities for Memory {
	fn set_offchain_storage(&mut self, _key: &[u8], _value: Option<&[u8]>) {}

	fn storage(&mut self, key: &[u8]) -> Option<Vec<u8>> {
		self.state.get(key).cloned()
	}

	fn storage_hash(&mut self, key: &[u8]) -> Option<Vec<u8>> {
		self.state
			.get(key)
			.map(|value| sp_io::hashing::blake2_256(value).to_vec())
	}

	fn child_storage_hash(&mut self, _: &ChildInfo, _: &[u8]) -> Option<Vec<u8>> {
		None
	}

	fn child_storage(&mut self, _: &ChildInfo, _: &[u8]) -> Option<Vec<u8>> {
		None
	}

	fn exists_storage(&mut self, key: &[u8]) -> bool {
		self.state.contains_key(key)
	}

	fn next_storage_key(&mut self, key: &[u8]) -> Option<Vec<u8>> {
		self.state
			.range::<[u8], _>((Bound::Excluded(key), Bound::Unbounded))
			.next()
			.map(|(next, _)| next.clone())
	}

	fn next_child_storage_key(&mut self, _: &ChildInfo, _: &[u8]) -> Option<Vec<u8>> {
		None
	}

	fn kill_child_storage(
		&mut self,
		_: &ChildInfo,
		_: Option<u32>,
		_: Option<&[u8]>,
	) -> MultiRemovalResults {
		no_children()
	}

	/// Clears all of it, whatever the limit: that is what the limit means for keys that are not in
	/// the database yet, and nothing here ever is.
	fn clear_prefix(
		&mut self,
		prefix: &[u8],
		_limit: Option<u32>,
		_cursor: Option<&[u8]>,
	) -> MultiRemovalResults {
		let keys: Vec<_> = self
			.state
			.range::<[u8], _>((Bound::Included(prefix), Bound::Unbounded))
			.map(|(key, _)| key)
			.take_while(|key| key.starts_with(prefix))
			.cloned()
			.collect();
		let removed = keys.len() as u32;
		for key in keys {
			self.place_storage(key, None);
		}
		MultiRemovalResults {
			maybe_cursor: None,
			backend: removed,
			unique: removed,
			loops: removed,
		}
	}

	fn clear_child_prefix(
		&mut self,
		_: &ChildInfo,
		_: &[u8],
		_: Option<u32>,
		_: Option<&[u8]>,
	) -> MultiRemovalResults {
		no_children()
	}

	fn place_storage(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
		let before = self.put(key.clone(), value);
		self.remember(Undo::Place(key, before));
	}

	fn place_child_storage(&mut self, _: &ChildInfo, _: Vec<u8>, _: Option<Vec<u8>>) {
		unreachable!("the runtime has no child tries");
	}

	fn storage_root(&mut self, _: StateVersion) -> Vec<u8> {
		vec![0; 32]
	}

	fn child_storage_root(&mut self, _: &ChildInfo, _: StateVersion) -> Vec<u8> {
		vec![0; 32]
	}

	/// Appends an encoded item to an encoded list. What is there and is no list is replaced.
	fn storage_append(&mut self, key: Vec<u8>, item: Vec<u8>) {
		let found = self
			.state
			.get(&key)
			.and_then(|value| list(value).map(|(items, start)| (items, value.len() - start)));
		let Some((items, length)) = found else {
			let mut value = Compact(1u32).encode();
			value.extend(item);
			self.place_storage(key, Some(value));
			return;
		};
		if let Some(value) = self.state.get_mut(&key) {
			set_items(value, items.saturating_add(1));
			value.extend(item);
		}
		self.remember(Undo::Shorten(key, items, length));
	}

	fn storage_start_transaction(&mut self) {
		self.layers.push(self.journal.len());
	}

	fn storage_rollback_transaction(&mut self) -> Result<(), ()> {
		let start = self.layers.pop().ok_or(())?;
		for undo in self.journal.split_off(start).into_iter().rev() {
			match undo {
				Undo::Place(key, before) => {
					self.put(key, before);
				}
				Undo::Shorten(key, items, length) => {
					if let Some(value) = self.state.get_mut(&key) {
						set_items(value, items);
						value.truncate(Compact(items).encoded_size() + length);
					}
				}
			}
		}
		Ok(())
	}

	fn storage_commit_transaction(&mut self) -> Result<(), ()> {
		self.layers.pop().ok_or(())?;
		if self.layers.is_empty() {
			self.journal.clear();
		}
		Ok(())
	}

	fn wipe(&mut self) {}

	fn commit(&mut self) {}

	fn read_write_count(&self) -> (u32, u32, u32, u32) {
		Default::default()
	}

	fn reset_read_write_count(&mut self) {}

	fn get_whitelist(&self) -> Vec<TrackedStorageKey> {
		Vec::new()
	}

	fn set_whitelist(&mut self, _: Vec<TrackedStorageKey>) {}

	fn get_read_and_written_keys(&self) -> Vec<(Vec<u8>, u32, u32, bool)> {
		Vec::new()
	}
}

/// Writes a list's number of items before its bytes.
fn set_items(value: &mut Vec<u8>, items: u32) {
	let Some((_, start)) = list(value) else {
		return;
	};
	value.splice(..start, Compact(items).encode());
}

fn no_children() -> MultiRemovalResults {
	MultiRemovalResults {
		maybe_cursor: None,
		backend: 0,
		unique: 0,
		loops: 0,
	}
}

impl ExtensionStore for Memory {
	fn extension_by_type_id(&mut self, type_id: TypeId) -> Option<&mut dyn Any> {
		self.extensions.get_mut(type_id)
	}

	fn register_extension_with_type_id(
		&mut self,
		type_id: TypeId,
		extension: Box<dyn Extension>,
	) -> Result<(), sp_externalities::Error> {
		self.extensions.register_with_type_id(type_id, extension)
	}

	fn deregister_extension_by_type_id(
		&mut self,
		type_id: TypeId,
	) -> Result<(), sp_externalities::Error> {
		if self.extensions.deregister(type_id) {
			Ok(())
		} else {
			Err(sp_externalities::Error::ExtensionIsNotRegistered(type_id))
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use sp_state_machine::BasicExternalities;

	#[derive(Clone, Debug)]
	enum Step {
		Place(u8, Option<Vec<u8>>),
		Append(u8, Vec<u8>),
		AppendMany(u8, u16),
		ClearPrefix(u8),
		Begin,
		Rollback,
		Commit,
	}

	/// Keys of one or two bytes, so that prefixes are shared.
	fn key(number: u8) -> Vec<u8> {
		match number {
			0..=3 => vec![number],
			_ => vec![number % 4, number],
		}
	}

	fn step() -> impl Strategy<Value = Step> {
		let bytes = || prop::collection::vec(any::<u8>(), 0..6);
		prop_oneof![
			4 => (0u8..16, prop::option::of(bytes())).prop_map(|(k, v)| Step::Place(k, v)),
			4 => (16u8..20, bytes()).prop_map(|(k, v)| Step::Append(k, v)),
			1 => (16u8..20, 1u16..200).prop_map(|(k, n)| Step::AppendMany(k, n)),
			1 => (0u8..4).prop_map(Step::ClearPrefix),
			3 => Just(Step::Begin),
			2 => Just(Step::Rollback),
			2 => Just(Step::Commit),
		]
	}

	fn take(ext: &mut dyn Externalities, step: &Step, open: usize) {
		match step.clone() {
			Step::Place(k, value) => ext.place_storage(key(k), value),
			Step::Append(k, item) => ext.storage_append(key(k), item),
			Step::AppendMany(k, times) => {
				(0..times).for_each(|_| ext.storage_append(key(k), vec![7]));
			}
			Step::ClearPrefix(prefix) => {
				let _ = ext.clear_prefix(&[prefix], None, None);
			}
			Step::Begin => ext.storage_start_transaction(),
			Step::Rollback if open > 0 => ext.storage_rollback_transaction().unwrap(),
			Step::Commit if open > 0 => ext.storage_commit_transaction().unwrap(),
			Step::Rollback | Step::Commit => {}
		}
	}

	proptest! {
		#[test]
		fn it_does_what_the_state_machine_does(steps in prop::collection::vec(step(), 0..80)) {
			let (mut memory, mut model) = (Memory::default(), BasicExternalities::new_empty());
			let mut open = 0usize;
			for step in &steps {
				take(&mut memory, step, open);
				take(&mut model, step, open);
				match step {
					Step::Begin => open += 1,
					Step::Rollback | Step::Commit => open = open.saturating_sub(1),
					_ => {}
				}
				for number in 0..20u8 {
					prop_assert_eq!(
						memory.storage(&key(number)),
						model.storage(&key(number)),
						"{:?}", key(number)
					);
					prop_assert_eq!(
						memory.next_storage_key(&key(number)),
						model.next_storage_key(&key(number))
					);
				}
			}
			prop_assert!(open > 0 || memory.journal.is_empty());
		}
	}

	#[test]
	fn a_layer_that_is_left_leaves_nothing() {
		let mut memory = Memory::default();
		memory.place_storage(b"a".to_vec(), Some(b"1".to_vec()));
		let before = memory.contents().clone();
		memory.storage_start_transaction();
		(0..100).for_each(|_| memory.storage_append(b"list".to_vec(), vec![1, 2]));
		memory.storage_start_transaction();
		memory.place_storage(b"a".to_vec(), None);
		memory.storage_commit_transaction().unwrap();
		memory.storage_rollback_transaction().unwrap();
		assert_eq!(*memory.contents(), before);
		assert!(memory.storage_rollback_transaction().is_err());
	}
}
