//! What can be called. Imported into the pallet's module, whose names it uses.

#[frame_support::pallet_macros::pallet_section]
mod calls {
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Buys up to `max_amount` of the collateral of `lot` at its present price.
		///
		/// Origin: signed, anybody. The payment is taken from the signer in the debt asset of the
		/// lot, the collateral goes to `recipient`, or to the signer if none is named, in the same
		/// step. What it comes to can be asked beforehand with `quote_take`.
		///
		/// - `max_amount`: in smallest units of the collateral, above zero. Less is bought if less
		///   is left, if less pays all that the lot offers at this price, or if it would leave less
		///   than [`Config::MinimumRemainder`] of it.
		/// - `max_price`: in 1e-18 USD per whole token. The price only falls between two resets, so
		///   this protects against a reset, not against waiting. Where `max_amount` would leave less
		///   than the minimum of a lot too small to be divided, but would have bought all of it at
		///   this price or at where the price started, it buys all of it now, for what that is to
		///   raise: so whoever was quoted all of a small lot gets what he was quoted, however many
		///   steps of the price later.
		///
		/// # Errors
		///
		/// [`Error::ZeroAmount`], [`Error::UnknownLot`], [`Error::LotClosed`],
		/// [`Error::CollateralNotQuoted`], [`Error::DebtNotQuoted`], [`Error::AwaitingReset`],
		/// [`Error::UnknownDecimals`], [`Error::PriceAboveMaximum`], [`Error::RemainderTooSmall`],
		/// [`Error::RecipientCannotReceive`], [`Error::RecipientIsCustody`],
		/// [`Error::CustodyTooLow`], an overflow, or the token's own if the signer does not have
		/// enough to pay.
		///
		/// # Events
		///
		/// [`Event::LotTaken`]; then [`Event::LotClosed`] if that was the last of it, or
		/// [`Event::LotReset`], [`Event::LotQueued`] or [`Event::LotSuspended`] if it was all that was
		/// on offer.
		///
		/// # Weight
		///
		/// Charged for the worst case; what a purchase in part does not use is given back.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::take())]
		pub fn take(
			origin: OriginFor<T>,
			#[pallet::compact] lot: LotId,
			#[pallet::compact] max_amount: Balance,
			max_price: Price,
			recipient: Option<T::AccountId>,
		) -> DispatchResultWithPostInfo {
			let buyer = ensure_signed(origin)?;
			let in_part = Self::do_take(buyer, lot, max_amount, max_price, recipient)?;
			Ok(in_part.then(T::WeightInfo::take_part).into())
		}

