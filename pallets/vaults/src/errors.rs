//! Why calls are refused. Imported into the pallet's module.

#[frame_support::pallet_macros::pallet_section]
mod errors {
	/// Why a call was refused. Nothing but the fee is spent then.
	#[pallet::error]
	pub enum Error<T> {
		/// No facility has this number.
		UnknownFacility,
		/// No vault has this number, or it has been closed.
		UnknownVault,
		/// The token does not exist, or has more than 24 decimals.
		UnknownAsset,
		/// The facility does not accept this token as collateral.
		CollateralNotAccepted,
		/// Only the owner of the vault may do this.
		NotOwner,
		/// An amount is zero, or the call asks for nothing.
		ZeroAmount,
		/// A token is named twice.
		DuplicateAsset,
		/// A vault may hold, or wait for, at most eight different collaterals.
		TooManyLegs,
		/// The vault holds less of this collateral than that.
		NotEnoughCollateral,
		/// The vault has no debt.
		NoDebt,
		/// The payment is too small to reduce the debt by a single unit.
		RepaymentTooSmall,
		/// The vault would owe something, but less than the facility's minimum debt. Repay all of
		/// it, or leave more. A debt that is below a minimum which has risen since may be repaid in
		/// parts.
		BelowMinimumDebt,
		/// The facility would owe more than its ceiling.
		CeilingReached,
		/// The facility would borrow more in a short time than its fill limit allows. Borrow less,
		/// or later.
		FillLimitReached,
		/// The facility's vaults hold as much of this collateral as its cap allows, or more. None
		/// can be added but to a vault with debt whose health is low, and no new risk be taken on
		/// it.
		CapReached,
		/// The collateral does not carry the debt at the borrow factors. Deposit more, borrow less,
		/// or withdraw less.
		Undercollateralized,
		/// New risk needs a Live quote of the debt asset, and of enough collateral to carry the
		/// debt. Wait for the oracle, or deposit a collateral that has a Live quote.
		PriceNotLive,
		/// The vault's health afterwards would be below the caller's `min_health`.
		HealthBelowLimit,
		/// The vault's health would be below the level of its guard, which would act at once. Change
		/// the guard first.
		BelowGuardLevel,
		/// A guard's level must be above one and at most ten.
		BadGuardLevel,
		/// The vault has not been offered to the caller.
		NotOffered,
		/// The vault is his already.
		AlreadyOwner,
		/// The caller's deadline has passed.
		DeadlinePassed,
		/// The debt exceeds the caller's `max_repay`.
		RepaymentAboveLimit,
		/// There is nothing to do about the vault before its lots are closed, which may return
		/// collateral to it.
		ClaimsPending,
		/// The breaker of the facility has switched this off, or the facility is settled. For
		/// liquidations also: the oracle is silent, or has no good quote of the debt asset.
		SwitchedOff,
		/// The vault is safe.
		VaultIsSafe,
		/// The vault is unsafe, but none of its collateral has a quote to sell it at, or what has one is
		/// too little to repay anything.
		NothingToSell,
		/// No vault waits to be looked at, or none can be dealt with now.
		NothingToEnforce,
		/// The guardian may only raise the breaker's level, and lower ceilings, fill limits and caps.
		GuardianOnlyTightens,
		/// Too many terms of the facility are on their way already. Wait for one to arrive.
		TooManyRamps,
		/// As many facilities exist as are allowed.
		TooManyFacilities,
		/// A facility of this number exists already, or something of it does.
		FacilityExists,
		/// The risk index has entries of a collateral that the facility does not have yet. They have
		/// to be removed first.
		BookNotEmpty,
		/// A facility needs a collateral.
		NoCollateral,
		/// A collateral is listed twice, or is the debt asset itself.
		DuplicateCollateral,
		/// More collaterals than a facility may have.
		TooManyCollaterals,
		/// Factors must satisfy `0 < B < L < 1`.
		BadFactors,
		/// Penalties must satisfy `f < π < 1`.
		BadPenalty,
		/// Target health must be above one and at most ten.
		BadTargetHealth,
		/// The minimum debt must not be zero.
		BadMinimumDebt,
		/// An annual rate may be at most 10,000 %.
		RateTooHigh,
		/// The custody account does not hold the token's minimum balance. Send it there first.
		CustodyNotSeeded,
		/// An amount is beyond what the chain can count.
		Overflow,
		/// There is nothing to claim yet.
		NothingToClaim,
		/// The facility is settled. Its terms do not change any more, and nothing is put into it.
		FacilitySettled,
		/// The facility is not settled.
		FacilityNotSettled,
		/// A token of the facility has no quote to settle at. Name a price for it.
		PriceNotNamed,
		/// A price must be above zero, and at most a billion USD.
		BadPrice,
		/// Nothing can be redeemed before more vaults are settled, and nothing more is due.
		NothingToRedeem,
		/// Whoever does not own the vault may only add to collateral that it holds already.
		OnlyOwnerAddsLegs,
		/// The vault owes more, or holds less, than the caller expects of it. Look at it again before
		/// accepting it.
		NotAsExpected,
	}
}
