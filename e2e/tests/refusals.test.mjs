// Bad input over RPC: each thing that can be wrong has an error of its own, and costs nothing but
// the fee.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventOf } from '../lib/chain.mjs';
import { NO_LIMITS, adjustment } from '../lib/journey.mjs';
import { assertRefused } from '../lib/refusals.mjs';
import { soundAtTheEnd, withChain } from '../lib/suite.mjs';
import { ONE, amount, assetId } from '../lib/units.mjs';

const MIXED_FACILITY = 0;
const STABLE_FACILITY = 1;
const NOWHERE = 99;

describe('what cannot be done is refused by name', () => {
  const stack = withChain('refusals');
  // Alice is the validator and earns the fees, so the others do the work here.
  let bob;
  let charlie;
  let tx;
  /** Charlie's vault in facility 0, with 1 ETH and a debt of 1,000 CUSD. */
  let vault;
  /** A facility with a ceiling of 500 CUSD and a cap of 1,000 USDC, which exists for this suite. */
  let small;

  const dollars = (text) => amount(text, 'CUSD');
  const some = (symbol, text) => [assetId(symbol), amount(text, symbol)];
  const adjust = (parts, limits = NO_LIMITS) => tx.vaults.adjust(vault, adjustment(parts), limits);
  const open = (facility, parts) => tx.vaults.open(facility, adjustment(parts), NO_LIMITS);

  const refuses = (sentence, error, call, who = () => charlie) =>
    test(`${sentence}: ${error}`, () =>
      assertRefused(stack.chain, who(), call(), error, {
        others: [bob, charlie],
        vaults: [vault],
      }));

  before(async () => {
    const { chain } = stack;
    ({ tx } = chain.api);
    ({ bob, charlie } = chain.people);
    await chain.untilLive();
    const parts = { deposit: [some('ETH', '1')], borrow: dollars('1000') };
    const { events } = await chain.send(charlie, open(MIXED_FACILITY, parts));
    ({ vault } = eventOf(events, 'vaults.Opened'));
    small = await createFacility(chain);
  });

  describe('what there is not', () => {
    refuses('an unknown facility', 'vaults.UnknownFacility', () =>
      open(NOWHERE, { deposit: [some('ETH', '1')] }),
    );
    refuses('an unknown vault', 'vaults.UnknownVault', () =>
      tx.vaults.deposit(NOWHERE, ...some('ETH', '1')),
    );
    refuses('an unknown lot', 'auctions.UnknownLot', () => tx.auctions.take(NOWHERE, 1, ONE, null));
    refuses('a token that does not exist', 'vaults.CollateralNotAccepted', () =>
      tx.vaults.deposit(vault, { WithId: NOWHERE }, 1),
    );
    refuses('a token that the facility does not accept', 'vaults.CollateralNotAccepted', () =>
      open(STABLE_FACILITY, { deposit: [some('DOT', '1')] }),
    );
    refuses('the debt asset as collateral', 'vaults.CollateralNotAccepted', () =>
      tx.vaults.deposit(vault, ...some('CUSD', '1')),
    );
  });

  describe('nothing at all', () => {
    refuses('depositing nothing', 'vaults.ZeroAmount', () =>
      tx.vaults.deposit(vault, assetId('ETH'), 0),
    );
    refuses('withdrawing nothing', 'vaults.ZeroAmount', () =>
      tx.vaults.withdraw(vault, assetId('ETH'), 0),
    );
    refuses('borrowing nothing', 'vaults.ZeroAmount', () => tx.vaults.borrow(vault, 0));
    refuses('repaying nothing', 'vaults.ZeroAmount', () => tx.vaults.repay(vault, 0));
    refuses('an adjustment that asks for nothing', 'vaults.ZeroAmount', () => adjust({}));
    refuses('claiming where no lot owes anything', 'vaults.NothingToClaim', () =>
      tx.vaults.claim(vault),
    );
    refuses('liquidating a safe vault', 'vaults.VaultIsSafe', () => tx.vaults.liquidate(vault));
    refuses('going on with a backlog that there is not', 'vaults.NothingToEnforce', () =>
      tx.vaults.enforceBacklog(10),
    );
  });

  describe('more than there is', () => {
    refuses('depositing more of a token than one has', 'Token.FundsUnavailable', () =>
      tx.vaults.deposit(vault, ...some('ETH', '20000')),
    );
    refuses('depositing more CRN than one has', 'Token.FundsUnavailable', () =>
      tx.vaults.deposit(vault, ...some('CRN', '10000000')),
    );
    refuses('withdrawing more than the vault holds', 'vaults.NotEnoughCollateral', () =>
      tx.vaults.withdraw(vault, ...some('ETH', '2')),
    );
    refuses('withdrawing what the vault does not hold', 'vaults.NotEnoughCollateral', () =>
      tx.vaults.withdraw(vault, ...some('BTC', '1')),
    );
    refuses(
      'repaying with more CUSD than one has',
      'Token.FundsUnavailable',
      () => tx.vaults.repay(vault, dollars('500')),
      () => stack.chain.people.dave,
    );
    refuses('the same token twice', 'vaults.DuplicateAsset', () =>
      adjust({ deposit: [some('ETH', '1'), some('ETH', '1')] }),
    );
  });

  describe('more than is allowed', () => {
    refuses('borrowing more than the collateral carries', 'vaults.Undercollateralized', () =>
      tx.vaults.borrow(vault, dollars('2000')),
    );
    refuses('withdrawing what carries the debt', 'vaults.Undercollateralized', () =>
      tx.vaults.withdraw(vault, ...some('ETH', '0.9')),
    );
    refuses('borrowing beyond the ceiling', 'vaults.CeilingReached', () =>
      open(small, { deposit: [some('USDC', '900')], borrow: dollars('501') }),
    );
    refuses('depositing beyond the cap', 'vaults.CapReached', () =>
      open(small, { deposit: [some('USDC', '1001')] }),
    );
    refuses('borrowing less than the minimum debt', 'vaults.BelowMinimumDebt', () =>
      open(MIXED_FACILITY, { deposit: [some('ETH', '1')], borrow: dollars('99') }),
    );
    refuses('repaying all but less than the minimum debt', 'vaults.BelowMinimumDebt', () =>
      tx.vaults.repay(vault, dollars('950')),
    );
    refuses('repaying a debt that there is not', 'vaults.NoDebt', () =>
      open(MIXED_FACILITY, { deposit: [some('ETH', '1')], repay: dollars('1') }),
    );
    refuses('closing for less than is owed', 'vaults.RepaymentAboveLimit', () =>
      tx.vaults.close(vault, dollars('999')),
    );
    refuses('a health below the limit of the caller', 'vaults.HealthBelowLimit', () =>
      adjust({ borrow: dollars('100') }, { minHealth: 3n * ONE, deadline: null }),
    );
    refuses('a deadline that has passed', 'vaults.DeadlinePassed', () =>
      adjust({ borrow: dollars('100') }, { minHealth: null, deadline: 1 }),
    );
  });

  describe("somebody else's", () => {
    refuses(
      "withdrawing from somebody else's vault",
      'vaults.NotOwner',
      () => tx.vaults.withdraw(vault, ...some('ETH', '0.1')),
      () => bob,
    );
    refuses(
      "borrowing against somebody else's vault",
      'vaults.NotOwner',
      () => tx.vaults.borrow(vault, dollars('100')),
      () => bob,
    );
    refuses(
      "depositing into somebody else's vault what it does not hold",
      'vaults.OnlyOwnerAddsLegs',
      () => tx.vaults.deposit(vault, ...some('DOT', '1')),
      () => bob,
    );
    refuses(
      "closing somebody else's vault",
      'vaults.NotOwner',
      () => tx.vaults.close(vault, dollars('2000')),
      () => bob,
    );
    refuses('making CUSD', 'assets.NoPermission', () =>
      tx.assets.mint(assetId('CUSD').WithId, charlie.address, dollars('1')),
    );
    refuses('destroying CUSD', 'assets.NoPermission', () =>
      tx.assets.burn(assetId('CUSD').WithId, charlie.address, dollars('1')),
    );
    refuses('creating a facility', 'BadOrigin', () => tx.vaults.createFacility(terms()));
    refuses('moving a ceiling', 'BadOrigin', () => tx.vaults.setCeiling(MIXED_FACILITY, 0));
    refuses('switching a facility off', 'BadOrigin', () =>
      tx.vaults.setBreaker(MIXED_FACILITY, 'Frozen'),
    );
    refuses('removing a feed', 'BadOrigin', () => tx.oracle.removeFeed(assetId('ETH')));

    test("but anybody may add to what somebody else's vault holds", async () => {
      const { chain } = stack;
      const before = await chain.vault(vault);
      const { hash } = await chain.send(bob, tx.vaults.deposit(vault, ...some('ETH', '0.5')));
      const after = await chain.vault(vault, hash);
      assert.equal(after.legs[0].amount - before.legs[0].amount, amount('0.5', 'ETH'));
      assert.equal(after.owner, charlie.address);
    });
  });

  soundAtTheEnd(stack);
});

/** A facility for few. */
const terms = () => ({
  debtAsset: assetId('CUSD'),
  collaterals: [
    {
      asset: assetId('USDC'),
      borrowFactor: 900_000_000,
      liquidationFactor: 950_000_000,
      penalty: 30_000_000,
      fee: 10_000_000,
      cap: amount('1000', 'USDC'),
      riskRank: 0,
    },
  ],
  ceiling: amount('500', 'CUSD'),
  fillLimit: amount('500', 'CUSD'),
  minimumDebt: amount('100', 'CUSD'),
  targetHealth: (ONE * 102n) / 100n,
  annualRate: 4n * 10n ** 25n,
});

async function createFacility(chain) {
  const { tx } = chain.api;
  const { events } = await chain.send(
    chain.people.alice,
    tx.sudo.sudo(tx.vaults.createFacility(terms())),
  );
  return eventOf(events, 'vaults.FacilityCreated').facility;
}
