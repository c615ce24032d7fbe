// Who may report prices: validators, once a round, and nobody else.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Refused, eventOf } from '../lib/chain.mjs';
import { plain, withoutLength } from '../lib/codec.mjs';
import {
  GENERAL_TRANSACTION,
  contradictions,
  proofTransaction,
  reportTransaction,
  reportsIn,
  signed,
} from '../lib/report.mjs';
import { RpcError, request } from '../lib/rpc.mjs';
import { soundAtTheEnd, withChain } from '../lib/suite.mjs';

const INVALID_TRANSACTION = 1010;

describe('reports of prices', () => {
  const stack = withChain('reports');
  let setId;
  let prices;

  const submit = (transaction) => request(stack.rpc, 'author_submitExtrinsic', [transaction]);

  const latest = async () => plain(await stack.chain.api.query.oracle.latestReports(0));

  /** The report that the validator would make next, but for `changes`. */
  const forged = async (changes = {}) => {
    // A block has just come: the validator's own report of the next round is seconds away.
    const { number } = await stack.chain.next();
    return { setId, round: number + 1, authorityIndex: 0, prices, ...changes };
  };

  const refusedAs = (transaction, code) =>
    assert.rejects(submit(transaction), (error) => {
      assert.ok(error instanceof RpcError, String(error));
      assert.equal(error.code, INVALID_TRANSACTION, error.message);
      assert.match(String(error.data), new RegExp(`Custom error: ${code}\\b`));
      return true;
    });

  const refused = (report, signer, code, genesis) =>
    refusedAs(reportTransaction(stack.chain.api, report, signer, genesis), code);

  before(async () => {
    const { chain } = stack;
    await chain.untilLive();
    setId = plain(await chain.api.query.oracle.setId());
    ({ prices } = await latest());
  });

  test('made by hand as a validator would, one is accepted', async () => {
    const { chain } = stack;
    const report = await forged();
    await submit(reportTransaction(chain.api, report, chain.people.alice));
    await chain.until('the report', async () => (await latest()).round >= report.round);
  });

  test('signed by somebody who is no validator, one is refused', async () => {
    await refused(await forged(), stack.chain.people.bob, 113);
  });

  test('signed for another chain, one is refused', async () => {
    const { api, people } = stack.chain;
    const other = api.registry.createType('H256', new Uint8Array(32).fill(1));
    await refused(await forged(), people.alice, 113, other);
  });

  test('in the name of a validator that there is not, one is refused', async () => {
    await refused(await forged({ authorityIndex: 1 }), stack.chain.people.bob, 104);
  });

  test('a report that has been on chain is refused when it is sent again', async (t) => {
    const { chain } = stack;
    const { hash } = chain.best;
    const { block } = await request(stack.rpc, 'chain_getBlock', [hash]);
    const general = block.extrinsics.filter((extrinsic) => isGeneral(chain.api, extrinsic));
    assert.ok(general.length > 0, 'there is a report in the block');
    await chain.next();
    for (const transaction of general) {
      await assert.rejects(submit(transaction), (error) => {
        t.diagnostic(error.message);
        return error instanceof RpcError;
      });
    }
  });

  test('a second report of a round is refused, whatever it says', async () => {
    const { alice } = stack.chain.people;
    const report = await forged();
    const { round } = await latest();
    const doubled = prices.map((price) => ({ ...price, price: price.price * 2n }));
    await refused({ ...report, round, prices: doubled }, alice, 106);
  });

  test('what is wrong with a report is said by a code of its own', async () => {
    const { alice } = stack.chain.people;
    const [first, ...others] = prices;
    await refused(await forged({ setId: setId + 1n }), alice, 101);
    const report = await forged();
    await refused({ ...report, round: report.round + 10 }, alice, 102);
    await refused({ ...report, round: Math.max(report.round - 10, 0) }, alice, 103);
    await refused({ ...report, prices: [] }, alice, 107);
    await refused({ ...report, prices: [...others, first] }, alice, 108);
    await refused({ ...report, prices: [{ ...first, feed: 999 }] }, alice, 109);
    await refused({ ...report, prices: [{ ...first, price: 1n }] }, alice, 110);
    await refused({ ...report, prices: [{ ...first, confidence: first.price + 1n }] }, alice, 111);
    await refused({ ...report, prices: [{ ...first, sources: 2 }] }, alice, 112);
  });

  test('two reports for one round convict their validator, once', async () => {
    const { chain } = stack;
    const { api } = chain;
    const { alice, bob } = chain.people;
    // One that stands in a block, and another that she could have signed on a fork.
    const [made] = await reportsIn(api, chain.best.hash);
    const lower = prices.map((price) => ({ ...price, price: (price.price * 99n) / 100n }));
    const report = { ...plain(made.report), prices: lower };
    const other = signed(api, report, alice);
    const forged = signed(api, report, bob);
    assert.deepEqual(contradictions([made, other, made]), [
      [made, other],
      [other, made],
    ]);
    await refusedAs(proofTransaction(api, [made, forged]), 113);
    await refusedAs(proofTransaction(api, [made, made]), 114);
    await submit(proofTransaction(api, [made, other]));
    const events = await chain.until('the conviction', async ({ hash }) => {
      const found = await chain.events(hash);
      return found.some(({ name }) => name === 'oracle.Misconduct') && found;
    });
    const { who, misconduct } = eventOf(events, 'oracle.Misconduct');
    assert.equal(who, alice.address);
    assert.deepEqual(misconduct, { TwoReports: { round: report.round } });
    const { kind } = eventOf(events, 'offences.Offence');
    assert.equal(Buffer.from(kind.slice(2), 'hex').toString(), 'oracle:tworeport');
    await refusedAs(proofTransaction(api, [other, made]), 115);
  });

  test('whoever has two blocks has the proof ready', async () => {
    const { chain } = stack;
    const number = chain.best.number;
    const blocks = await Promise.all([number, number - 1].map((height) => chain.hash(height)));
    // Of one fork: there is nothing to prove, and that is said.
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [fileURLToPath(new URL('../prove.mjs', import.meta.url)), stack.rpc.replace('http', 'ws'), ...blocks],
      { encoding: 'utf8', timeout: 30_000 },
    );
    assert.equal(status, 1, stderr);
    assert.match(stdout, /\d reports, none of them contradicts another/);
  });

  test('an account that signs one is refused, and pays', async () => {
    const { chain } = stack;
    const { charlie } = chain.people;
    const report = await forged();
    const call = chain.api.tx.oracle.report(report, new Uint8Array(64));
    await assert.rejects(chain.send(charlie, call), (error) => {
      assert.ok(error instanceof Refused, String(error));
      assert.equal(error.name, 'BadOrigin');
      assert.ok(error.inclusion.fee > 0n, 'a transaction of an account is never free');
      return true;
    });
  });

  test('none of this has changed a price', async () => {
    const { chain, market } = stack;
    assert.ok(await chain.isLive());
    const { price } = await chain.quote('BTC');
    const expected = await market.price('BTC');
    assert.ok(price * 10_000n >= expected * 9_999n && price * 10_000n <= expected * 10_001n);
  });

  soundAtTheEnd(stack);
});

/** Whether a transaction is one of version 5 without a signer. */
function isGeneral(api, transaction) {
  const [preamble] = withoutLength(api.registry, Buffer.from(transaction.slice(2), 'hex'));
  return preamble === GENERAL_TRANSACTION;
}
