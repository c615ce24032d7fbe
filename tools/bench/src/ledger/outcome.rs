//! What happened in a block, and what can be asked after it.

use crate::Result;
use cairn_primitives::{AssetId, Hash, LotId, VaultId};
use cairn_runtime::{Auctions, Runtime, RuntimeEvent, StartOfBlock, System};
use codec::{Decode, DecodeAll, Encode};
use frame_support::{
	dispatch::DispatchClass,
	view_functions::{ViewFunction, ViewFunctionId},
};

/// The events of a block, from what it has written.
pub fn events(changes: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<Vec<RuntimeEvent>> {
	let key = frame_support::storage::storage_prefix(b"System", b"Events");
	let Some((_, Some(bytes))) = changes.iter().find(|(changed, _)| *changed == key) else {
		return Ok(Vec::new());
	};
	let records = Vec::<frame_system::EventRecord<RuntimeEvent, Hash>>::decode(&mut &bytes[..])?;
	Ok(records.into_iter().map(|record| record.event).collect())
}

/// Why the first transaction failed that did.
pub fn first_failure(events: &[RuntimeEvent]) -> Option<String> {
	events.iter().find_map(|event| match event {
		RuntimeEvent::System(frame_system::Event::ExtrinsicFailed { dispatch_error, .. }) => {
			Some(format!("{dispatch_error:?}"))
		}
		RuntimeEvent::Sudo(pallet_sudo::Event::Sudid {
			sudo_result: Err(error),
		}) => Some(format!("root's call: {error:?}")),
		_ => None,
	})
}

/// What the transactions of a block were charged together, in microseconds: the weight of each after
/// it was dispatched, and what every transaction weighs. Not what comes before the transactions.
pub fn charged_us(events: &[RuntimeEvent]) -> f64 {
	let weights = <Runtime as frame_system::Config>::BlockWeights::get();
	let charged = events.iter().map(|event| match event {
		RuntimeEvent::System(frame_system::Event::ExtrinsicSuccess { dispatch_info })
			if dispatch_info.class != DispatchClass::Mandatory =>
		{
			let base = weights.get(dispatch_info.class).base_extrinsic;
			dispatch_info.weight.saturating_add(base).ref_time()
		}
		_ => 0,
	});
	charged.sum::<u64>() as f64 / 1e6
}

/// How many vaults were liquidated.
pub fn liquidated(events: &[RuntimeEvent]) -> u32 {
	let liquidated = |event: &&RuntimeEvent| {
		matches!(
			event,
			RuntimeEvent::Vaults(cairn_vaults::Event::Liquidated { .. })
		)
	};
	events.iter().filter(liquidated).count() as u32
}

/// Whether the key is that of a vault's row.
pub fn is_vault(key: &[u8]) -> bool {
	key.starts_with(&frame_support::storage::storage_prefix(
		b"Vaults", b"Vaults",
	))
}

/// A lot for sale that holds an asset of which owners have accounts.
pub fn lot_for_sale() -> Option<(LotId, AssetId)> {
	let lots = Auctions::lots(None, 100);
	let on_sale = lots.into_iter().filter(|view| view.price.is_some());
	let largest = on_sale.max_by_key(|view| view.lot.debt)?;
	Some((largest.id, largest.lot.collateral))
}

/// What the start of the present block was charged, in picoseconds, with all else that is
/// mandatory.
pub fn mandatory_weight() -> u64 {
	System::block_weight()
		.get(DispatchClass::Mandatory)
		.ref_time()
}

/// What all of the present block was charged, in microseconds.
pub fn block_us() -> f64 {
	System::block_weight().total().ref_time() as f64 / 1e6
}

/// What the start of a block may be charged, in picoseconds.
pub fn budget() -> u64 {
	StartOfBlock::budget().ref_time()
}

/// A view function with its arguments.
pub type View = (ViewFunctionId, Vec<u8>);

/// Health of a vault.
pub fn health_view(vault: VaultId) -> View {
	let id = cairn_vaults::HealthViewFunction::<Runtime>::id();
	(id, vault.encode())
}

/// Whether the answer to [`health_view`] is a number.
pub fn is_health(answer: &[u8]) -> bool {
	matches!(
		Option::<cairn_math::FixedU128>::decode_all(&mut &answer[..]),
		Ok(Some(_))
	)
}
