//! What governance decides about a debt asset, and what its guardian may do about that.

use cairn_math::{Perbill, RateLimit};
use cairn_primitives::{AssetId, Balance, MintReason};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{dispatch::DispatchResult, ensure, traits::Get};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{Book, Books, Config, Error, Event, KeeperTerms, Pallet, Policies};

/// The share of what may be issued at once that is kept for interest: a twentieth. So borrowers
/// cannot use up what interest needs.
const KEPT_FOR_INTEREST: u128 = 20;

/// How much of a debt asset may be issued within an hour, whatever the reason: the greater of the
/// two.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct GrowthCap {
	/// So much of what has been issued.
	pub share: Perbill,
	/// But at least this much, in smallest units, so that a young asset can grow.
	pub least: Balance,
}

/// How the treasury manages a debt asset.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct Policy {
	/// The share of what has been issued that the reserve keeps. Only what it holds beyond that is
	/// paid out.
	pub reserve_target: Perbill,
	/// How fast the issuance may grow; `None` for as fast as facilities let it.
	pub growth: Option<GrowthCap>,
	/// What those are paid who liquidate what the start of a block did not come to.
	#[serde(default)]
	pub keeper: KeeperTerms,
}

impl Policy {
	/// What the reserve should hold when `issuance` exists: `⌈issuance · reserve_target⌉`.
	pub fn target_ceil(&self, issuance: Balance) -> Balance {
		self.reserve_target.mul_ceil(issuance)
	}

	/// By how much an issuance of `issuance` may grow within an hour of `blocks_per_hour`; `None` if
	/// that is not limited.
	pub fn growth_limit(&self, issuance: Balance, blocks_per_hour: u32) -> Option<RateLimit> {
		self.growth.map(|cap| RateLimit {
			cap: cap.share.mul_floor(issuance).max(cap.least),
			period: blocks_per_hour,
		})
	}

	/// Whether nothing about this policy is laxer than about `other`.
	pub fn is_as_safe_as(&self, other: &Self) -> bool {
		let slower = match (self.growth, other.growth) {
			(_, None) => true,
			(None, Some(_)) => false,
			(Some(mine), Some(other)) => mine.share <= other.share && mine.least <= other.least,
		};
		slower
			&& self.reserve_target >= other.reserve_target
			&& self.keeper.is_as_safe_as(&other.keeper)
	}
}

/// What of a growth limit is kept for interest: it is not lent out.
fn kept_for_interest(limit: RateLimit) -> Balance {
	limit.cap / 2 / KEPT_FOR_INTEREST
}

impl<T: Config> Pallet<T> {
	/// The policy of `asset`, as it was set or as the runtime has it.
	pub fn policy_of(asset: &AssetId) -> Policy {
		Policies::<T>::get(asset).unwrap_or_else(T::DefaultPolicy::get)
	}

	/// How fast `asset` may grow now.
	fn growth_limit(asset: &AssetId, book: &Book) -> Option<RateLimit> {
		// A total beyond all numbers is a broken book; the limit of the least issuance is then the
		// tightest there is.
		let issuance = book.sheet.total().unwrap_or(0);
		Self::policy_of(asset).growth_limit(issuance, T::BlocksPerHour::get())
	}

	/// The limit on what may be issued of `asset` now for this reason, and how much of it has to be left
	/// for another; `None` if its growth is not limited.
	pub(crate) fn growth_terms(
		asset: &AssetId,
		book: &Book,
		reason: MintReason,
	) -> Option<(RateLimit, Balance)> {
		let limit = Self::growth_limit(asset, book)?;
		let kept = match reason {
			MintReason::Borrow => kept_for_interest(limit),
			MintReason::Interest => 0,
		};
		Some((limit, kept))
	}

	/// How much of `asset` may be borrowed now as far as its growth is concerned; `None` for any
	/// amount.
	pub(crate) fn growth_room(asset: &AssetId, book: &Book) -> Option<Balance> {
		let (limit, kept) = Self::growth_terms(asset, book, MintReason::Borrow)?;
		let room = book.growth.available_floor(Self::now(), limit);
		Some(room.saturating_sub(kept))
	}

	pub(crate) fn do_set_policy(asset: AssetId, policy: Policy) -> DispatchResult {
		ensure!(Books::<T>::contains_key(&asset), Error::<T>::NotEnabled);
		ensure!(policy.keeper.is_sound(), Error::<T>::RewardTooHigh);
		Policies::<T>::insert(&asset, policy);
		Self::deposit_event(Event::PolicySet { asset, policy });
		Ok(())
	}

	pub(crate) fn do_tighten(asset: AssetId, policy: Policy) -> DispatchResult {
		ensure!(
			policy.is_as_safe_as(&Self::policy_of(&asset)),
			Error::<T>::NotSafer
		);
		Self::do_set_policy(asset, policy)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn policy() -> impl Strategy<Value = Policy> {
		let growth = prop::option::of((0..=1_000_000_000u32, any::<u128>()));
		(0..=1_000_000_000u32, growth).prop_map(|(target, growth)| Policy {
			reserve_target: Perbill::from_parts(target),
			growth: growth.map(|(share, least)| GrowthCap {
				share: Perbill::from_parts(share),
				least,
			}),
			keeper: KeeperTerms::NONE,
		})
	}

	proptest! {
		#[test]
		fn a_safer_policy_never_lets_more_through(
			one in policy(), other in policy(), issuance: u128,
		) {
			prop_assert!(one.is_as_safe_as(&one));
			if !one.is_as_safe_as(&other) {
				return Ok(());
			}
			prop_assert!(one.target_ceil(issuance) >= other.target_ceil(issuance));
			let cap = |policy: Policy| {
				policy.growth_limit(issuance, 1_200).map_or(u128::MAX, |limit| limit.cap)
			};
			prop_assert!(cap(one) <= cap(other));
		}
	}
}
