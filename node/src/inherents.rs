//! The inherent data of a block: the time, and the BABE slot the time falls into.

use sp_consensus_babe::SlotDuration;
use sp_inherents::CreateInherentDataProviders;

use cairn_runtime::opaque::Block;

/// Reads the clock of this host.
///
/// One named type, because block import checks inherents with the very providers that authoring
/// fills them from.
#[derive(Clone)]
pub struct SlotInherents {
	slot_duration: SlotDuration,
}

impl SlotInherents {
	pub fn new(slot_duration: SlotDuration) -> Self {
		Self { slot_duration }
	}
}

#[async_trait::async_trait]
impl CreateInherentDataProviders<Block, ()> for SlotInherents {
	/// The slot comes first: it is by position that the slot worker finds it.
	type InherentDataProviders = (
		sp_consensus_babe::inherents::InherentDataProvider,
		sp_timestamp::InherentDataProvider,
	);

	async fn create_inherent_data_providers(
		&self,
		_parent: <Block as sp_runtime::traits::Block>::Hash,
		_extra: (),
	) -> Result<Self::InherentDataProviders, Box<dyn std::error::Error + Send + Sync>> {
		let now = sp_timestamp::InherentDataProvider::from_system_time();
		let slot =
			sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
				*now,
				self.slot_duration,
			);
		Ok((slot, now))
	}
}
