//! The vaults of a chain and their owners, written into its state all at once.
//!
//! To open a million vaults by calls would take longer than all that is measured on them. So all tokens
//! are issued at once, to the first owners; the others are kept as those are, in other amounts; and the
//! rows of all of them and of their vaults are made on all cores, without a runtime. The state is the
//! one that calls would leave behind, byte for byte (`tests/population.rs`), and the invariants of Cairn's
//! pallets are checked of every chain that is made.

use super::{
	accounts::{owner_account, owners},
	debug,
	genesis::uniform,
	market::{collaterals_of, worth, COLLATERALS},
	DEBT_ASSET,
};
use crate::{Result, Spec};
use cairn_math::NormalizedDebt;
use cairn_primitives::{
	AccountId, AssetId, Balance, FacilityId, Issuance, MintReason, Nonce, VaultId,
};
use cairn_runtime::{
	configs::collateral::Custody,
	units::{CRN, CUSD},
	Assets, Balances, Runtime, RuntimeHoldReason, System, Treasury,
};
use cairn_vaults::{
	index::Index,
	rows::Rows as IndexRows,
	types::{Basket, BookKind, CollateralIndex, Facility, Leg, Vault},
	valuation::LiquidationPrices,
	FacilityStates, HoldReason, NextVault, Vaults, VaultsOf,
};
use codec::Encode;
use frame_support::{
	traits::{
		fungible::{Mutate as _, MutateHold as _},
		fungibles::Mutate as _,
		tokens::IdAmount,
		Get, VariantCountOf,
	},
	BoundedVec,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha8Rng};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A row of the state: its key, and what it holds.
type Row = (Vec<u8>, Vec<u8>);

/// Rows of the state.
pub type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// The facility that all vaults belong to.
pub const FACILITY: FacilityId = 0;

/// An owner before he opens his vaults.
pub struct Owner {
	/// His account.
	pub account: AccountId,
	/// What he has of the native token.
	pub native: Balance,
	/// What he has of the collaterals of his vaults, by their numbers among the assets.
	pub collateral: Vec<(u32, Balance)>,
}

impl Owner {
	fn new(number: u32, legs: u32) -> Self {
		let fortune = |at: usize| {
			let id = COLLATERALS[at].0;
			(id, worth(&AssetId::WithId(id), 1e6))
		};
		Self {
			account: owner_account(number),
			native: 1_000 * CRN,
			collateral: collaterals_of(number, legs).map(fortune).collect(),
		}
	}
}

/// What an owner opens a vault with.
pub struct Opening {
	/// Which owner.
	pub owner: u32,
	/// His collateral.
	pub deposit: Basket,
	/// His debt.
	pub borrow: Balance,
}

/// Who is on a chain, and what vaults they have.
pub struct Population {
	/// The owners.
	pub owners: Vec<Owner>,
	/// The vaults, in the order of their numbers. The last one has nothing in it.
	pub openings: Vec<Opening>,
}

impl Population {
	/// That of `spec`, for the facility as it is in the state.
	pub fn of(spec: &Spec) -> Result<Self> {
		let facility = facility()?;
		let owners = owners(spec.vaults);
		let mut random = ChaCha8Rng::seed_from_u64(1);
		let mut openings = Vec::with_capacity(spec.vaults as usize + 1);
		for vault in 0..spec.vaults {
			let owner = vault % owners;
			let (low, high) = spec.health;
			let health = low + (high - low) * uniform(&mut random);
			let debt = 200.0 + 1_800.0 * uniform(&mut random);
			let deposit = collaterals_of(owner, spec.legs).map(|at| {
				let asset = AssetId::WithId(COLLATERALS[at].0);
				let terms = &facility.collaterals[usize::from(index_of(&facility, &asset)?)].terms;
				let factor = f64::from(terms.liquidation_factor.deconstruct()) / 1e9;
				let amount = worth(&asset, health * debt / f64::from(spec.legs) / factor);
				Ok((asset, amount))
			});
			openings.push(Opening {
				owner,
				deposit: deposit
					.collect::<Result<Vec<_>>>()?
					.try_into()
					.map_err(|_| "too many legs")?,
				borrow: (debt * CUSD as f64) as Balance,
			});
		}
		openings.push(Opening {
			owner: 0,
			deposit: Basket::new(),
			borrow: 0,
		});
		Ok(Self {
			// All cores derive keys, which takes longer than all the rest.
			owners: (0..owners)
				.into_par_iter()
				.map(|owner| Owner::new(owner, spec.legs))
				.collect(),
			openings,
		})
	}

	/// Writes into the state what there is of owners and vaults together, and what leads to them.
	/// Returns their own rows, which the caller has to add to the state.
	pub fn write(&self) -> Result<Rows> {
		let indexed = self.write_facility()?;
		let model = self.write_totals()?;
		let vaults = (0..self.openings.len())
			.into_par_iter()
			.flat_map_iter(|at| {
				let opening = &self.openings[at];
				let (debt, legs) = &indexed[at];
				let owner = self.owners[opening.owner as usize].account.clone();
				rows_of_vault(at as VaultId, owner, *debt, legs)
			});
		let moved = self.moved();
		let owners = self.owners.par_iter().zip(&moved);
		let owners = owners.map(|(owner, moved)| model.rows_of(owner, moved));
		let owners: Vec<Vec<Row>> = owners.collect::<Result<_>>()?;
		let mut rows: Vec<Row> = vaults
			.chain(owners.into_par_iter().flatten_iter())
			.collect();
		rows.par_sort_unstable();
		Ok(rows.into_iter().collect())
	}

