// The main job of the chain, step by step: prices arrive, Alice borrows, the market falls, the
// chain liquidates as much as it must, Bob buys, Alice gets back what was not needed.
//
// Every step checks all that it says, so that the tests and the demo are the same story. `tell` is
// told what happens: `say(line)`, `progress(line)` while something is waited for, `sheet(title,
// sheet)`.

import assert from 'node:assert/strict';
import { eventOf } from './chain.mjs';
import { leastLiquidation, weighted } from './liquidation.mjs';
import {
  ONE,
  PRICED,
  amount,
  assetId,
  basisPoints,
  format,
  isClose,
  show,
  showHealth,
  showUsd,
  symbolOf,
  usd,
} from './units.mjs';

const MIXED_FACILITY = 0;
const STABLE_FACILITY = 1;

/** What Alice puts into her vault. */
const BASKET = { ETH: '2', DOT: '500' };

/** The health, in per cent, that the fall of the market leaves Alice's vault with. */
const HEALTH_AFTER_FALL = 98n;

/** What Bob wants to have at hand before he buys, and what he borrows if he has not. */
const BOB_NEEDS = '3000';
const BOB_BORROWS = '4000';
const BOB_DEPOSITS = '5000';

/** A price comes from at least so many exchanges. */
const MIN_SOURCES = 3;

/** The simulated exchanges agree on the simulated price to a hundredth of a per cent. */
const isNear = (quoted, expected) => basisPoints(quoted, expected) <= 1;

const SILENT = { say() {}, progress() {}, sheet() {} };

const basket = (amounts) =>
  Object.entries(amounts).map(([symbol, text]) => [assetId(symbol), amount(text, symbol)]);

const listed = (pairs) => pairs.map(([id, units]) => show(units, symbolOf(id))).join(' and ');

/** Debt is rounded up, once when it is normalised and once when it is shown. */
function assertOwed(debt, borrowed) {
  const rounding = debt - borrowed;
  assert.ok(rounding >= 0n && rounding <= 2n, `${debt} is owed for ${borrowed} borrowed`);
}

/** No limits: what a user passes who does not care. */
export const NO_LIMITS = { minHealth: null, deadline: null };

/** An adjustment of a vault with only those parts that are named. */
export const adjustment = (parts) => ({
  deposit: [],
  repay: 0n,
  withdraw: [],
  borrow: 0n,
  ...parts,
});

export class Journey {
  #chain;
  #market;
  #tell;
  #originalPrice = null;

  constructor(chain, market, tell = SILENT) {
    this.#chain = chain;
    this.#market = market;
    this.#tell = tell;
  }

  /** Every token has a Live price from three exchanges or more, and it is the market's. */
  async pricesArrive() {
    const chain = this.#chain;
    const tell = this.#tell;
    const state = await this.#market.state();
    await chain.until(
      'Live prices of all tokens that agree with the market',
      async ({ number, hash }) => {
        const quotes = await chain.quotes(hash);
        const [report] = await chain.reports(hash);
        const good = PRICED.filter((symbol) => {
          const quote = quotes[symbol];
          return quote?.status === 'Live' && isNear(quote.price, usd(state.prices[symbol]));
        });
        const sources = Math.min(...PRICED.map((symbol) => report.prices[symbol]?.sources ?? 0));
        tell.progress(
          `block ${number} … ${good.length} of ${PRICED.length} prices are Live and the market's, ` +
            `with at least ${sources} sources each`,
        );
        return good.length === PRICED.length && sources >= MIN_SOURCES;
      },
      { blocks: 20 },
    );
    const [quotes, [report]] = await Promise.all([chain.quotes(), chain.reports()]);
    const { requests: asked } = await this.#market.state();
    for (const [exchange, requests] of Object.entries(asked)) {
      assert.ok(requests > 0, `nobody has asked ${exchange}`);
    }
    for (const symbol of PRICED) {
      const { price, confidence, status } = quotes[symbol];
      const { sources } = report.prices[symbol];
      assert.equal(status, 'Live');
      assert.ok(sources >= MIN_SOURCES, `${symbol} has a price from ${sources} sources only`);
      this.#assertPrice(symbol, price, usd(state.prices[symbol]));
      tell.say(
        `${symbol.padEnd(4)} ${showUsd(price)} ± ${showUsd(confidence)}, ${sources} sources`,
      );
    }
    this.#originalPrice = state.prices.ETH;
  }

