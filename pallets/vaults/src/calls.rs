//! What can be called. Imported into the pallet's module, whose names it uses.

#[frame_support::pallet_macros::pallet_section]
mod calls {
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Open a vault, and put collateral into it and borrow in the same step if wanted.
		///
		/// ## Dispatch Origin
		///
		/// Signed; the caller becomes the owner and has `VaultDeposit` put on hold.
		///
		/// ## Details
		///
		/// `adjustment` may be empty. See [`Pallet::adjust`] for what it and `limits` mean.
		///
		/// ## Errors
		///
		/// [`Error::UnknownFacility`], and those of [`Pallet::adjust`].
		///
		/// ## Events
		///
		/// [`Event::Opened`], and [`Event::Adjusted`] if anything moved.
		#[pallet::call_index(0)]
		#[pallet::weight(Extent::of(adjustment).weight_of_open::<T>(adjustment))]
		pub fn open(
			origin: OriginFor<T>,
			facility: FacilityId,
			adjustment: Adjustment,
			limits: LimitsOf<T>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_open(who, facility, adjustment, limits)
		}

		/// Deposit, repay, withdraw and borrow in one step, in this order.
		///
		/// ## Dispatch Origin
		///
		/// Signed. Anybody may deposit and repay, with his own tokens; only the owner may withdraw
		/// and borrow.
		///
		/// ## Details
		///
		/// - `repay` takes at most what is owed. Debt grows with every block, so to get rid of all
		///   of it name more than is owed.
		/// - Collateral that lots have left over comes back to the vault first.
		/// - Withdrawing and borrowing need Live quotes and keep the vault within the borrow
		///   factors; depositing and repaying need nothing.
		/// - `limits` make the call fail rather than surprise: a least health afterwards, and a
		///   last block.
		///
		/// ## Errors
		///
		/// One for each thing that can be wrong; see [`Error`].
		///
		/// ## Events
		///
		/// [`Event::Adjusted`]; [`Event::LeftoverReturned`] if a lot had something for the vault.
		#[pallet::call_index(1)]
		#[pallet::weight(Extent::MAX.weight_of_adjust::<T>())]
		pub fn adjust(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
			adjustment: Adjustment,
			limits: LimitsOf<T>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let extent = Self::do_adjust(who, vault, adjustment, limits)?;
			Ok(Some(extent.weight_of_adjust::<T>()).into())
		}

		/// Put collateral into a vault. Anybody may, with his own tokens. [`Pallet::adjust`] with
		/// one movement.
		#[pallet::call_index(2)]
		#[pallet::weight(Extent::MAX.weight_of_adjust::<T>())]
		pub fn deposit(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
			asset: AssetId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let deposit = BoundedVec::truncate_from(alloc::vec![(asset, amount)]);
			let adjustment = Adjustment {
				deposit,
				..Default::default()
			};
			let extent = Self::do_adjust(who, vault, adjustment, Limits::default())?;
			Ok(Some(extent.weight_of_adjust::<T>()).into())
		}

		/// Take collateral out of a vault. Only its owner may. [`Pallet::adjust`] with one movement.
		#[pallet::call_index(3)]
		#[pallet::weight(Extent::MAX.weight_of_adjust::<T>())]
		pub fn withdraw(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
			asset: AssetId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let withdraw = BoundedVec::truncate_from(alloc::vec![(asset, amount)]);
			let adjustment = Adjustment {
				withdraw,
				..Default::default()
			};
			let extent = Self::do_adjust(who, vault, adjustment, Limits::default())?;
			Ok(Some(extent.weight_of_adjust::<T>()).into())
		}

		/// Borrow against a vault. Only its owner may. [`Pallet::adjust`] with one movement.
		#[pallet::call_index(4)]
		#[pallet::weight(Extent::MAX.weight_of_adjust::<T>())]
		pub fn borrow(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			ensure!(amount > 0, Error::<T>::ZeroAmount);
			let adjustment = Adjustment {
				borrow: amount,
				..Default::default()
			};
			let extent = Self::do_adjust(who, vault, adjustment, Limits::default())?;
			Ok(Some(extent.weight_of_adjust::<T>()).into())
		}

