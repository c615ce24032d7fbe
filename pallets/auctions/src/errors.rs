//! What can go wrong. Imported into the pallet's module, whose names it uses.

#[frame_support::pallet_macros::pallet_section]
mod errors {
	#[pallet::error]
	pub enum Error<T> {
		/// There has never been a lot of this number.
		UnknownLot,
		/// The lot is closed: it has been paid or sold out.
		LotClosed,
		/// The amount is zero. Ask for at least one smallest unit.
		ZeroAmount,
		/// The price is above the most the buyer would pay. Wait, or raise `max_price`.
		PriceAboveMaximum,
		/// The oracle has no price of the collateral to sell by. Wait until its quote is live or
		/// degraded.
		CollateralNotQuoted,
		/// The oracle has no price of the debt asset to sell by. Wait until its quote is live or
		/// degraded.
		DebtNotQuoted,
		/// The lot is not on sale now: it waits for room or for a quote, or its price is about to start
		/// again. Ask for its next event.
		AwaitingReset,
		/// Nobody has said how many decimals the collateral or the debt asset has.
		UnknownDecimals,
		/// The purchase would leave too little to be sold on. Take all of the lot, or less; or pay for
		/// what would be left, with a higher `max_price`.
		RemainderTooSmall,
		/// The recipient cannot hold the collateral: he would have less than its minimum balance, or
		/// his account does not exist or is blocked. Take more, or name another recipient.
		RecipientCannotReceive,
		/// The recipient is the account the collateral comes from.
		RecipientIsCustody,
		/// Less than the minimum balance would be left in the account that holds the collateral.
		/// Take a little less, or endow the account.
		CustodyTooLow,
		/// The cut is zero or one: the price would fall to nothing at once, or never fall.
		CutOutOfRange,
		/// The step is zero blocks.
		StepIsZero,
		/// The share below which the price starts again is zero or one.
		ResetBelowOutOfRange,
		/// The price would start again before its first step.
		ResetAfterTooShort,
		/// Lots would go to the reserve without having been for sale.
		NoRounds,
		/// The floor is zero: collateral could be sold for nothing.
		FloorIsZero,
		/// The time until another try is zero blocks.
		RetryAfterIsZero,
		/// Less of a lot would be for sale than may be left of it.
		LotLimitTooLow,
		/// Less would be for sale of all lots than of one.
		TotalBelowLot,
		/// Less would be for sale of all lots when buyers take more than when they do not.
		MostBelowTotal,
		/// Nobody trades the collateral for the debt asset. Pay with the debt asset.
		NoMarket,
		/// Paying for the collateral takes more of it than the buyer would give.
		TooLittleKept,
		/// Neither surplus nor native tokens are for sale for this debt asset.
		NoSystemLot,
		/// There is no surplus of this debt asset for sale now.
		NoSurplusLot,
		/// There is no bad debt of this debt asset to be covered now.
		NoRecapitalisationLot,
		/// The oracle has no price of the native token to sell by. Wait until it has.
		NativeNotQuoted,
		/// Native tokens are taken at less than the buyer asks for. Wait, or lower `min_price`.
		PriceBelowMinimum,
		/// As many native tokens as may be made have been made of late. Wait: they come back evenly
		/// within the period.
		NativeCapReached,
		/// The payment is worth less than one unit of the native token. Pay more.
		PurchaseTooSmall,
		/// The native token did not mint or burn exactly what it was asked to. Nothing was changed.
		InexactNative,
		/// A system lot would have nothing to sell or to raise.
		SystemLotIsZero,
		/// Surplus would be sold at a falling price, at none, or at more than 1.1 of the oracle's.
		SurplusCurveOutOfRange,
		/// Native tokens would be sold at a rising price, at none, or at more than 10 times the
		/// oracle's.
		RecapitalisationCurveOutOfRange,
		/// The cap on new native tokens would be one of no time.
		PeriodIsZero,
		/// Stock would be sold at a rising price, at none, or at more than 10 times the oracle's.
		StockCurveOutOfRange,
		/// The reserve of this debt asset has nothing of this collateral for sale now.
		NoStockLot,
	}

	impl<T> From<SystemTermsFault> for Error<T> {
		fn from(fault: SystemTermsFault) -> Self {
			match fault {
				SystemTermsFault::LotIsZero => Self::SystemLotIsZero,
				SystemTermsFault::SurplusCurve => Self::SurplusCurveOutOfRange,
				SystemTermsFault::RecapitalisationCurve => Self::RecapitalisationCurveOutOfRange,
				SystemTermsFault::PeriodIsZero => Self::PeriodIsZero,
				SystemTermsFault::StockCurve => Self::StockCurveOutOfRange,
			}
		}
	}

	impl<T> From<TermsFault> for Error<T> {
		fn from(fault: TermsFault) -> Self {
			match fault {
				TermsFault::Cut => Self::CutOutOfRange,
				TermsFault::Step => Self::StepIsZero,
				TermsFault::ResetBelow => Self::ResetBelowOutOfRange,
				TermsFault::ResetAfter => Self::ResetAfterTooShort,
				TermsFault::Rounds => Self::NoRounds,
				TermsFault::Floor => Self::FloorIsZero,
				TermsFault::RetryAfter => Self::RetryAfterIsZero,
			}
		}
	}
}
