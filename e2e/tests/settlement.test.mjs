// A facility is wound up: prices are fixed once, owners take out what exceeds their debts, whoever
// holds CUSD takes his share of the rest, and in the end every unit has gone somewhere.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { eventOf } from '../lib/chain.mjs';
import { NO_LIMITS, adjustment } from '../lib/journey.mjs';
import { assertRefused } from '../lib/refusals.mjs';
import { soundAtTheEnd, steps, withChain } from '../lib/suite.mjs';
import { ONE, amount, assetId, ceilDiv, show, symbolOf, valueOf } from '../lib/units.mjs';

const MIXED_FACILITY = 0;
const STABLE_FACILITY = 1;

const CUSD_ID = assetId('CUSD').WithId;

/** A debt is in 12 decimals, a value in 18. */
const VALUE_OF_A_UNIT = 10n ** 6n;

describe('the settlement of a facility', () => {
  const stack = withChain('settlement');
  const step = steps();
  let people;
  let tx;
  /** Charlie's two, of one collateral and of two, and Dave's. */
  let ether;
  let basket;
  let dots;
  /** What the facility's vaults held in all, by symbol. */
  const held = { ETH: 0n, DOT: 0n };
  /** What left them for owners and for holders, by symbol. */
  const toOwners = { ETH: 0n, DOT: 0n };
  const toHolders = { ETH: 0n, DOT: 0n };
  let fixed;
  let redeemed = 0n;

  const dollars = (text) => amount(text, 'CUSD');
  const some = (symbol, text) => [assetId(symbol), amount(text, symbol)];
  const settlement = (at) => stack.chain.view('Vaults.settlement', [MIXED_FACILITY], at);
  const pool = (view, symbol) => view.pools.find(({ asset }) => symbolOf(asset) === symbol);

  const opened = async (who, deposit, borrowed, facility = MIXED_FACILITY) => {
    const parts = { deposit, borrow: dollars(borrowed) };
    const call = tx.vaults.open(facility, adjustment(parts), NO_LIMITS);
    const { events } = await stack.chain.send(who, call);
    if (facility === MIXED_FACILITY) {
      for (const [id, units] of deposit) held[symbolOf(id)] += units;
    }
    return eventOf(events, 'vaults.Opened').vault;
  };

  /** What was taken from a vault of these legs is the same part of each, rounded up to a unit. */
  const assertTaken = ({ taken, covered, lost, debt }, before) => {
    const prices = Object.fromEntries(fixed.map(([id, price]) => [symbolOf(id), price]));
    const value = before.legs.reduce(
      (sum, leg) => sum + valueOf(leg.amount, symbolOf(leg.asset), prices[symbolOf(leg.asset)]),
      0n,
    );
    const owed = before.debt * VALUE_OF_A_UNIT;
    const expected = before.legs.map((leg) => [leg.asset, ceilDiv(leg.amount * owed, value)]);
    assert.deepEqual(taken, expected, 'what is taken is not the same part of each leg');
    // Each debt is rounded up; together they cover no more than was issued against all of them.
    const rounding = before.debt - covered;
    assert.ok(rounding >= 0n && rounding <= 2n, `${covered} is covered of ${before.debt}`);
    assert.deepEqual([lost, debt], [0n, 0n]);
  };

  step('owners borrow against ether and dots, and others hold what they borrowed', async () => {
    const { chain } = stack;
    ({ tx } = chain.api);
    ({ people } = chain);
    await chain.untilLive();
    const { bob, charlie, dave, eve, ferdie } = people;
    ether = await opened(charlie, [some('ETH', '2')], '3000');
    basket = await opened(charlie, [some('ETH', '1'), some('DOT', '300')], '2500.000001');
    dots = await opened(dave, [some('DOT', '1000')], '2000');
    // Of the other facility, whose units are worth as much.
    await opened(bob, [some('USDC', '2000')], '1500', STABLE_FACILITY);
    await chain.send(charlie, tx.assets.transferKeepAlive(CUSD_ID, eve.address, dollars('1700')));
    const rest = dollars('333.333333333333');
    await chain.send(dave, tx.assets.transferKeepAlive(CUSD_ID, ferdie.address, rest));
  });

  step('nobody but the administrator can wind a facility up', async () => {
    const { charlie, dave } = people;
    const settling = tx.vaults.settleFacility(MIXED_FACILITY, []);
    await assertRefused(stack.chain, charlie, settling, 'BadOrigin', { vaults: [ether, dots] });
    const settled = tx.vaults.settleVault(ether);
    await assertRefused(stack.chain, dave, settled, 'vaults.FacilityNotSettled', {
      vaults: [ether],
    });
    const redeeming = tx.vaults.redeem(MIXED_FACILITY, dollars('1'));
    await assertRefused(stack.chain, dave, redeeming, 'vaults.FacilityNotSettled');
  });

  step('root fixes all prices, and the same block takes what covers the debts', async (t) => {
    const { chain } = stack;
    const { alice } = people;
    // Nobody has to settle a vault. Whoever wants to be sure may, as here in the same transaction.
    const settling = tx.sudo.sudo(tx.vaults.settleFacility(MIXED_FACILITY, []));
    const both = tx.utility.batchAll([settling, tx.vaults.settleVault(ether)]);
    const { hash, number, events } = await chain.send(alice, both);
    assert.equal(eventOf(events, 'sudo.Sudid').sudoResult, 'Ok');
    const told = eventOf(events, 'vaults.FacilitySettled');
    assert.equal(told.debtPrice, ONE);
    fixed = told.prices;
    const quotes = await chain.quotes(hash);
    for (const [id, price] of fixed) {
      const symbol = symbolOf(id);
      assert.equal(price, quotes[symbol].price, `the price of ${symbol} is not its quote`);
    }
    const all = (await chain.events(hash)).filter(({ name }) => name === 'vaults.VaultSettled');
    assert.deepEqual(
      all.map(({ data }) => data.vault).sort(),
      [ether, basket, dots].sort(),
      'not every vault has been settled',
    );
    // Debts are those of this block: interest is charged before anybody is.
    const { accumulator } = await chain.view('Vaults.facility', [MIXED_FACILITY], hash);
    const parent = await chain.hash(number - 1);
    for (const { data } of all) {
      const before = await chain.vault(data.vault, parent);
      const stored = await (await chain.api.at(parent)).query.vaults.vaults(data.vault);
      const normalized = stored.unwrap().debt.toBigInt();
      const debt = ceilDiv(normalized * accumulator, 10n ** 27n);
      assertTaken(data, { ...before, debt });
      const gave = data.taken.map(([id, units]) => show(units, symbolOf(id))).join(' and ');
      t.diagnostic(`vault ${data.vault} gave ${gave} for ${show(debt, 'CUSD')}`);
    }
    const view = await settlement(hash);
    const covered = all.reduce((sum, { data }) => sum + data.covered, 0n);
    assert.deepEqual([view.redeemable, view.unsettled, view.uncovered], [covered, 0n, 0n]);
    assert.equal(view.complete, true);
    assert.equal(await issued(hash), covered, 'what is issued is not what pools answer for');
    for (const symbol of Object.keys(held)) {
      const taken = all
        .flatMap(({ data }) => data.taken)
        .filter(([id]) => symbolOf(id) === symbol)
        .reduce((sum, [, units]) => sum + units, 0n);
      assert.equal(pool(view, symbol).taken, taken, `the pool of ${symbol} is not what was taken`);
    }
  });

  step('interest has ended, and neither depositing nor borrowing goes on', async () => {
    const { chain } = stack;
    const { charlie } = people;
    const { hash } = await chain.next();
    const { accumulator } = await chain.view('Vaults.facility', [MIXED_FACILITY], hash);
    await chain.next();
    const later = await chain.view('Vaults.facility', [MIXED_FACILITY]);
    assert.equal(later.accumulator, accumulator);
    const vaults = [ether];
    const depositing = tx.vaults.deposit(ether, ...some('ETH', '1'));
    await assertRefused(chain, charlie, depositing, 'vaults.FacilitySettled', { vaults });
    const borrowing = tx.vaults.borrow(ether, dollars('100'));
    await assertRefused(chain, charlie, borrowing, 'vaults.SwitchedOff', { vaults });
    const again = tx.vaults.settleVault(ether);
    await assertRefused(chain, charlie, again, 'vaults.NoDebt', { vaults });
  });

  step('owners take out what exceeded their debts', async () => {
    const { chain } = stack;
    const { charlie, dave } = people;
    for (const [who, id] of [
      [charlie, ether],
      [charlie, basket],
      [dave, dots],
    ]) {
      const { legs, debt } = await chain.vault(id);
      assert.equal(debt, 0n);
      // A part of it by itself, and the rest by closing, for which nothing is paid.
      const [{ asset, amount: units }] = legs;
      const first = await chain.send(who, tx.vaults.withdraw(id, asset, units / 3n));
      const { events, hash } = await chain.send(who, tx.vaults.close(id, 0));
      assert.equal(eventOf(events, 'vaults.Closed').repaid, 0n);
      const [before, after] = [
        await chain.balances(who, first.parent),
        await chain.balances(who, hash),
      ];
      assert.equal(await chain.vault(id, hash), null);
      for (const leg of legs) {
        const symbol = symbolOf(leg.asset);
        assert.equal(after[symbol] - before[symbol], leg.amount, `not all ${symbol} came back`);
        toOwners[symbol] += leg.amount;
      }
      assert.ok(before.held > after.held, 'the deposit for the vault is not released');
    }
  });

  /** What the books say is issued against vaults and pools of the facility. */
  const issued = async (at) => {
    const { backedByVaults, difference } = await stack.chain.balanceSheet(at);
    assert.equal(difference, 0n, 'the books say that they differ');
    const other = await stack.chain.view('Vaults.facility', [STABLE_FACILITY], at);
    return backedByVaults - other.minted;
  };

  /** Redeems, and checks that what a holder was shown is what he gets: his share, to the unit. */
  const redeem = async (who, units) => {
    const { chain } = stack;
    const { redeemable } = await settlement();
    const shown = await chain.view('Vaults.redemption', [MIXED_FACILITY, who.address, units]);
    const call = tx.vaults.redeem(MIXED_FACILITY, units);
    const { events, hash, parent } = await chain.send(who, call);
    const { burned, paid } = eventOf(events, 'vaults.Redeemed');
    const expected = units < redeemable ? units : redeemable;
    assert.equal(burned, expected, 'not what was asked for has been burned');
    assert.deepEqual([shown.burned, shown.paid], [burned, paid], 'not what was shown');
    const [before, after] = [await chain.balances(who, parent), await chain.balances(who, hash)];
    assert.equal(before.CUSD - after.CUSD, burned);
    assert.equal(before.held, after.held, 'a redemption that is complete holds no deposit');
    const view = await settlement(hash);
    const base = view.redeemable + view.redeemed;
    for (const [id, got] of paid) {
      const symbol = symbolOf(id);
      assert.equal(after[symbol] - before[symbol], got, `the ${symbol} has not arrived`);
      assert.equal(got, (pool(view, symbol).taken * burned) / base, `no fair share of ${symbol}`);
      toHolders[symbol] += got;
    }
    assert.deepEqual(paid.map(([id]) => symbolOf(id)).sort(), ['DOT', 'ETH']);
    redeemed += burned;
    assert.equal((await issued(parent)) - (await issued(hash)), burned);
    return { burned, paid: Object.fromEntries(paid.map(([id, got]) => [symbolOf(id), got])) };
  };

  step('holders redeem, each for the same share, whoever has borrowed his units', async () => {
    const { chain } = stack;
    const { bob, charlie, dave, eve, ferdie } = people;
    const eves = await redeem(eve, dollars('1700'));
    const ferdies = await redeem(ferdie, dollars('333.333333333333'));
    const bobs = await redeem(bob, dollars('1000'));
    for (const other of [ferdies, bobs]) {
      for (const symbol of Object.keys(held)) {
        // Each was rounded down by less than a unit.
        const difference = eves.paid[symbol] * other.burned - other.paid[symbol] * eves.burned;
        const most = eves.burned > other.burned ? eves.burned : other.burned;
        assert.ok(difference < most && difference > -most, `shares of ${symbol} differ`);
      }
    }
    for (const who of [charlie, dave]) await redeem(who, await chain.balance(who, 'CUSD'));
  });

  step('the sums add up: to owners, to holders, to what is left and what is burned', async (t) => {
    const { chain } = stack;
    const { eve } = people;
    const { hash } = chain.best;
    const view = await settlement(hash);
    assert.equal(view.redeemed, redeemed);
    for (const symbol of Object.keys(held)) {
      const { taken, paid } = pool(view, symbol);
      assert.equal(paid, toHolders[symbol]);
      assert.equal(held[symbol], toOwners[symbol] + taken, `some ${symbol} is missing`);
      t.diagnostic(
        `of ${show(held[symbol], symbol)}, ${show(toOwners[symbol], symbol)} went to owners, ` +
          `${show(paid, symbol)} to holders, and ${show(taken - paid, symbol)} is left`,
      );
    }
    // What is left is for the units that are left, of which Eve has none.
    assert.equal(await issued(hash), view.redeemable);
    const nothing = tx.vaults.redeem(MIXED_FACILITY, 0);
    await assertRefused(chain, eve, nothing, 'vaults.NothingToRedeem');
    const { held: custody, whole } = await chain.view('Treasury.proof_of_reserves', [], hash);
    assert.equal(whole, true);
    for (const { asset, inVaults, inCustody } of custody) {
      const symbol = symbolOf(asset);
      assert.ok(inCustody >= inVaults, `${symbol} is missing in custody`);
      if (!(symbol in held)) continue;
      const { taken, paid } = pool(view, symbol);
      assert.equal(inVaults, taken - paid, `custody has another ${symbol} than the pool`);
    }
  });

  soundAtTheEnd(stack);
});
