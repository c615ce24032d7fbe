//! What the pallet tells. Imported into the pallet's module.

#[frame_support::pallet_macros::pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A facility was created.
		FacilityCreated {
			/// Its number.
			facility: FacilityId,
			/// What it issues.
			debt_asset: AssetId,
		},
		/// Governance changed a facility.
		FacilityChanged {
			/// Which.
			facility: FacilityId,
			/// What has changed.
			change: FacilityChange,
			/// When that of it which is to the borrowers' disadvantage begins and ends to take
			/// effect, in milliseconds since 1970; `None` if all of it holds at once.
			gradual: Option<(Moment, Moment)>,
		},
		/// A vault was opened.
		Opened {
			/// Its number.
			vault: VaultId,
			/// Its facility.
			facility: FacilityId,
			/// Its owner.
			owner: T::AccountId,
		},
		/// A vault was adjusted.
		Adjusted {
			/// Which.
			vault: VaultId,
			/// Who called.
			by: T::AccountId,
			/// Collateral that came in.
			deposited: Basket,
			/// Collateral that went out to the owner.
			withdrawn: Basket,
			/// Debt taken on.
			borrowed: Balance,
			/// Debt paid back.
			repaid: Balance,
			/// What is owed now.
			debt: Balance,
		},
		/// A vault was closed; everything went back to its owner, but for what [`Event::Forfeited`] names.
		Closed {
			/// Which.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
			/// The debt paid back.
			repaid: Balance,
			/// Collateral given back.
			withdrawn: Basket,
		},
		/// A vault was unsafe, and collateral was taken from it to repay debt.
		Liquidated {
			/// Which.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
			/// Debt that left the vault.
			repaid: Balance,
			/// Collateral that left the vault.
			seized: Basket,
			/// Debt that is still owed.
			debt: Balance,
		},
		/// A vault is unsafe, and nothing of it can be sold at the moment. It waits for a price of its
		/// collateral.
		LiquidationDeferred {
			/// Which vault.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
		},
		/// Collateral has left a vault that is worth too little to be sold, or is too little to exist on
		/// its owner's account. It stays in custody and belongs to nobody.
		Forfeited {
			/// Which vault.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
			/// What has left it.
			forfeited: Basket,
		},
		/// Lots that a vault waited for are closed; what they did not need has come back to it.
		LeftoverReturned {
			/// Which vault.
			vault: VaultId,
			/// What came back of each collateral of those lots: zero if all of it was sold.
			returned: Basket,
		},
		/// The owner of a vault has ordered what is to be done when its health falls.
		GuardSet {
			/// Which vault.
			vault: VaultId,
			/// The order; `None` if there is none any more.
			guard: Option<Guard>,
		},
		/// The health of a vault fell below the level of its guard. The guard has done what it
		/// could and is gone.
		GuardActed {
			/// Which vault.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
			/// What was repaid from the owner's balance; zero if he had too little to make the vault
			/// safe.
			repaid: Balance,
			/// What is still owed.
			debt: Balance,
		},
		/// The owner of a vault has offered it to somebody, or taken his offer back.
		Offered {
			/// Which vault.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
			/// Who may accept it; `None` if nobody.
			to: Option<T::AccountId>,
		},
		/// A vault has another owner.
		Transferred {
			/// Which vault.
			vault: VaultId,
			/// Who was its owner.
			from: T::AccountId,
			/// Who is now.
			to: T::AccountId,
		},
		/// A facility is wound up: debts and prices stay as they are.
		FacilitySettled {
			/// Which.
			facility: FacilityId,
			/// What a whole token of the debt asset counts.
			debt_price: Price,
			/// What a whole token of each collateral counts.
			prices: Vec<(AssetId, Price)>,
		},
		/// What covers the debt of a vault has gone into the pool of its settled facility.
		VaultSettled {
			/// Which vault.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
			/// What was taken of each leg.
			taken: Basket,
			/// Debt that the pool answers for now.
			covered: Balance,
			/// Debt that has become bad debt.
			lost: Balance,
			/// Debt that waits for what lots may still return; zero but for that.
			debt: Balance,
		},
		/// Somebody has had his share of a settled facility's pool.
		Redeemed {
			/// Which facility.
			facility: FacilityId,
			/// Who.
			who: T::AccountId,
			/// What was burned for it now.
			burned: Balance,
			/// What was paid of each collateral.
			paid: Vec<(AssetId, Balance)>,
		},
		/// An entry of the risk index and its vault disagreed, or something that leads to the entry was
		/// lost. The entry is dropped, rewritten or led to again; this is a defect to be reported.
		/// `Drifts` counts them.
		IndexDrift {
			/// The vault.
			vault: VaultId,
		},
	}
}
