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
		#[pallet::weight(Extent::weight_of_open::<T>(adjustment))]
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
		/// Signed by the owner. Whoever is not has [`Pallet::deposit`] and [`Pallet::repay`].
		///
		/// ## Details
		///
		/// - `repay` takes at most what is owed. Debt grows with every block, so to get rid of all
		///   of it name more than is owed.
		/// - Collateral that lots have left over comes back to the vault first.
		/// - Withdrawing and borrowing need Live quotes and keep the vault within the borrow
		///   factors; depositing and repaying need nothing.
		/// - In a settled facility nothing is deposited or borrowed, and what a vault holds can be
		///   withdrawn once it has no debt. See [`Pallet::settle_vault`].
		/// - `limits` make the call fail rather than surprise: a least health afterwards, and a
		///   last block.
		///
		/// ## Errors
		///
		/// One for each thing that can be wrong; see [`Error`].
		///
		/// ## Events
		///
		/// [`Event::Adjusted`]; [`Event::LeftoverReturned`] if a lot is closed that the vault waited for.
		#[pallet::call_index(1)]
		#[pallet::weight(Extent::MAX.weight_of_adjust::<T>(moved_by(adjustment)))]
		pub fn adjust(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
			adjustment: Adjustment,
			limits: LimitsOf<T>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let moved = moved_by(&adjustment);
			let extent = Self::do_adjust(who, vault, adjustment, limits, By::Owner)?;
			Ok(Some(extent.weight_of_adjust::<T>(moved)).into())
		}

		/// Put collateral into a vault. Anybody may, with his own tokens, if the vault holds some of it
		/// already; the owner may in any case. [`Pallet::adjust`] with one movement.
		#[pallet::call_index(2)]
		#[pallet::weight(Extent::MAX.weight_of_adjust::<T>(1))]
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
			let extent = Self::do_adjust(who, vault, adjustment, Limits::default(), By::Anybody)?;
			Ok(Some(extent.weight_of_adjust::<T>(1)).into())
		}

		/// Take collateral out of a vault. Only its owner may. [`Pallet::adjust`] with one movement.
		#[pallet::call_index(3)]
		#[pallet::weight(Extent::MAX.weight_of_adjust::<T>(1))]
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
			let extent = Self::do_adjust(who, vault, adjustment, Limits::default(), By::Owner)?;
			Ok(Some(extent.weight_of_adjust::<T>(1)).into())
		}

		/// Borrow against a vault. Only its owner may. [`Pallet::adjust`] with one movement.
		#[pallet::call_index(4)]
		#[pallet::weight(Extent::MAX.weight_of_adjust::<T>(0))]
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
			let extent = Self::do_adjust(who, vault, adjustment, Limits::default(), By::Owner)?;
			Ok(Some(extent.weight_of_adjust::<T>(0)).into())
		}

		/// Pay debt of a vault back, at most what is owed. Anybody may, with his own tokens.
		/// [`Pallet::adjust`] with one movement.
		#[pallet::call_index(5)]
		#[pallet::weight(Extent::MAX.weight_of_adjust::<T>(0))]
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
			let extent = Self::do_adjust(who, vault, adjustment, Limits::default(), By::Anybody)?;
			Ok(Some(extent.weight_of_adjust::<T>(0)).into())
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
		/// While lots may still return collateral to the vault it stays, empty, and with it the
		/// deposit. Close it again when they are closed.
		///
		/// ## Errors
		///
		/// - [`Error::RepaymentAboveLimit`]: more is owed than `max_repay`.
		/// - [`Error::ClaimsPending`]: the vault is empty, and lots may still return collateral to it.
		///
		/// ## Events
		///
		/// [`Event::Closed`]; [`Event::Adjusted`] if the vault stays.
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
		/// happens by itself with whatever moves the vault's collateral, debt or owner, or sets a guard.
		///
		/// ## Errors
		///
		/// [`Error::UnknownVault`]; [`Error::NothingToClaim`]: no lot is closed that the vault waits for.
		///
		/// ## Events
		///
		/// [`Event::LeftoverReturned`], with amounts of zero if the lots were sold out.
		#[pallet::call_index(7)]
		#[pallet::weight(Extent::MAX.weight_of_claim::<T>())]
		pub fn claim(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let extent = Self::do_claim(vault)?;
			Ok(Some(extent.weight_of_claim::<T>()).into())
		}

		/// Liquidate one unsafe vault now, or let its guard act if the moment for that has come.
		/// Anybody may. The start of every block does it by itself; this is for a backlog.
		///
		/// If the start of this block did not come to the vault, the caller is paid a part of what its
		/// liquidation brings the reserve, as far as the treasury's policy and the reserve allow. It is
		/// always less than the liquidation costs the vault's owner, and nothing if the vault is under
		/// water.
		///
		/// ## Errors
		///
		/// - [`Error::VaultIsSafe`]
		/// - [`Error::NothingToSell`]: no collateral of it has a quote to sell it at, or what has one
		///   repays nothing.
		/// - [`Error::SwitchedOff`]: the breaker has stopped liquidations, the facility is settled, the
		///   oracle is silent, or the debt asset has no quote that liquidations go by.
		#[pallet::call_index(8)]
		#[pallet::weight(
			Extent::MAX.weight_of_liquidate::<T>(true).saturating_add(Pallet::<T>::weight_of_rewards(1))
		)]
		pub fn liquidate(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
		) -> DispatchResultWithPostInfo {
			let keeper = ensure_signed(origin)?;
			let (extent, is_guarded, rewards) = Self::do_liquidate(&keeper, vault)?;
			let liquidating = extent.weight_of_liquidate::<T>(is_guarded);
			let rewarding = Self::weight_of_rewards(rewards);
			Ok(Some(liquidating.saturating_add(rewarding)).into())
		}

		/// Go on with the backlog of vaults that the prices may hurt, as far as the weight of `max`
		/// vaults pays for. Anybody may. Each is liquidated, saved by its guard, or found safe; the caller
		/// is paid for what he liquidates as for [`Pallet::liquidate`].
		///
		/// ## Errors
		///
		/// [`Error::NothingToEnforce`]: no vault is waiting that can be dealt with now, or `max` is
		/// zero.
		#[pallet::call_index(9)]
		#[pallet::weight(
			Pallet::<T>::weight_of_enforcing(*max)
				.saturating_add(Pallet::<T>::weight_of_rewards(*max))
		)]
		pub fn enforce_backlog(origin: OriginFor<T>, max: u32) -> DispatchResultWithPostInfo {
			let keeper = ensure_signed(origin)?;
			let mut meter =
				frame_support::weights::WeightMeter::with_limit(Self::weight_of_enforcing(max));
			let (done, _) = Self::enforce_for(Some(&keeper), &mut meter);
			ensure!(done.visited > 0, Error::<T>::NothingToEnforce);
			let rewarding = Self::weight_of_rewards(done.rewards);
			Ok(Some(meter.consumed().saturating_add(rewarding)).into())
		}

		/// Create a facility. Only `AdminOrigin`. Nothing of it may exist yet, the books of its
		/// collaterals included; its debt asset must not have been issued by other means, and the
		/// custody account must hold the minimum balance of every collateral.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::create_facility())]
		pub fn create_facility(origin: OriginFor<T>, terms: FacilityTerms<T>) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_create_facility(terms).map(|_| ())
		}

		/// Set the ceiling of a facility, in smallest units of its debt asset. `AdminOrigin`, or
		/// `GuardianOrigin` to lower it. [`Pallet::change_facility`] with one change.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::change_facility())]
		pub fn set_ceiling(
			origin: OriginFor<T>,
			facility: FacilityId,
			#[pallet::compact] ceiling: Balance,
		) -> DispatchResult {
			let by = Self::ensure_authority(origin)?;
			Self::do_change_facility(by, facility, FacilityChange::Ceiling(ceiling))
		}

		/// Switch parts of a facility off or on. `AdminOrigin`, or `GuardianOrigin` to raise the
		/// level. [`Pallet::change_facility`] with one change.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::change_facility())]
		pub fn set_breaker(
			origin: OriginFor<T>,
			facility: FacilityId,
			breaker: Breaker,
		) -> DispatchResult {
			let by = Self::ensure_authority(origin)?;
			Self::do_change_facility(by, facility, FacilityChange::Breaker(breaker))
		}

		/// Change a facility.
		///
		/// ## Dispatch Origin
		///
		/// `AdminOrigin`. `GuardianOrigin` may raise the breaker's level, and lower the ceiling, the
		/// fill limit, and caps.
		///
		/// ## Details
		///
		/// What makes borrowers less safe or charges them more (a lower liquidation factor; a higher
		/// penalty, fee, target health, minimum debt, or rate) begins after `RampDelay` and takes
		/// `RampLength` to get where it should, in a straight line. Everything else holds at once. A
		/// change of a term that is on its way begins where it stands, and replaces where it was
		/// going.
		///
		/// ## Errors
		///
		/// - `BadOrigin`, [`Error::GuardianOnlyTightens`]
		/// - [`Error::UnknownFacility`], [`Error::CollateralNotAccepted`]
		/// - those of [`Pallet::create_facility`] about the term in question
		/// - [`Error::TooManyRamps`]
		///
		/// ## Events
		///
		/// [`Event::FacilityChanged`], which says until when it takes.
		#[pallet::call_index(13)]
		#[pallet::weight(change.weight::<T>())]
		pub fn change_facility(
			origin: OriginFor<T>,
			facility: FacilityId,
			change: FacilityChange,
		) -> DispatchResult {
			let by = Self::ensure_authority(origin)?;
			Self::do_change_facility(by, facility, change)
		}

		/// Order what is to be done, once, when the health of a vault falls below a level, or cancel
		/// the order.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner.
		///
		/// ## Details
		///
		/// The block in which the health falls below `level` repays up to `amount` from the owner's
		/// free balance of the debt asset, before anything is liquidated, and forgets the order. It
		/// repays less if the owner has less, or if less than the minimum debt would be left; it
		/// repays nothing unless that makes the vault safe. The order does not survive a change of
		/// owner. While it stands, borrowing and withdrawing must leave the vault at or above
		/// `level`.
		///
		/// ## Errors
		///
		/// - [`Error::NotOwner`], [`Error::UnknownVault`]
		/// - [`Error::BadGuardLevel`], [`Error::ZeroAmount`]
		/// - [`Error::BelowGuardLevel`]: the vault is below the level now. Repay or deposit instead.
		/// - [`Error::PriceNotLive`]: the debt asset has no quote.
		/// - [`Error::SwitchedOff`]: the facility is frozen. Cancelling is always possible.
		///
		/// ## Events
		///
		/// [`Event::GuardSet`], and [`Event::LeftoverReturned`] if a lot is closed that the vault waited for;
		/// [`Event::GuardActed`] when it has acted.
		#[pallet::call_index(14)]
		#[pallet::weight(Extent::MAX.weight_of_set_guard::<T>(guard.is_some()))]
		pub fn set_guard(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
			guard: Option<Guard>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let extent = Self::do_set_guard(who, vault, guard)?;
			Ok(Some(extent.weight_of_set_guard::<T>(guard.is_some())).into())
		}

		/// Offer a vault to `to`, who becomes its owner by [`Pallet::accept`], or take the offer back
		/// with `None`.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner, who can go on using the vault until it is accepted.
		///
		/// ## Errors
		///
		/// [`Error::NotOwner`], [`Error::UnknownVault`], [`Error::AlreadyOwner`].
		///
		/// ## Events
		///
		/// [`Event::Offered`].
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::offer())]
		pub fn offer(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
			to: Option<T::AccountId>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_offer(who, vault, to)
		}

		/// Accept a vault that has been offered to the caller: its collateral, its debt, and what
		/// lots may return to it.
		///
		/// ## Dispatch Origin
		///
		/// Signed by whom it was offered to. He has `VaultDeposit` put on hold; the former owner
		/// gets his own back.
		///
		/// ## Details
		///
		/// - The former owner may change the vault until the last moment. `expected` makes sure that it
		///   owes no more and holds no less than the caller counts on, both after what closed lots have
		///   left over has come back. Collateral that it does not name may be gone.
		/// - `limits` alone do not: an empty vault without debt has no health that could be too low, and
		///   one a tenth as large has the same.
		/// - Debt grows with every block: name a little more than is owed.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownVault`], [`Error::NotOffered`]
		/// - [`Error::NotAsExpected`]: the vault owes more, or holds less of a collateral.
		/// - [`Error::DuplicateAsset`], [`Error::ZeroAmount`], [`Error::CollateralNotAccepted`]: `expected`
		///   is wrong.
		/// - [`Error::HealthBelowLimit`], [`Error::DeadlinePassed`], [`Error::PriceNotLive`]
		/// - [`Error::SwitchedOff`]: the facility is frozen.
		///
		/// ## Events
		///
		/// [`Event::Transferred`]; [`Event::LeftoverReturned`] if a lot is closed that the vault waited for.
		#[pallet::call_index(16)]
		#[pallet::weight(Extent::MAX.weight_of_accept::<T>())]
		pub fn accept(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
			expected: Expected,
			limits: LimitsOf<T>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let extent = Self::do_accept(who, vault, expected, limits)?;
			Ok(Some(extent.weight_of_accept::<T>()).into())
		}

		/// Wind a facility up, for ever: fix its debts and its prices as they are now.
		///
		/// ## Dispatch Origin
		///
		/// `AdminOrigin`.
		///
		/// ## Details
		///
		/// - From then on interest stops, nothing is borrowed or deposited, nothing is liquidated and no
		///   guard acts. Repaying and closing go on, vault by vault until it is settled. Lots that are
		///   open are sold on.
		/// - `prices`, in units of 1e-18 USD a whole token, are for collateral that has no quote to
		///   liquidate by. Where both exist the named price holds: it may be the oracle that has failed.
		/// - The debt asset counts what it is quoted at, or what `prices` says.
		/// - No vault is touched. See [`Pallet::settle_vault`] for the owners and [`Pallet::redeem`] for
		///   the holders of the debt asset.
		///
		/// ## Errors
		///
		/// - `BadOrigin`, [`Error::UnknownFacility`]
		/// - [`Error::FacilitySettled`]: it has been settled before.
		/// - [`Error::PriceNotNamed`]: a token has neither a quote nor a price in `prices`.
		/// - [`Error::CollateralNotAccepted`], [`Error::DuplicateAsset`], [`Error::BadPrice`]: `prices`
		///   is wrong.
		///
		/// ## Events
		///
		/// [`Event::FacilitySettled`], with all prices.
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::settle_facility())]
		pub fn settle_facility(
			origin: OriginFor<T>,
			facility: FacilityId,
			prices: NamedPrices,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_settle_facility(facility, prices)
		}

		/// Take out of a vault of a settled facility what covers its debt, and the debt with it. What
		/// stays is the owner's, who can withdraw it or close the vault.
		///
		/// ## Dispatch Origin
		///
		/// Signed by anybody. What a block has of weight left over does it by itself, a few vaults at a
		/// time.
		///
		/// ## Details
		///
		/// - Of each leg the same part is taken, valued at the fixed prices, rounded up to a smallest
		///   unit. It goes to the pool that [`Pallet::redeem`] pays from.
		/// - What the vault lacks becomes bad debt, which is the reserve's to cover. But while lots may
		///   return something to the vault it goes on owing that much: settle it again after them.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownVault`], [`Error::FacilityNotSettled`]
		/// - [`Error::NoDebt`]: it has been settled, or never owed.
		/// - [`Error::ClaimsPending`]: nothing can be taken before its lots are closed.
		///
		/// ## Events
		///
		/// [`Event::VaultSettled`]; [`Event::LeftoverReturned`] if a lot is closed that the vault waited for.
		#[pallet::call_index(18)]
		#[pallet::weight(Extent::MAX.weight_of_settling::<T>())]
		pub fn settle_vault(
			origin: OriginFor<T>,
			#[pallet::compact] vault: VaultId,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let extent = Self::do_settle_vault(vault)?;
			Ok(Some(extent.weight_of_settling::<T>()).into())
		}

		/// Burn units of a settled facility's debt asset for a share of the collateral that its vaults
		/// have given for their debts, and have paid out what is due so far.
		///
		/// ## Dispatch Origin
		///
		/// Signed by anybody who holds the debt asset.
		///
		/// ## Details
		///
		/// - `amount`, in smallest units of the debt asset, is the most that is burned: no more than the
		///   vaults settled so far have owed. The rest stays with the caller.
		/// - The share is that of `amount` in all that the facility has issued. As long as vaults are
		///   not settled, the caller gets that share of what is there, and can call again for what has
		///   come in later: `amount` may be zero then. In the end the share is the same for everybody,
		///   whenever he came. Until then a receipt is kept, for a deposit of `ReceiptDeposit`, which
		///   is on hold until all is paid.
		/// - Every amount paid is rounded down to a smallest unit. A collateral that the caller cannot
		///   receive, because it is less than the token's minimum balance or his account is blocked,
		///   stays due.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownFacility`], [`Error::FacilityNotSettled`]
		/// - [`Error::NothingToRedeem`]: nothing can be burned yet, and nothing is due.
		/// - the token's own, if the caller holds less than would be burned.
		///
		/// ## Events
		///
		/// [`Event::Redeemed`].
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::redeem(T::MaxCollaterals::get()))]
		pub fn redeem(
			origin: OriginFor<T>,
			facility: FacilityId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let due = Self::do_redeem(who, facility, amount)?;
			Ok(Some(T::WeightInfo::redeem(due)).into())
		}
	}
}
