// Without prices nobody can take on risk, everybody can get out, and nobody is liquidated. Nor is anybody
// while a breaker says so; that leaves a backlog, which a node shows.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { eventOf } from '../lib/chain.mjs';
import { NO_LIMITS, adjustment } from '../lib/journey.mjs';
import { byFacility } from '../lib/metrics.mjs';
import { assertRefused } from '../lib/refusals.mjs';
import { AGES_SOON } from '../lib/spec.mjs';
import { soundAtTheEnd, steps, withChain } from '../lib/suite.mjs';
import { ONE, PRICED, amount, assetId, showHealth } from '../lib/units.mjs';

const MIXED_FACILITY = 0;
const STABLE_FACILITY = 1;

/** Blocks after which a quote is Stale, with some to spare. */
const UNTIL_STALE = AGES_SOON.stale + 10;

describe('while no exchange answers', () => {
  // From before the first block on: there never was a price.
  const stack = withChain('outage', {
    prepare: (market) => market.failAll('http500'),
    validity: AGES_SOON,
  });
  const step = steps();
  let charlie;
  let dave;
  let eve;
  let tx;
  /** Charlie's, who leaves during the outage. */
  let vault;
  /** Dave's, which the market makes unsafe during the outage. */
  let unsafe;
  let outage;
  let lot;

  const dollars = (text) => amount(text, 'CUSD');
  const some = (symbol, text) => [assetId(symbol), amount(text, symbol)];
  const refused = (who, call, error, vaults = [vault]) =>
    assertRefused(stack.chain, who, call, error, { others: [charlie, dave], vaults });
  const opened = async (who, parts) => {
    const call = tx.vaults.open(MIXED_FACILITY, adjustment(parts), NO_LIMITS);
    const { events } = await stack.chain.send(who, call);
    return eventOf(events, 'vaults.Opened').vault;
  };
  const untilAll = (status, blocks) =>
    stack.chain.until(
      `the status ${status} of all prices`,
      async ({ hash }) => {
        const quotes = await stack.chain.quotes(hash);
        return PRICED.every((symbol) => quotes[symbol]?.status === status);
      },
      { blocks },
    );

  step('there is no price but that of CUSD, which is par', async () => {
    const { chain } = stack;
    ({ tx } = chain.api);
    ({ charlie, dave, eve } = chain.people);
    await chain.reach(4);
    const quotes = await chain.quotes();
    assert.deepEqual(Object.keys(quotes), ['CUSD']);
    assert.equal(quotes.CUSD.price, ONE);
    assert.equal(quotes.CUSD.status, 'Live');
  });

  step('a vault can be opened and filled, but not borrowed against', async () => {
    vault = await opened(charlie, { deposit: [some('ETH', '1')] });
    await refused(charlie, tx.vaults.borrow(vault, dollars('200')), 'vaults.PriceNotLive');
  });

  step('when the exchanges answer, it can', async () => {
    const { chain, market } = stack;
    await market.healAll();
    await chain.untilLive();
    await chain.send(charlie, tx.vaults.borrow(vault, dollars('1000')));
    unsafe = await opened(dave, { deposit: [some('ETH', '1')], borrow: dollars('2000') });
    const parts = { deposit: [some('USDC', '9000')], borrow: dollars('8000') };
    await opened(eve, parts);
  });

  step('with prices that are not Live any more, new risk is refused', async () => {
    const { chain, market } = stack;
    await market.failAll('http500');
    // What the market does meanwhile, nobody can see.
    await market.move({ ETH: '-25' });
    outage = chain.best.number;
    await untilAll('Degraded', 10);
    await refused(charlie, tx.vaults.borrow(vault, dollars('200')), 'vaults.PriceNotLive');
    const withdrawing = tx.vaults.withdraw(vault, ...some('ETH', '0.01'));
    await refused(charlie, withdrawing, 'vaults.PriceNotLive');
  });

  step('with stale prices, too', async (t) => {
    const { chain } = stack;
    await untilAll('Stale', UNTIL_STALE);
    t.diagnostic(`${chain.best.number - outage} blocks after the last answer`);
    await refused(charlie, tx.vaults.borrow(vault, dollars('200')), 'vaults.PriceNotLive');
    const withdrawing = tx.vaults.withdraw(vault, ...some('ETH', '0.01'));
    await refused(charlie, withdrawing, 'vaults.PriceNotLive');
  });

  step('but one may deposit, repay, and close', async () => {
    const { chain } = stack;
    const before = await chain.vault(vault);
    await chain.send(charlie, tx.vaults.deposit(vault, ...some('DOT', '10')));
    await chain.send(charlie, tx.vaults.repay(vault, dollars('400')));
    const after = await chain.vault(vault);
    assert.equal(after.legs.length, before.legs.length + 1);
    assert.ok(after.debt < before.debt - dollars('399'));
    // Interest is more than he has borrowed: somebody else helps with a dollar.
    await chain.send(
      eve,
      tx.assets.transfer(assetId('CUSD').WithId, charlie.address, dollars('1')),
    );
    const { events } = await chain.send(charlie, tx.vaults.close(vault, dollars('601')));
    const { withdrawn } = eventOf(events, 'vaults.Closed');
    assert.deepEqual(withdrawn, [some('ETH', '1'), some('DOT', '10')]);
    assert.equal(await chain.vault(vault), null);
  });

  step('and nobody has been liquidated, nor can be', async () => {
    const { chain } = stack;
    for (let number = outage + 1; number <= chain.best.number; number += 1) {
      const events = await chain.events(await chain.hash(number));
      assert.ok(!events.some(({ name }) => name === 'vaults.Liquidated'), `in block ${number}`);
    }
    await refused(eve, tx.vaults.liquidate(unsafe), 'vaults.SwitchedOff', [unsafe]);
  });

  step('the block in which prices return liquidates what had become unsafe', async () => {
    const { chain, market } = stack;
    const first = chain.best.number + 1;
    await market.healAll();
    const found = await chain.until(
      'the liquidation',
      async ({ number, hash }) => {
        const events = await chain.events(hash);
        const event = events.find(({ name }) => name === 'vaults.Liquidated');
        const { status } = await chain.quote('ETH', hash);
        assert.equal(status === 'Live', Boolean(event), `block ${number}: the quote is ${status}`);
        return event && { hash, events, liquidated: event.data };
      },
      { first },
    );
    assert.equal(found.liquidated.vault, unsafe);
    const { health } = await chain.vault(unsafe, found.hash);
    assert.ok(health >= ONE, 'the vault is safe again');
    ({ lot } = eventOf(found.events, 'auctions.LotOpened'));
  });

  step('what cannot be bought of its lot is refused by name', async () => {
    const { chain } = stack;
    const { price, lot: details } = await chain.view('Auctions.lot', [lot]);
    const all = details.remaining;
    const take = (units, most = price) => tx.auctions.take(lot, units, most, null);
    const none = [];
    await refused(eve, take(0n), 'auctions.ZeroAmount', none);
    await refused(eve, take(all, price / 2n), 'auctions.PriceAboveMaximum', none);
    await refused(chain.people.ferdie, take(all), 'Token.FundsUnavailable', none);
  });

  step('and is bought all the same', async () => {
    const { chain } = stack;
    const { price, lot: details } = await chain.view('Auctions.lot', [lot]);
    // The price may start again before the purchase is in a block: from below 0.92 of the oracle's to
    // 1.02 of it.
    const taking = tx.auctions.take(lot, details.remaining, (price * 12n) / 10n, null);
    const { events } = await chain.send(eve, taking);
    assert.equal(eventOf(events, 'auctions.LotClosed').shortfall, 0n);
    await refused(eve, tx.auctions.take(lot, 1n, price, null), 'auctions.LotClosed', []);
    const sheet = await chain.balanceSheet();
    assert.deepEqual([sheet.inAuction, sheet.badDebt, sheet.difference], [0n, 0n, 0n]);
  });

  /** What the node shows once it has looked at a block, if that comes to `backlog`. */
  const untilShown = (backlog) =>
    stack.chain.until(`a backlog of ${backlog}`, async ({ hash }) => {
      const shown = await byFacility(stack.metrics, 'cairn_vaults_backlog');
      if (shown[MIXED_FACILITY] !== backlog) return null;
      // The block may not have been looked at yet, but nothing else happens.
      const { entries, complete } = await stack.chain.view('Vaults.backlog', [MIXED_FACILITY], hash);
      const counted = entries.reduce((sum, [, count]) => sum + count, 0);
      return complete && counted === backlog && shown;
    });

  step('a node shows that enforcement is not behind, and that nobody waits', async () => {
    const nobody = { [MIXED_FACILITY]: 0, [STABLE_FACILITY]: 0 };
    assert.deepEqual(await untilShown(0), nobody);
    assert.deepEqual(await byFacility(stack.metrics, 'cairn_vaults_waiting'), nobody);
  });

  step('and that it is, while a breaker stops it', async (t) => {
    const { chain, market } = stack;
    // What its lot has left over makes it safer.
    await chain.send(eve, tx.vaults.claim(unsafe));
    const before = await chain.vault(unsafe);
    t.diagnostic(`a health of ${showHealth(before.health)}`);
    const switched = (breaker) =>
      chain.send(chain.people.alice, tx.sudo.sudo(tx.vaults.setBreaker(MIXED_FACILITY, breaker)));
    const stopped = await switched('NoNewLiquidations');
    assert.equal(eventOf(stopped.events, 'sudo.Sudid').sudoResult, 'Ok');
    await market.move({ ETH: '-45' });
    assert.deepEqual(await untilShown(1), { [MIXED_FACILITY]: 1, [STABLE_FACILITY]: 0 });
    assert.ok((await chain.vault(unsafe)).health < ONE);
    await switched('AllEnabled');
    await untilShown(0);
    const { health } = await chain.vault(unsafe);
    assert.ok(health === null || health >= ONE, 'the vault is still unsafe');
  });

  soundAtTheEnd(stack);
});