		/// Pay debt of a vault back, at most what is owed. Anybody may, with his own tokens.
		/// [`Pallet::adjust`] with one movement.
		#[pallet::call_index(5)]
		#[pallet::weight(Extent::MAX.weight_of_adjust::<T>())]
		pub fn repay(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			ensure!(amount > 0, Error::<T>::ZeroAmount);
			let adjustment = Adjustment {
				repay: amount,
				..Default::default()
			};
			let extent = Self::do_adjust(who, vault, adjustment, Limits::default())?;
			Ok(Some(extent.weight_of_adjust::<T>()).into())
		}

		/// Pay back exactly what is owed, take all collateral out, and remove the vault.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner.
		///
		/// ## Details
		///
		/// Works whatever the breaker and the oracle say. `max_repay` bounds what is taken from the
		/// owner's balance of the debt asset. Collateral of which there is less than the token's
		/// minimum balance is forfeited if the owner has none of the token.
		///
		/// ## Errors
		///
		/// - [`Error::RepaymentAboveLimit`]: more is owed than `max_repay`.
		/// - [`Error::ClaimsPending`]: lots may still return collateral to the vault. Repay and
		///   withdraw what is there now, and close it later.
		///
		/// ## Events
		///
		/// [`Event::Closed`].
		#[pallet::call_index(6)]
		#[pallet::weight(Extent::MAX.weight_of_close::<T>())]
		pub fn close(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
			#[pallet::compact] max_repay: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let extent = Self::do_close(who, vault, max_repay)?;
			Ok(Some(extent.weight_of_close::<T>()).into())
		}

		/// Bring collateral that closed lots have left over back into a vault. Anybody may; it
		/// happens by itself with each operation on the vault.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::claim(MAX_CLAIMS))]
		pub fn claim(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let extent = Self::do_claim(vault)?;
			Ok(Some(T::WeightInfo::claim(extent.claims)).into())
		}

		/// Liquidate one unsafe vault now. Anybody may. The start of every block does it by itself;
		/// this is for a backlog.
		///
		/// ## Errors
		///
		/// - [`Error::VaultIsSafe`]
		/// - [`Error::NothingToSell`]: no collateral of it has a quote to sell it at.
		/// - [`Error::SwitchedOff`]: the breaker has stopped liquidations, or the oracle is silent.
		#[pallet::call_index(8)]
		#[pallet::weight(Extent::MAX.weight_of_liquidate::<T>())]
		pub fn liquidate(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let extent = Self::do_liquidate(vault)?;
			Ok(Some(extent.weight_of_liquidate::<T>()).into())
		}

		/// Go on with the backlog of unsafe vaults, as far as the weight of `max` vaults pays for.
		/// Anybody may.
		#[pallet::call_index(9)]
		#[pallet::weight(Pallet::<T>::weight_of_enforcing(*max))]
		pub fn enforce_backlog(origin: OriginFor<T>, max: u32) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let mut meter =
				frame_support::weights::WeightMeter::with_limit(Self::weight_of_enforcing(max));
			let liquidated = Self::enforce(&mut meter);
			ensure!(liquidated > 0, Error::<T>::VaultIsSafe);
			Ok(Some(meter.consumed()).into())
		}

		/// Create a facility. Only `AdminOrigin`. Nothing of it may exist yet, its debt asset must
		/// not have been issued by other means, and the custody account must hold the minimum
		/// balance of every collateral.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::create_facility())]
		pub fn create_facility(origin: OriginFor<T>, terms: FacilityTerms<T>) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_create_facility(terms).map(|_| ())
		}

		/// Set the ceiling of a facility, in smallest units of its debt asset. Only `AdminOrigin`.
		/// Debt beyond a lower ceiling stays; nothing more can be borrowed.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::change_facility())]
		pub fn set_ceiling(
			origin: OriginFor<T>,
			facility: FacilityId,
			#[pallet::compact] ceiling: Balance,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::mutate_facility(facility, |f| f.ceiling = ceiling)?;
			Self::deposit_event(Event::FacilityChanged { facility });
			Ok(())
		}

		/// Switch parts of a facility off or on. Only `AdminOrigin`.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::change_facility())]
		pub fn set_breaker(
			origin: OriginFor<T>,
			facility: FacilityId,
			breaker: Breaker,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::mutate_facility(facility, |f| f.breaker = breaker)?;
			Self::deposit_event(Event::FacilityChanged { facility });
			Ok(())
		}
	}
}