		/// Changes the terms of lots that are opened from now on. Open lots keep theirs.
		///
		/// Origin: [`Config::AdminOrigin`].
		///
		/// # Errors
		///
		/// [`Error::CutOutOfRange`], [`Error::StepIsZero`], [`Error::ResetBelowOutOfRange`],
		/// [`Error::ResetAfterTooShort`], [`Error::NoRounds`], [`Error::FloorIsZero`],
		/// [`Error::RetryAfterIsZero`].
		///
		/// # Events
		///
		/// [`Event::TermsSet`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_terms())]
		pub fn set_terms(origin: OriginFor<T>, terms: Terms) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			if let Some(fault) = terms.fault() {
				return Err(Error::<T>::from(fault).into());
			}
			LotTerms::<T>::put(terms);
			Self::deposit_event(Event::TermsSet { terms });
			Ok(())
		}

		/// Changes how much may be for sale at once. What is on sale stays; what waits comes up by the
		/// new limits.
		///
		/// Origin: [`Config::AdminOrigin`].
		///
		/// # Errors
		///
		/// [`Error::LotLimitTooLow`], [`Error::TotalBelowLot`].
		///
		/// # Events
		///
		/// [`Event::LimitsSet`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::set_limits())]
		pub fn set_limits(origin: OriginFor<T>, limits: Limits) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			match limits.fault(T::MinimumRemainder::get()) {
				Some(LimitsFault::Lot) => return Err(Error::<T>::LotLimitTooLow.into()),
				Some(LimitsFault::Total) => return Err(Error::<T>::TotalBelowLot.into()),
				None => {}
			}
			LotLimits::<T>::put(limits);
			Self::deposit_event(Event::LimitsSet { limits });
			Ok(())
		}

		/// Buys as [`Pallet::take`] does, and pays by selling part of what is bought.
		///
		/// Origin: signed, anybody; he needs none of the debt asset. In one step, all or nothing: the
		/// collateral comes to the signer, as much of it as brings the payment is sold on
		/// [`Config::Exchange`], the payment is made, and what is left of the collateral goes to
		/// `recipient`, or stays with the signer if none is named. What it comes to can be asked
		/// beforehand with `quote_take_with_swap`.
		///
		/// - `max_amount`, `max_price`: as in [`Pallet::take`].
		/// - `min_kept`: the least of the bought collateral that is left after paying, in smallest
		///   units. Protects against a worse price on the exchange.
		///
		/// # Errors
		///
		/// Those of [`Pallet::take`], [`Error::TooLittleKept`], and the exchange's own.
		///
		/// # Events
		///
		/// [`Event::PaidBySwap`], and those of [`Pallet::take`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::take_with_swap())]
		pub fn take_with_swap(
			origin: OriginFor<T>,
			#[pallet::compact] lot: LotId,
			#[pallet::compact] max_amount: Balance,
			max_price: Price,
			#[pallet::compact] min_kept: Balance,
			recipient: Option<T::AccountId>,
		) -> DispatchResult {
			let buyer = ensure_signed(origin)?;
			Self::do_take_with_swap(buyer, lot, max_amount, max_price, min_kept, recipient)
		}

		/// Gets up to `max_amount` of the surplus of a debt asset for native tokens, which are burned.
		///
		/// Origin: signed, anybody. The native tokens are taken from the signer, who keeps at least
		/// their minimum balance; the debt asset goes to `recipient`, or to the signer if none is
		/// named. What it comes to can be asked beforehand with `quote_system_lot`.
		///
		/// - `max_amount`: in smallest units of the debt asset, above zero. Less is sold if there is
		///   less.
		/// - `min_price`: what a whole native token has to be taken at, at least, in 1e-18 USD.
		///
		/// # Errors
		///
		/// [`Error::ZeroAmount`], [`Error::NoSurplusLot`], [`Error::NativeNotQuoted`],
		/// [`Error::DebtNotQuoted`], [`Error::UnknownDecimals`], [`Error::PriceBelowMinimum`],
		/// [`Error::RecipientCannotReceive`], an overflow, or the token's own if the signer does not
		/// have enough to pay.
		///
		/// # Events
		///
		/// [`Event::SurplusSold`], and [`Event::SystemLotClosed`] if that was the last of it.
		#[pallet::call_index(20)]
		#[pallet::weight(T::WeightInfo::buy_surplus())]
		pub fn buy_surplus(
			origin: OriginFor<T>,
			asset: AssetId,
			#[pallet::compact] max_amount: Balance,
			min_price: Price,
			recipient: Option<T::AccountId>,
		) -> DispatchResult {
			let buyer = ensure_signed(origin)?;
			Self::do_buy_surplus(buyer, asset, max_amount, min_price, recipient)
		}

		/// Covers up to `max_amount` of the bad debt of a debt asset, and gets new native tokens.
		///
		/// Origin: signed, anybody. The debt asset is taken from the signer and burned; the native
		/// tokens go to `recipient`, or to the signer if none is named. What it comes to can be asked
		/// beforehand with `quote_system_lot`.
		///
		/// - `max_amount`: in smallest units of the debt asset, above zero. Less is taken if less is
		///   missing, or if no more native tokens may be made now.
		/// - `max_price`: of a whole native token, in 1e-18 USD.
		///
		/// # Errors
		///
		/// [`Error::ZeroAmount`], [`Error::NoRecapitalisationLot`], [`Error::NativeNotQuoted`],
		/// [`Error::DebtNotQuoted`], [`Error::UnknownDecimals`], [`Error::NativeCapReached`],
		/// [`Error::PurchaseTooSmall`], [`Error::PriceAboveMaximum`],
		/// [`Error::RecipientCannotReceive`], an overflow, or the token's own if the signer does not
		/// have enough to pay.
		///
		/// # Events
		///
		/// [`Event::Recapitalised`], and [`Event::SystemLotClosed`] if that was the last of it.
		#[pallet::call_index(21)]
		#[pallet::weight(T::WeightInfo::recapitalise())]
		pub fn recapitalise(
			origin: OriginFor<T>,
			asset: AssetId,
			#[pallet::compact] max_amount: Balance,
			max_price: Price,
			recipient: Option<T::AccountId>,
		) -> DispatchResult {
			let buyer = ensure_signed(origin)?;
			Self::do_recapitalise(buyer, asset, max_amount, max_price, recipient)
		}

		/// Changes how system lots are sold. Open lots keep their curve; the floor and the cap of
		/// recapitalisation, and the patience with stock, hold at once.
		///
		/// Origin: [`Config::AdminOrigin`].
		///
		/// # Errors
		///
		/// [`Error::SystemLotIsZero`], [`Error::SurplusCurveOutOfRange`],
		/// [`Error::RecapitalisationCurveOutOfRange`], [`Error::PeriodIsZero`],
		/// [`Error::StockCurveOutOfRange`].
		///
		/// # Events
		///
		/// [`Event::SystemTermsSet`].
		#[pallet::call_index(22)]
		#[pallet::weight(T::WeightInfo::set_system_terms())]
		pub fn set_system_terms(origin: OriginFor<T>, terms: Box<SystemTerms>) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			if let Some(fault) = terms.fault() {
				return Err(Error::<T>::from(fault).into());
			}
			SystemSaleTerms::<T>::put(&*terms);
			Self::deposit_event(Event::SystemTermsSet { terms: *terms });
			Ok(())
		}

		/// Buys up to `max_amount` of `collateral` out of the stock of the reserve of `asset`: what the
		/// reserve had to buy because nobody else did. The payment goes to the reserve.
		///
		/// Origin: signed, anybody. The payment is taken from the signer in `asset`, the collateral goes
		/// to `recipient`, or to the signer if none is named, in the same step. What it comes to can be
		/// asked beforehand with `quote_stock_lot`.
		///
		/// - `max_amount`: in smallest units of the collateral, above zero. Less is sold if less is for
		///   sale.
		/// - `max_price`: of a whole token, in 1e-18 USD.
		///
		/// # Errors
		///
		/// [`Error::ZeroAmount`], [`Error::NoStockLot`], [`Error::CollateralNotQuoted`],
		/// [`Error::DebtNotQuoted`], [`Error::UnknownDecimals`], [`Error::PriceAboveMaximum`],
		/// [`Error::RecipientCannotReceive`], an overflow, the treasury's own if less than the minimum
		/// balance would be left, or the token's own if the signer does not have enough to pay.
		///
		/// # Events
		///
		/// [`Event::StockSold`].
		#[pallet::call_index(23)]
		#[pallet::weight(T::WeightInfo::buy_stock())]
		pub fn buy_stock(
			origin: OriginFor<T>,
			asset: AssetId,
			collateral: AssetId,
			#[pallet::compact] max_amount: Balance,
			max_price: Price,
			recipient: Option<T::AccountId>,
		) -> DispatchResult {
			let buyer = ensure_signed(origin)?;
			Self::do_buy_stock(buyer, asset, collateral, max_amount, max_price, recipient)
		}
	}
}
