// A running node, as a user of Polkadot.js sees it.

import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { dispatchError, plain, plainEvent, toHex, withLength, withoutLength } from './codec.mjs';
import { PRICED, TOKENS, assetId, symbolOf } from './units.mjs';

/** Blocks that a transaction may wait for its inclusion. */
const PATIENCE = 10;

/** Names of the people of the development chains. */
const PEOPLE = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie'];

/** A transaction that was included in a block and failed there. */
export class Refused extends Error {
  constructor({ name, docs }, inclusion) {
    super(docs ? `${name}: ${docs}` : name);
    this.name = name;
    this.inclusion = inclusion;
  }
}

export class Chain {
  #lost = null;
  #closing = false;
  #waiting = new Set();
  #unsubscribe = () => {};
  #views = new Map();

  /** Connects to the node at `url`, and knows its best block from then on. */
  static async connect(url) {
    const provider = new WsProvider(url);
    const api = await ApiPromise.create({
      provider,
      noInitWarn: true,
      // It adds nothing to a signed transaction. Said here, or Polkadot.js warns about it.
      signedExtensions: { AuthorizeCall: { extrinsic: {}, payload: {} } },
    });
    const chain = new Chain(api);
    provider.on('disconnected', () => {
      if (!chain.#closing) chain.#lost = new Error('the connection to the node was lost');
      chain.#wake();
    });
    chain.#unsubscribe = await api.rpc.chain.subscribeNewHeads((header) => {
      chain.best = { number: header.number.toNumber(), hash: header.hash.toHex() };
      chain.#wake();
    });
    await chain.reach(1);
    return chain;
  }

  constructor(api) {
    this.api = api;
    this.best = { number: 0, hash: api.genesisHash.toHex() };
    const keyring = new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 });
    this.people = Object.fromEntries(
      PEOPLE.map((name) => [name.toLowerCase(), keyring.createFromUri(`//${name}`)]),
    );
    for (const pallet of api.runtimeMetadata.asLatest.pallets) {
      for (const view of pallet.viewFunctions) {
        this.#views.set(`${pallet.name}.${view.name}`, view);
      }
    }
  }

  /** Lets everybody who waits look again. */
  #wake() {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  async disconnect() {
    this.#closing = true;
    this.#unsubscribe();
    await this.api.disconnect();
  }

  // ---- Blocks ----

  async hash(number) {
    return (await this.api.rpc.chain.getBlockHash(number)).toHex();
  }

  /** Waits until the best block is at least `number`. */
  async reach(number) {
    while (this.best.number < number) {
      if (this.#lost) throw this.#lost;
      await new Promise((wake) => {
        this.#waiting.add(wake);
      });
    }
    if (this.#lost) throw this.#lost;
  }

  /** Waits for the block after the present one. */
  async next() {
    await this.reach(this.best.number + 1);
    return this.best;
  }

  /** All blocks from `first` on, as they come, none left out. */
  async *blocks(first) {
    for (let number = first; ; number += 1) {
      await this.reach(number);
      yield { number, hash: await this.hash(number) };
    }
  }

  /** Looks at each block, from `first` on, until `probe` gives something; for so many `blocks`. */
  async until(what, probe, { blocks = PATIENCE, first = this.best.number } = {}) {
    for await (const block of this.blocks(first)) {
      const found = await probe(block);
      if (found) return found;
      if (block.number >= first + blocks) break;
    }
    throw new Error(`${what}: not within ${blocks} blocks`);
  }

  async events(hash) {
    const at = await this.api.at(hash);
    return (await at.query.system.events()).map(({ event }) => plainEvent(event));
  }

  /** The slot of a block and the place of its author in the set, from BABE's digest. */
  async slot(hash) {
    const { digest } = await this.api.rpc.chain.getHeader(hash);
    for (const log of digest.logs) {
      if (!log.isPreRuntime) continue;
      const [engine, data] = log.asPreRuntime;
      if (Buffer.from(engine.toU8a()).toString() !== 'BABE') continue;
      // One byte for the kind of slot, four for the author, eight for the slot.
      const bytes = Buffer.from(data.toU8a(true));
      return { slot: bytes.readBigUInt64LE(5), author: bytes.readUInt32LE(1) };
    }
    throw new Error(`block ${hash} has no BABE digest`);
  }

  /** When the author of a block began it, in milliseconds since 1970. */
  async timestamp(hash) {
    return (await (await this.api.at(hash)).query.timestamp.now()).toBigInt();
  }

  /** How many slots between two blocks have no block. */
  async missedSlots(first, last) {
    const [from, to] = [
      await this.slot(await this.hash(first)),
      await this.slot(await this.hash(last)),
    ];
    return Number(to.slot - from.slot) - (last - first);
  }

  /** What a block weighs by class and what it may weigh, in picoseconds of computation. */
  async weight(hash) {
    const at = await this.api.at(hash);
    const used = plain(await at.query.system.blockWeight());
    const { maxBlock } = plain(this.api.consts.system.blockWeights);
    const parts = Object.entries(used).map(([name, { refTime }]) => [name, BigInt(refTime)]);
    return {
      ...Object.fromEntries(parts),
      total: parts.reduce((sum, [, part]) => sum + part, 0n),
      limit: BigInt(maxBlock.refTime),
    };
  }

  // ---- What the chain says ----

  /**
   * Calls a view function: `view('Vaults.vault', [7n])`. Polkadot.js has no decoration for these
   * yet, but the metadata says what they are called by, what they take, and what they give.
   */
  async view(name, args = [], at = undefined) {
    const view = this.#views.get(name);
    if (!view) throw new Error(`the runtime has no view function ${name}`);
    const { registry } = this.api;
    const type = (id) => registry.createLookupType(id);
    const encoded = view.inputs.map((input, position) =>
      registry.createType(type(input.type), args[position]).toU8a(),
    );
    const query = [view.id.toU8a(), withLength(registry, Buffer.concat(encoded))];
    const answer = await this.#call('RuntimeViewFunction_execute_view_function', query, at);
    if (answer[0] !== 0) throw new Error(`the view function ${name} failed with code ${answer[1]}`);
    const output = withoutLength(registry, answer.subarray(1));
    return plain(registry.createType(type(view.output), output));
  }

  async #call(method, input, at = this.best.hash) {
    const data = toHex(Buffer.concat(input));
    return (await this.api.rpc.state.call(method, data, at)).toU8a(true);
  }

  /** Fails with the chain's own sentence if one of its invariants is broken in that block. */
  async checkInvariants(at = undefined) {
    const answer = await this.#call('InvariantsApi_check', [], at);
    if (answer[0] === 0) return;
    const sentence = this.api.registry.createType('Text', answer.subarray(1)).toString();
    throw new Error(`an invariant of the chain is broken: ${sentence}`);
  }

  vault(id, at) {
    return this.view('Vaults.vault', [id], at);
  }

  quote(symbol, at) {
    return this.view('Oracle.quote', [assetId(symbol)], at);
  }

  /** All quotes by symbol. */
  async quotes(at) {
    const quotes = await this.view('Oracle.quotes', [], at);
    return Object.fromEntries(quotes.map(([id, quote]) => [symbolOf(id), quote]));
  }

  /** The quotes as they are stored, to see whether a block changed them. */
  async storedQuotes(at) {
    return (await (await this.api.at(at)).query.oracle.quotes()).toHex();
  }

  /** The last reports of all validators, with their prices by symbol. */
  async reports(at) {
    const reports = await this.view('Oracle.reports', [], at);
    return reports.map((report) => ({
      ...report,
      prices: Object.fromEntries(report.prices.map(([id, price]) => [symbolOf(id), price])),
    }));
  }

  /** Whether every reported price is Live in that block. */
  async isLive(at) {
    const quotes = await this.quotes(at);
    return PRICED.every((symbol) => quotes[symbol]?.status === 'Live');
  }

  /** Waits until all prices are Live. */
  untilLive(blocks = 20) {
    return this.until('Live prices of all tokens', ({ hash }) => this.isLive(hash), { blocks });
  }

  balanceSheet(at) {
    return this.view('Treasury.balance_sheet', [assetId('CUSD')], at);
  }

  /** The terms of a facility but for those that are on their way, its collaterals by symbol. */
  async facilityTerms(id) {
    const { base: facility } = plain(await this.api.query.vaults.facilities(id));
    const collaterals = facility.collaterals.map(({ terms }) => [symbolOf(terms.asset), terms]);
    return { ...facility, collaterals: Object.fromEntries(collaterals) };
  }

  /** What an account may dispose of, in smallest units. */
  async balance(who, symbol, at = undefined) {
    return (await this.balances(who, at))[symbol];
  }

  /** All balances of an account: free ones by symbol, and `held` CRN. */
  async balances(who, at = undefined) {
    const { query } = at ? await this.api.at(at) : this.api;
    const { data } = plain(await query.system.account(who.address));
    const others = Object.keys(TOKENS).filter((symbol) => symbol !== 'CRN');
    const ids = others.map((symbol) => [assetId(symbol).WithId, who.address]);
    const accounts = await query.assets.account.multi(ids);
    const balances = accounts.map((account, position) => [
      others[position],
      plain(account)?.balance ?? 0n,
    ]);
    return { CRN: data.free, held: data.reserved, ...Object.fromEntries(balances) };
  }

  // ---- Transactions ----

  /**
   * Signs and sends a call, and waits until it is in a block. Gives that block with the events and
   * the fee of the transaction; throws [`Refused`] if the call failed there.
   */
  async send(who, call) {
    const result = await this.#included(who, call);
    const hash = result.status.asInBlock.toHex();
    const header = await this.api.rpc.chain.getHeader(hash);
    const events = result.events.map(({ event }) => plainEvent(event));
    const paid = events.find(({ name }) => name === 'transactionPayment.TransactionFeePaid');
    const inclusion = {
      number: header.number.toNumber(),
      hash,
      parent: header.parentHash.toHex(),
      events,
      fee: paid?.data.actualFee ?? 0n,
    };
    // The subscription to heads may lag behind the one to the transaction.
    await this.reach(inclusion.number);
    if (result.dispatchError) throw new Refused(dispatchError(result.dispatchError), inclusion);
    return inclusion;
  }

  #included(who, call) {
    const { section, method } = call.method;
    return new Promise((resolve, reject) => {
      let unsubscribe = () => {};
      let settled = false;
      const settle = (how, value) => {
        if (settled) return;
        settled = true;
        unsubscribe();
        how(value);
      };
      this.reach(this.best.number + PATIENCE).then(
        () =>
          settle(reject, new Error(`${section}.${method} came into none of ${PATIENCE} blocks`)),
        (error) => settle(reject, error),
      );
      call
        .signAndSend(who, { nonce: -1 }, (result) => {
          if (result.status.isInBlock) settle(resolve, result);
          else if (result.isError) {
            settle(reject, new Error(`${section}.${method} was dropped: ${result.status.type}`));
          }
        })
        .then((stop) => {
          if (settled) stop();
          else unsubscribe = stop;
        })
        .catch((error) => settle(reject, error));
    });
  }
}

/** The data of the first event of that name; fails if there is none. */
export function eventOf(events, name) {
  const found = events.find((event) => event.name === name);
  if (!found) throw new Error(`no ${name} among ${events.map((event) => event.name).join(', ')}`);
  return found.data;
}
