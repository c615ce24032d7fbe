//! What can be called. Imported into the pallet's module, whose names it uses.

#[frame_support::pallet_macros::pallet_section]
mod calls {
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// What a validator saw in a round.
		///
		/// Origin: none; the report is authorized by its `signature`, made with the reporter's
		/// session key `orcl` over [`Report::payload`]. [`ReportError`] says what is refused, and
		/// why. Free, and at most one per validator and round.
		#[pallet::call_index(0)]
		#[pallet::weight((
			T::WeightInfo::report(report.prices.len() as u32),
			DispatchClass::Operational,
		))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_report(report.prices.len() as u32))]
		#[pallet::authorize(Self::authorize_report)]
		pub fn report(
			origin: OriginFor<T>,
			report: Report<T::MaxFeeds>,
			signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			// Verified before this is dispatched.
			let _ = signature;
			Self::store_report(report);
			Ok(())
		}

		/// Sets how `asset` is to get its price. The feed runs in shadow, in place of a former shadow of
		/// the same asset, until it is promoted; what is quoted does not change before.
		///
		/// Origin: `AdminOrigin`.
		///
		/// Errors: what [`ReportedFeed::validate`] finds; [`Error::InvalidSanity`];
		/// [`Error::InvalidDerivation`]; [`Error::FeedInUse`] if `asset` is to be worth its unit while
		/// another feed is compared with it; [`Error::UnitChanged`]; [`Error::TooManyFeeds`];
		/// [`Error::NoFeedId`].
		///
		/// Events: [`Event::ShadowStarted`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_feed())]
		pub fn set_feed(
			origin: OriginFor<T>,
			asset: AssetId,
			feed: Feed<T::MaxSources>,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_feed(asset, feed)
		}

		/// Removes the feed of `asset`, and its shadow: it has no quote from now on.
		///
		/// Origin: `AdminOrigin`.
		///
		/// Errors: [`Error::NoFeed`]; [`Error::FeedInUse`].
		///
		/// Events: [`Event::FeedRemoved`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::remove_feed())]
		pub fn remove_feed(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_remove_feed(asset)
		}

		/// Puts the feed in shadow of `asset` in the place of what is quoted, before it would by itself,
		/// or if the asset is new. Reports under way that hold the former feed still count for all
		/// others.
		///
		/// Origin: `AdminOrigin`.
		///
		/// Errors: [`Error::NoShadow`]; [`Error::ShadowNotLive`]; [`Error::ShadowApart`], unless what
		/// is quoted is Stale or Halted; [`Error::TooManyFeeds`].
		///
		/// Events: [`Event::FeedPromoted`]; [`Event::StatusChanged`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::promote_feed())]
		pub fn promote_feed(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_promote(asset)
		}

		/// Withdraws the feed in shadow of `asset`.
		///
		/// Origin: `AdminOrigin`.
		///
		/// Errors: [`Error::NoShadow`].
		///
		/// Events: [`Event::ShadowWithdrawn`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::withdraw_shadow())]
		pub fn withdraw_shadow(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_withdraw_shadow(asset)
		}

		/// Stops the feed of `asset`: its quote is Halted at once, at the last price, and stays so until
		/// it is resumed. Stopping a feed that proves itself after being resumed stops it again.
		///
		/// Origin: `GuardianOrigin` or `AdminOrigin`.
		///
		/// Errors: [`Error::NoPrice`]; [`Error::NotStoppable`].
		///
		/// Events: [`Event::StatusChanged`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::halt_feed())]
		pub fn halt_feed(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			T::GuardianOrigin::try_origin(origin)
				.map(|_| ())
				.or_else(|origin| T::AdminOrigin::ensure_origin(origin).map(|_| ()))?;
			Self::do_halt(asset)
		}

		/// Lets the feed of `asset` prove itself: it is quoted again after as many settled agreements in
		/// succession as its thresholds say; a derived one at once.
		///
		/// Origin: `AdminOrigin`.
		///
		/// Errors: [`Error::NotHalted`].
		///
		/// Events: [`Event::FeedResumed`]; later [`Event::StatusChanged`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::resume_feed())]
		pub fn resume_feed(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_resume(asset)
		}

		/// Proves that a validator signed two different reports for one round.
		///
		/// Origin: none; the proof is authorized by the two signatures. Anybody may send it, for free.
		/// It is taken while the set that the reports are of is the present or the previous one, and
		/// settles all that the validator signed in that set up to now. [`ReportError`] says what is
		/// refused, and why.
		///
		/// Events: [`Event::Misconduct`].
		#[pallet::call_index(7)]
		#[pallet::weight((
			T::WeightInfo::prove_two_reports().saturating_add(T::OnMisconduct::weight()),
			DispatchClass::Operational,
		))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_prove_two_reports())]
		#[pallet::authorize(Self::authorize_proof)]
		pub fn prove_two_reports(
			origin: OriginFor<T>,
			first: Report<T::MaxFeeds>,
			first_signature: AuthoritySignature,
			second: Report<T::MaxFeeds>,
			second_signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			// Verified before this is dispatched.
			let _ = (first_signature, second, second_signature);
			Self::convict(&first);
			Ok(())
		}
	}
}