	/// Puts all vaults into the risk index, and adds them to the facility's totals. Returns what each
	/// owes and holds.
	fn write_facility(&self) -> Result<Vec<(NormalizedDebt, Vec<Leg>)>> {
		if NextVault::<Runtime>::get() > 0 {
			return Err("there are vaults before".into());
		}
		let facility = facility()?;
		let prices = LiquidationPrices::read(&facility).ok_or("the debt asset has no price")?;
		let mut state = FacilityStates::<Runtime>::get(FACILITY).ok_or("no facility")?;
		let mut index = IndexRows::<Runtime>::of_batch();
		let mut indexed = Vec::with_capacity(self.openings.len());
		for (id, opening) in (0..).zip(&self.openings) {
			let debt = NormalizedDebt::from_debt_ceil(opening.borrow, state.accumulator);
			let debt = debt.ok_or("a debt is too large")?;
			let mut legs = Vec::new();
			for (asset, amount) in &opening.deposit {
				let collateral = index_of(&facility, asset)?;
				state.held[usize::from(collateral)] += amount;
				legs.push(Leg {
					collateral,
					amount: *amount,
					entry: None,
				});
			}
			let triggers = prices.triggers_ceil(&facility, &legs, debt);
			for (leg, trigger) in legs.iter_mut().zip(triggers) {
				let book = BookKind::Risk.book(FACILITY, leg.collateral);
				leg.entry = Some(Index::insert(book, trigger, id, &mut index));
			}
			let total = state.normalized_debt.checked_add(debt);
			state.normalized_debt = total.ok_or("the debts are too large")?;
			state.minted += opening.borrow;
			state.filled += opening.borrow;
			state.operations += u32::from(opening.borrow > 0 || !opening.deposit.is_empty());
			indexed.push((debt, legs));
		}
		index.write();
		FacilityStates::<Runtime>::insert(FACILITY, state);
		NextVault::<Runtime>::put(self.openings.len() as VaultId);
		Ok(indexed)
	}

	/// What each owner has put into his vaults, and taken out.
	fn moved(&self) -> Vec<Moved> {
		let mut all: Vec<Moved> = self.owners.iter().map(|_| Moved::default()).collect();
		for opening in &self.openings {
			let moved = &mut all[opening.owner as usize];
			moved.vaults += 1;
			moved.borrowed += opening.borrow;
			for (asset, amount) in &opening.deposit {
				*moved.deposited.entry(asset.clone()).or_default() += amount;
			}
		}
		all
	}

	/// Has all that owners and custody have counted by the pallets: each token is given to the first who
	/// has it. Returns how the pallets keep an owner.
	fn write_totals(&self) -> Result<Model> {
		// The rows of owners replace what is there.
		for Owner { account, .. } in self.owners.iter().take(COLLATERALS.len()) {
			if frame_system::Account::<Runtime>::contains_key(account) {
				return Err("an owner is on the chain before".into());
			}
		}
		let first = &self.owners.first().ok_or("there are no owners")?.account;
		let native = self.owners.iter().map(|owner| owner.native).sum();
		Balances::mint_into(first, native).map_err(debug)?;
		Balances::hold(&HoldReason::VaultDeposit.into(), first, vault_deposit()).map_err(debug)?;

		let mut deposited = BTreeMap::<AssetId, Balance>::new();
		for (asset, amount) in self.openings.iter().flat_map(|opening| &opening.deposit) {
			*deposited.entry(asset.clone()).or_default() += amount;
		}
		let mut fortunes = BTreeMap::<u32, Fortune>::new();
		for owner in &self.owners {
			for (id, amount) in &owner.collateral {
				let fortune = fortunes
					.entry(*id)
					.or_insert_with(|| Fortune::of(&owner.account));
				fortune.owners += 1;
				fortune.sum += amount;
			}
		}
		let mut assets = BTreeMap::new();
		for (id, Fortune { first, owners, sum }) in fortunes {
			let asset = AssetId::WithId(id);
			let deposited = deposited.get(&asset).copied().unwrap_or_default();
			let rest = sum
				.checked_sub(deposited)
				.ok_or("owners are too poor for their vaults")?;
			Assets::mint_into(id, &Custody::get(), deposited).map_err(debug)?;
			Assets::mint_into(id, first, rest).map_err(debug)?;
			assets.insert(asset, shared_by(id, first, owners)?);
		}
		let borrowed = self.openings.iter().map(|opening| opening.borrow).sum();
		Treasury::mint(&DEBT_ASSET, first, borrowed, MintReason::Borrow).map_err(debug)?;
		let AssetId::WithId(id) = DEBT_ASSET else {
			return Err("the native token is no debt asset".into());
		};
		assets.insert(DEBT_ASSET, shared_by(id, first, self.owners.len() as u32)?);
		Ok(Model {
			account: System::account(first),
			holds: pallet_balances::Holds::<Runtime>::get(first),
			assets,
		})
	}
}

