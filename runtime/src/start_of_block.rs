//! What happens in every block before the first user transaction.
//!
//! The order is the point. The treasury's books are audited; interest is charged up to now; the
//! reports of the last block become prices; every vault that a price hurts is liquidated; lots whose
//! time has come are advanced; what the treasury can net it nets, and facilities that are settled take
//! note of it, as they have of what the last block's transactions covered; what the treasury then has
//! too much or too little of it sells or raises. No transaction comes between a price and its
//! consequences, and every validator who imports the block repeats it.

use crate::{configs::system::BlockWeights, Auctions, Oracle, System, Treasury, Vaults};
use cairn_primitives::LiquidationLots;
use frame_support::{
	dispatch::DispatchClass,
	traits::{Get, PostInherents},
	weights::{Weight, WeightMeter},
};
use sp_runtime::Perbill;

/// The share of a block that all of this may take.
const BUDGET: Perbill = Perbill::from_percent(25);

/// Runs after the inherents of a block, so that the time is that of the block.
pub struct StartOfBlock;

impl StartOfBlock {
	/// The most that the start of a block may weigh.
	pub fn budget() -> Weight {
		BUDGET * <BlockWeights as Get<frame_system::limits::BlockWeights>>::get().max_block
	}
}

impl PostInherents for StartOfBlock {
	fn post_inherents() {
		// What the treasury does is little, bounded, and not to be put off by a crash: its share is set
		// aside before the liquidations take theirs.
		let settling = Treasury::weight_of_settling();
		let system_lots = Auctions::weight_of_system_lots();
		let noting = Vaults::weight_of_noting();
		let set_aside = settling.saturating_add(noting).saturating_add(system_lots);
		let mut meter = WeightMeter::with_limit(Self::budget().saturating_sub(set_aside));
		Treasury::audit(&mut meter);
		Vaults::note_deficits(&mut meter);
		Vaults::accrue(&mut meter);
		Oracle::aggregate(&mut meter);
		// However much there is to enforce, lots get on with at least one of them.
		let kept = Auctions::least_weight();
		let mut enforcing = WeightMeter::with_limit(meter.remaining().saturating_sub(kept));
		Vaults::enforce(&mut enforcing);
		meter.consume(enforcing.consumed());
		<Auctions as LiquidationLots<_>>::advance(&mut meter);
		let mut last = WeightMeter::with_limit(set_aside);
		Treasury::settle(&mut last);
		Vaults::note_deficits(&mut last);
		Auctions::advance_system_lots(&mut last);
		let consumed = meter.consumed().saturating_add(last.consumed());
		// The hook that the SDK calls here has no weight of its own: it is charged by hand.
		System::register_extra_weight_unchecked(consumed, DispatchClass::Mandatory);
	}
}
