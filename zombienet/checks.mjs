// What has to be true of a network, checked from outside: `node checks.mjs <check> <address>
// [others…]` with the address of the node to ask. CAIRN_SIM says where its exchanges are.

import assert from 'node:assert/strict';
import { Chain } from '../e2e/lib/chain.mjs';
import { Market } from '../e2e/lib/market.mjs';
import { PRICED, basisPoints, showUsd, usd } from '../e2e/lib/units.mjs';

const SLOT_SECONDS = 3;
/** Blocks that the checks look at. */
const SAMPLE = 10;
/** Slots of those that may be without a block: five nodes share the cores of one machine. */
const SLACK = 1;
/** How far finality may be behind the best block. */
const FINALITY_LAG = 5;
const VALIDATORS = 4;
/** How far a quote may be off, in hundredths of a per cent. */
const TOLERANCE = 1;

const say = (line) => process.stdout.write(`      ${line}\n`);

async function slots(chain) {
  const first = chain.best.number;
  await chain.reach(first + SAMPLE);
  const missed = await chain.missedSlots(first, first + SAMPLE);
  const authors = new Set();
  for (let number = first; number <= first + SAMPLE; number += 1) {
    authors.add((await chain.slot(await chain.hash(number))).author);
  }
  const rate = (SLOT_SECONDS * (SAMPLE + missed)) / SAMPLE;
  say(
    `a block every ${rate.toFixed(1)} seconds, by ${authors.size} authors, ${missed} slots empty`,
  );
  assert.ok(missed <= SLACK, `${missed} of ${SAMPLE + missed} slots have no block`);
  assert.ok(authors.size > 1, 'all blocks are by the same author');
}

async function finality(chain) {
  const finalized = async () => {
    const { rpc } = chain.api;
    const head = await rpc.chain.getHeader(await rpc.chain.getFinalizedHead());
    return head.number.toNumber();
  };
  const before = await finalized();
  await chain.reach(chain.best.number + SAMPLE);
  const after = await finalized();
  const best = chain.best.number;
  say(`block ${best} is the best, ${after} is final; ${SAMPLE} blocks ago ${before} was`);
  assert.ok(after > before, 'finality stands still');
  assert.ok(best - after <= FINALITY_LAG, `finality is ${best - after} blocks behind`);
}

async function reports(chain) {
  const isFresh = ({ roundsAgo, prices }) =>
    roundsAgo !== null && roundsAgo <= 2 && Object.keys(prices).length === PRICED.length;
  const found = await chain.until(
    'fresh reports of all validators',
    async ({ hash }) => {
      const all = await chain.reports(hash);
      return all.length === VALIDATORS && all.every(isFresh) && all;
    },
    { blocks: 20 },
  );
  for (const { authorityIndex, round, reportsInSession, roundsInSession } of found) {
    say(
      `validator ${authorityIndex}: last report for round ${round}, ` +
        `${reportsInSession} of ${roundsInSession} in this session`,
    );
  }
}

async function prices(chain) {
  const market = new Market(process.env.CAIRN_SIM ?? 'http://127.0.0.1:8088');
  const agrees = async (hash) => {
    const { prices: simulated } = await market.state();
    const quotes = await chain.quotes(hash);
    return PRICED.every((symbol) => {
      const quote = quotes[symbol];
      return (
        quote?.status === 'Live' && basisPoints(quote.price, usd(simulated[symbol])) <= TOLERANCE
      );
    });
  };
  const until = (what) => chain.until(what, ({ hash }) => agrees(hash), { blocks: 20 });
  await until('the prices of the market');
  say(`bitcoin is quoted ${showUsd((await chain.quote('BTC')).price)}, as on the market`);
  const { BTC } = (await market.state()).prices;
  try {
    const from = chain.best.number;
    await market.move({ BTC: '3' });
    await until('the new price of bitcoin');
    const { price } = await chain.quote('BTC');
    say(
      `it rises by 3 %, and ${chain.best.number - from} blocks later is quoted ${showUsd(price)}`,
    );
  } finally {
    await market.set({ BTC });
  }
}

async function agreement(chain, others) {
  const number = Math.max(chain.best.number - FINALITY_LAG, 1);
  const expected = await chain.hash(number);
  for (const address of others) {
    const other = await Chain.connect(address);
    assert.equal(await other.hash(number), expected, `${address} has another block ${number}`);
    await other.disconnect();
  }
  say(`all ${others.length} nodes have the same block ${number}`);
}

async function invariants(chain) {
  await chain.checkInvariants();
  say('all invariants hold');
}

const CHECKS = { slots, finality, reports, prices, agreement, invariants };

const [check, address, ...others] = process.argv.slice(2);
if (!Object.hasOwn(CHECKS, check) || !address) {
  process.stderr.write(
    `usage: node checks.mjs ${Object.keys(CHECKS).join('|')} <address> [others…]\n`,
  );
  process.exit(2);
}
let chain;
try {
  chain = await Chain.connect(address);
  await CHECKS[check](chain, others);
} catch (error) {
  process.stderr.write(`${check}: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  await chain?.disconnect();
}