/// What all owners together have of a token before they open vaults.
struct Fortune<'a> {
	first: &'a AccountId,
	owners: u32,
	sum: Balance,
}

impl<'a> Fortune<'a> {
	fn of(first: &'a AccountId) -> Self {
		Self {
			first,
			owners: 0,
			sum: 0,
		}
	}
}

/// Counts the owners of a token, of whom the pallet knows the first one. Returns how it keeps him.
fn shared_by(id: u32, first: &AccountId, owners: u32) -> Result<AssetAccountOf> {
	pallet_assets::Asset::<Runtime>::try_mutate(id, |asset| {
		let asset = asset.as_mut().ok_or("there is no such token")?;
		asset.accounts += owners - 1;
		asset.sufficients += if asset.is_sufficient { owners - 1 } else { 0 };
		Ok::<_, &str>(())
	})?;
	let account = pallet_assets::Account::<Runtime>::get(id, first);
	Ok(account.ok_or("the first owner has nothing")?)
}

/// What one owner has put into his vaults, and taken out.
#[derive(Default)]
struct Moved {
	vaults: Balance,
	borrowed: Balance,
	deposited: BTreeMap<AssetId, Balance>,
}

type AssetAccountOf = pallet_assets::AssetAccount<Balance, Balance, (), AccountId>;
type AccountInfo = frame_system::AccountInfo<Nonce, pallet_balances::AccountData<Balance>>;
type Holds = BoundedVec<IdAmount<RuntimeHoldReason, Balance>, VariantCountOf<RuntimeHoldReason>>;

/// How the pallets keep an owner, but for the amounts.
struct Model {
	account: AccountInfo,
	holds: Holds,
	assets: BTreeMap<AssetId, AssetAccountOf>,
}

impl Model {
	/// The rows of an owner.
	fn rows_of(&self, owner: &Owner, moved: &Moved) -> Result<Vec<Row>> {
		let who = &owner.account;
		let on_hold = vault_deposit() * moved.vaults;
		let mut account = self.account.clone();
		let free = owner.native.checked_sub(on_hold);
		account.data.free = free.ok_or("an owner is too poor for his deposits")?;
		account.data.reserved = on_hold;
		let mut holds = self.holds.clone();
		holds.iter_mut().for_each(|hold| hold.amount = on_hold);
		let mut rows = vec![
			(
				frame_system::Account::<Runtime>::hashed_key_for(who),
				account.encode(),
			),
			(
				pallet_balances::Holds::<Runtime>::hashed_key_for(who),
				holds.encode(),
			),
		];
		let collateral = owner.collateral.iter().map(|(id, amount)| {
			let asset = AssetId::WithId(*id);
			let deposited = moved.deposited.get(&asset).copied().unwrap_or_default();
			(asset, amount.checked_sub(deposited))
		});
		for (asset, balance) in collateral.chain([(DEBT_ASSET, Some(moved.borrowed))]) {
			let balance = balance.ok_or("an owner is too poor for his vaults")?;
			let (AssetId::WithId(id), Some(model)) = (&asset, self.assets.get(&asset)) else {
				return Err(format!("nobody has {asset:?}").into());
			};
			let key = pallet_assets::Account::<Runtime>::hashed_key_for(id, who);
			let account = AssetAccountOf {
				balance,
				..model.clone()
			};
			rows.push((key, account.encode()));
		}
		Ok(rows)
	}
}

/// The rows of a vault.
fn rows_of_vault(id: VaultId, owner: AccountId, debt: NormalizedDebt, legs: &[Leg]) -> [Row; 2] {
	let listed = VaultsOf::<Runtime>::hashed_key_for(&owner, id);
	let vault = Vault::<Runtime> {
		facility: FACILITY,
		owner,
		debt,
		legs: BoundedVec::truncate_from(legs.to_vec()),
		claims: BoundedVec::new(),
		books: BookKind::Risk,
		deposit: vault_deposit(),
		guard: None,
		offered_to: None,
	};
	let key = Vaults::<Runtime>::hashed_key_for(id);
	[(key, vault.encode()), (listed, ().encode())]
}

fn vault_deposit() -> Balance {
	<Runtime as cairn_vaults::Config>::VaultDeposit::get()
}

fn facility() -> Result<Facility<Runtime>> {
	let record = cairn_vaults::Facilities::<Runtime>::get(FACILITY);
	Ok(record.ok_or("no facility")?.base)
}

fn index_of(facility: &Facility<Runtime>, asset: &AssetId) -> Result<CollateralIndex> {
	let mut listed = facility.collaterals.iter();
	let position = listed.position(|collateral| collateral.terms.asset == *asset);
	let position = position.ok_or_else(|| format!("{asset:?} is not accepted"))?;
	Ok(CollateralIndex::try_from(position)?)
}