  #assertPrice(symbol, quoted, expected) {
    assert.ok(
      isNear(quoted, expected),
      `${symbol} is quoted ${showUsd(quoted)}, and the market says ${showUsd(expected)}`,
    );
  }

  /** Bob has CUSD to buy with: from last time, or borrowed against stablecoins. */
  async bobPrepares() {
    const { people } = this.#chain;
    const has = await this.#chain.balance(people.bob, 'CUSD');
    if (has >= amount(BOB_NEEDS, 'CUSD')) {
      this.#tell.say(`Bob still has ${show(has, 'CUSD')}.`);
      return;
    }
    await this.#bobBorrows();
  }

  async #bobBorrows() {
    const { api, people } = this.#chain;
    const parts = { deposit: basket({ USDC: BOB_DEPOSITS }), borrow: amount(BOB_BORROWS, 'CUSD') };
    const opening = api.tx.vaults.open(STABLE_FACILITY, adjustment(parts), NO_LIMITS);
    const { events, hash, parent, number } = await this.#chain.send(people.bob, opening);
    assertOwed(eventOf(events, 'vaults.Adjusted').debt, parts.borrow);
    const [before, after] = [
      await this.#chain.balance(people.bob, 'CUSD', parent),
      await this.#chain.balance(people.bob, 'CUSD', hash),
    ];
    assert.equal(after - before, parts.borrow, 'Bob does not have what he has borrowed');
    this.#tell.say(
      `Block ${number}: Bob locks ${listed(parts.deposit)} and borrows ` +
        `${show(parts.borrow, 'CUSD')}.`,
    );
    return parts.borrow;
  }

  /** Alice opens a vault with two collaterals, and borrows nearly as much as she may. */
  async aliceBorrows() {
    const chain = this.#chain;
    const tell = this.#tell;
    const { alice } = chain.people;
    const { tx } = chain.api;
    this.before = await chain.balances(alice);

    const deposit = basket(BASKET);
    const opening = tx.vaults.open(MIXED_FACILITY, adjustment({ deposit }), NO_LIMITS);
    const opened = await chain.send(alice, opening);
    this.vault = eventOf(opened.events, 'vaults.Opened').vault;
    const { maxBorrow } = await chain.vault(this.vault, opened.hash);
    tell.say(`Block ${opened.number}: Alice opens vault ${this.vault} with ${listed(deposit)}.`);
    tell.say(`The chain lets her borrow up to ${show(maxBorrow, 'CUSD')}.`);

    const whole = amount('1', 'CUSD');
    this.borrowed = ((maxBorrow * 97n) / 100n / whole) * whole;
    const { number, hash } = await chain.send(alice, tx.vaults.borrow(this.vault, this.borrowed));
    const view = await chain.vault(this.vault, hash);
    assertOwed(view.debt, this.borrowed);
    assert.equal(view.legs.length, deposit.length, 'the vault does not hold what Alice put in');
    assert.ok(view.health > ONE, 'the chain has lent to a vault that is unsafe');
    const after = await chain.balances(alice);
    assert.equal(
      after.CUSD - this.before.CUSD,
      this.borrowed,
      'Alice does not have what she has borrowed',
    );
    for (const [id, units] of deposit) {
      const symbol = symbolOf(id);
      assert.equal(
        this.before[symbol] - after[symbol],
        units,
        `not all of the ${symbol} has left Alice`,
      );
    }
    tell.say(
      `Block ${number}: she borrows ${show(this.borrowed, 'CUSD')}; ` +
        `health ${showHealth(view.health)}.`,
    );
    for (const leg of view.legs) {
      if (leg.liquidationPrice === null) continue;
      const symbol = symbolOf(leg.asset);
      tell.say(
        `If only ${symbol} fell, she would be safe down to ${showUsd(leg.liquidationPrice)}.`,
      );
    }
  }

  /** The treasury's books before anything is liquidated. */
  async booksBefore() {
    this.sheetBefore = await this.#sheet('before');
  }

  async #sheet(when) {
    const sheet = await this.#chain.balanceSheet();
    this.#tell.sheet(`Treasury ${when}`, sheet);
    this.#assertBalanced(sheet);
    return sheet;
  }

  #assertBalanced(sheet) {
    const lines = sheet.backedByVaults + sheet.inAuction + sheet.badDebt;
    assert.equal(
      sheet.issuance,
      lines,
      'the lines of the books do not add up to what is in circulation',
    );
    assert.equal(sheet.difference, 0n, 'the books say that they differ');
  }

  /** Ether falls as far as it takes to make Alice's vault unsafe, and no more. */
  async marketFalls() {
    const chain = this.#chain;
    const { facility, debt, legs } = await chain.vault(this.vault);
    this.terms = await chain.facilityTerms(facility);
    const priced = await this.#priced(legs);
    const others = priced.filter(({ symbol }) => symbol !== 'ETH');
    const ether =
      weighted(priced, this.terms.collaterals) - weighted(others, this.terms.collaterals);
    const owed = debt * 10n ** 6n;
    const health = (percent) =>
      ((weighted(others, this.terms.collaterals) + (ether * (100n - percent)) / 100n) * 100n) /
      owed;
    let percent = 1n;
    while (health(percent) >= HEALTH_AFTER_FALL) percent += 1n;
    this.firstBlock = chain.best.number;
    await this.#market.move({ ETH: `-${percent}` });
    this.fallenPrice = await this.#market.price('ETH');
    this.#tell.say(
      `After block ${this.firstBlock} ether falls by ${percent} % on all exchanges, ` +
        `from ${showUsd(usd(this.#originalPrice))} to ${showUsd(this.fallenPrice)}.`,
    );
  }

  /** Legs with the prices that count in a liquidation: the favourable side of each quote. */
  async #priced(legs, at = undefined) {
    const quotes = await this.#chain.quotes(at);
    return legs.map(({ asset, amount: units }) => {
      const symbol = symbolOf(asset);
      const { price, confidence } = quotes[symbol];
      return { symbol, amount: units, price: price + confidence };
    });
  }

  /**
   * The block in which the price takes effect is the block of the liquidation. It takes what the
   * formula says, and leaves the vault at its target health.
   */
  async vaultIsLiquidated() {
    const chain = this.#chain;
    const tell = this.#tell;
    const found = await chain.until(
      'the liquidation',
      async ({ number, hash }) => {
        const events = await chain.events(hash);
        const mine = ({ name, data }) => name === 'vaults.Liquidated' && data.vault === this.vault;
        const view = await chain.vault(this.vault, hash);
        assert.ok(view.health >= ONE, `block ${number} ends with an unsafe vault`);
        const { price } = await chain.quote('ETH', hash);
        tell.progress(`block ${number} … ether is quoted ${showUsd(price)}`);
        const liquidated = events.find(mine);
        return liquidated && { number, hash, events, liquidated: liquidated.data, view };
      },
      { first: this.firstBlock + 1, blocks: 12 },
    );
    const { number, hash, events, liquidated, view } = found;
    await this.#assertSameBlock(found);
    const parent = await chain.hash(number - 1);
    const { legs } = await chain.vault(this.vault, parent);
    await this.#assertLeast(liquidated, await this.#priced(legs, hash));

    const { targetHealth } = this.terms;
    // A seizure is rounded up to a whole unit, which may leave the vault a hair below.
    assert.ok(
      isClose(view.health, targetHealth, 1_000),
      `health is ${format(view.health, 18)} afterwards, not ${format(targetHealth, 18)}`,
    );
    this.lots = await this.#lotsOf(view, hash);
    const mine = this.lots.map(({ symbol, contributed }) => [assetId(symbol), contributed]);
    assert.deepEqual(mine, liquidated.seized, 'what is for sale is not what was seized');
    const debt = this.lots.reduce((sum, lot) => sum + lot.debt, 0n);
    const pooled = this.lots.some(({ contributed, total }) => total > contributed);
    assert.ok(
      pooled ? debt > liquidated.repaid : debt === liquidated.repaid,
      'the lots are to recover another debt than left the vault',
    );
    for (const { lot } of this.lots) {
      const isIt = ({ name, data }) => name === 'auctions.LotOpened' && data.lot === lot;
      assert.ok(events.some(isIt), `lot ${lot} has not been opened in the block`);
    }

    tell.say(
      `Block ${number}: the price takes effect, and in the same block the chain liquidates.`,
    );
    tell.say(
      `It seizes ${listed(liquidated.seized)} for ${show(liquidated.repaid, 'CUSD')} of debt: ` +
        `what the formula says, and no more.`,
    );
    tell.say(
      `Alice keeps ${listed(view.legs.map((leg) => [leg.asset, leg.amount]))} and owes ` +
        `${show(view.debt, 'CUSD')}; health ${showHealth(view.health)}.`,
    );
  }

  /** The lots that a vault has contributed to. Those of one block are pooled with other vaults. */
  async #lotsOf({ claims }, hash) {
    const lots = [];
    for (const { lot, contributed } of claims) {
      const { lot: details } = await this.#chain.view('Auctions.lot', [lot], hash);
      const { collateral, contributed: total, debt, fee } = details;
      lots.push({ lot, symbol: symbolOf(collateral), contributed, total, debt, fee });
    }
    return lots;
  }

  async #assertSameBlock({ number, hash }) {
    const chain = this.#chain;
    const parent = await chain.hash(number - 1);
    const [before, after] = [await chain.quote('ETH', parent), await chain.quote('ETH', hash)];
    this.#assertPrice('ETH', before.price, usd(this.#originalPrice));
    this.#assertPrice('ETH', after.price, this.fallenPrice);
    const [stored, storedAfter] = [
      await chain.storedQuotes(parent),
      await chain.storedQuotes(hash),
    ];
    assert.notEqual(stored, storedAfter, 'the block of the liquidation has not changed the quotes');
    // What the parent brought was seen after an earlier block, or after the parent at the latest.
    const time = await chain.timestamp(parent);
    assert.ok(
      before.updatedAt < after.updatedAt && after.updatedAt <= time,
      'the price is not that of the reports before the liquidation',
    );
    const [sheet, sheetAfter] = [await chain.balanceSheet(parent), await chain.balanceSheet(hash)];
    this.#assertBalanced(sheet);
    this.#assertBalanced(sheetAfter);
  }

  async #assertLeast(liquidated, legs) {
    const { collaterals, targetHealth } = this.terms;
    // CUSD is worth a dollar by definition, and has 12 decimals.
    const debt = (liquidated.repaid + liquidated.debt) * 10n ** 6n;
    assert.ok(weighted(legs, collaterals) < debt, 'a safe vault was liquidated');
    const least = leastLiquidation({ debt, legs, terms: collaterals, target: targetHealth });
    assert.deepEqual(
      liquidated.seized.map(([id]) => symbolOf(id)),
      least.sales.map(({ symbol }) => symbol),
      'other collateral is sold than must be, riskiest first',
    );
    for (const [position, { symbol, amount: units }] of least.sales.entries()) {
      const [, seized] = liquidated.seized[position];
      assert.ok(
        isClose(seized, units, 1_000),
        `${show(seized, symbol, 10)} is seized, and ${show(units, symbol, 10)} is needed`,
      );
    }
    const repaid = least.sales.reduce((sum, sale) => sum + sale.repaid, 0n);
    assert.ok(
      isClose(liquidated.repaid * 10n ** 6n, repaid, 1_000),
      `${show(liquidated.repaid, 'CUSD', 12)} is repaid, and ${showUsd(repaid)} is needed`,
    );
  }

  /** Bob buys everything: a part of each lot first, then what the tab still asks for. */
  async bobBuys() {
    const { bob } = this.#chain.people;
    this.fee = this.lots.reduce((sum, { fee }) => sum + fee, 0n);
    this.recovered = this.lots.reduce((sum, { debt }) => sum + debt, 0n);
    this.lent = 0n;
    while ((await this.#chain.balance(bob, 'CUSD')) < this.recovered + this.fee) {
      this.lent += await this.#bobBorrows();
    }
    this.leftovers = [];
    for (const { lot, symbol, contributed, total, debt, fee } of this.lots) {
      if (total > contributed) {
        this.#tell.say(`Lot ${lot} also holds ${show(total - contributed, symbol)} of others.`);
      }
      const first = await this.#take(lot, total / 2n);
      assert.ok(first.remaining > 0n, 'half of a lot cannot be bought');
      const { closed, ...last } = await this.#take(lot, first.remaining);
      assert.equal(closed?.shortfall, 0n, 'the lot has not recovered all of its debt');
      const sold = first.collateral + last.collateral;
      assert.equal(closed.leftover, total - sold, 'what is left over is not what was not sold');
      assert.equal(first.paid + last.paid, debt + fee, 'the buyer has not paid the tab');
      const share = (closed.leftover * contributed) / total;
      this.leftovers.push({ symbol, share, lost: contributed - share });
    }
    this.#tell.say(
      `Bob has paid ${show(this.recovered + this.fee, 'CUSD')}: the debt, which is burned, and a ` +
        `fee of ${show(this.fee, 'CUSD')} for the treasury.`,
    );
  }

  async #take(lot, most) {
    const chain = this.#chain;
    const { bob } = chain.people;
    const view = await chain.view('Auctions.lot', [lot]);
    const symbol = symbolOf(view.lot.collateral);
    const offer = await chain.view('Auctions.quote_take', [lot, most]);
    assert.ok('Ok' in offer, `lot ${lot} is not for sale`);
    // It may start again before the purchase is in a block, at 1.02 of the oracle's price.
    const highest = ((await chain.quote(symbol)).price * 103n) / 100n;
    const call = chain.api.tx.auctions.take(lot, most, highest, null);
    const { events, hash, parent, number } = await chain.send(bob, call);
    const taken = eventOf(events, 'auctions.LotTaken');
    assert.ok(taken.price <= highest, 'the lot was dearer than Bob wanted to pay');
    const [before, after] = [await chain.balances(bob, parent), await chain.balances(bob, hash)];
    assert.equal(before.CUSD - after.CUSD, taken.paid, 'Bob has not paid what the event says');
    assert.equal(
      after[symbol] - before[symbol],
      taken.collateral,
      'Bob does not have what he has paid for',
    );
    const oracle = (await chain.quote(symbol, hash)).price;
    this.#tell.say(
      `Block ${number}: Bob buys ${show(taken.collateral, symbol)} for ` +
        `${show(taken.paid, 'CUSD')}, at ${showUsd(taken.price)} (the oracle says ${showUsd(oracle)}).`,
    );
    const closed = events.find(({ name }) => name === 'auctions.LotClosed')?.data;
    return { ...taken, closed };
  }

  /** What the lots did not need comes back into Alice's vault. */
  async aliceCollects() {
    const chain = this.#chain;
    const { alice } = chain.people;
    const claiming = chain.api.tx.vaults.claim(this.vault);
    const { events, hash, parent, number } = await chain.send(alice, claiming);
    const { returned } = eventOf(events, 'vaults.LeftoverReturned');
    const expected = this.leftovers
      .filter(({ share }) => share > 0n)
      .map(({ symbol, share }) => [assetId(symbol), share]);
    assert.deepEqual(returned, expected, 'what comes back is not the share of what was not sold');
    const [before, after] = [
      await chain.vault(this.vault, parent),
      await chain.vault(this.vault, hash),
    ];
    for (const [id, units] of returned) {
      const held = (view) =>
        view.legs.find(({ asset }) => symbolOf(asset) === symbolOf(id))?.amount ?? 0n;
      assert.equal(held(after) - held(before), units, 'what comes back is not in the vault');
    }
    assert.deepEqual(after.claims, [], 'the vault still waits for a lot');
    assert.ok(
      isClose(after.health, before.health, 10_000_000),
      'the health that was shown did not count what comes back',
    );
    this.#tell.say(
      `Block ${number}: ${listed(returned)} comes back to Alice; ` +
        `health ${showHealth(after.health)}.`,
    );
  }

  /** The treasury's books afterwards: nothing in auction, no bad debt, a fee richer. */
  async booksAfter() {
    const before = this.sheetBefore;
    const after = await this.#sheet('after');
    assert.equal(after.inAuction, before.inAuction, 'something is left in auction');
    assert.equal(after.badDebt, before.badDebt, 'bad debt has come up');
    const earned = after.reserve - before.reserve;
    const interest = earned - this.fee;
    assert.ok(interest >= 0n, 'the reserve does not have the fee');
    assert.equal(
      after.issuance,
      before.issuance + interest + this.lent - this.recovered,
      'what is in circulation has not fallen by the debt that was liquidated',
    );
    this.#tell.say(
      `${show(this.recovered, 'CUSD')} is burned. The reserve has ` +
        `${show(earned, 'CUSD', 4)} more: the fee, and ${show(interest, 'CUSD', 6)} of interest.`,
    );
  }

  /** Alice repays, takes her collateral, and has everything back but what was sold. */
  async aliceCloses() {
    const chain = this.#chain;
    const { alice } = chain.people;
    const { debt } = await chain.vault(this.vault);
    const most = debt + amount('1', 'CUSD');
    const closing = chain.api.tx.vaults.close(this.vault, most);
    const { events, number } = await chain.send(alice, closing);
    const { repaid, withdrawn } = eventOf(events, 'vaults.Closed');
    assert.equal(await chain.vault(this.vault), null, 'the vault is still there');
    const after = await chain.balances(alice);
    for (const symbol of Object.keys(BASKET)) {
      const lost = this.leftovers.find((leftover) => leftover.symbol === symbol)?.lost ?? 0n;
      assert.equal(
        this.before[symbol] - after[symbol],
        lost,
        `Alice has lost another amount of ${symbol} than was sold of hers`,
      );
    }
    assert.equal(
      after.CUSD,
      this.before.CUSD + this.borrowed - repaid,
      'Alice has paid something else than she owed',
    );
    assert.equal(after.held, this.before.held, 'the deposit for the vault is not released');
    this.#tell.say(
      `Block ${number}: Alice pays ${show(repaid, 'CUSD')} back and takes ${listed(withdrawn)}.`,
    );
    const kept = after.CUSD - this.before.CUSD;
    const sold = this.leftovers.map(({ symbol }) => symbol).join(' and ');
    this.#tell.say(`She keeps ${show(kept, 'CUSD')} for the ${sold} sold.`);
  }

  /** Puts the price of ether back to where it was. */
  async marketRecovers() {
    if (this.#originalPrice === null) return;
    await this.#market.set({ ETH: this.#originalPrice });
    this.#tell.say(`Ether is at ${showUsd(usd(this.#originalPrice))} again.`);
  }
}

/** The lines of a balance sheet as pairs of a label and a number. */
export function sheetLines(sheet) {
  const line = (label, units) => [label, format(units, 12, 4)];
  return [
    line('CUSD in circulation', sheet.issuance),
    line('  backed by vaults', sheet.backedByVaults),
    line('  in auction', sheet.inAuction),
    line('  bad debt', sheet.badDebt),
    line('  unexplained', sheet.difference),
    line('Reserve', sheet.reserve),
  ];
}
