// The demo: the journey of a vault, told in the terminal. Whatever it says it has checked.
//
// It uses the chain and the exchanges that answer (those of `make dev`), or starts both for itself.
// Where to look for them: CAIRN_RPC and CAIRN_SIM, or CAIRN_RPC_PORT and CAIRN_SIM_PORT on this
// machine.

import { Chain } from './lib/chain.mjs';
import { Journey } from './lib/journey.mjs';
import { Market } from './lib/market.mjs';
import { Narrator } from './lib/narrator.mjs';
import { beforeLeaving } from './lib/program.mjs';
import { request } from './lib/rpc.mjs';
import { startStack } from './lib/stack.mjs';

const { CAIRN_RPC, CAIRN_SIM, CAIRN_RPC_PORT = '9944', CAIRN_SIM_PORT = '8088' } = process.env;
const rpc = CAIRN_RPC || `ws://127.0.0.1:${CAIRN_RPC_PORT}`;
const sim = CAIRN_SIM || `http://127.0.0.1:${CAIRN_SIM_PORT}`;

const narrator = new Narrator();

const answers = (asked) =>
  asked.then(
    () => true,
    () => false,
  );

async function find() {
  const market = new Market(sim);
  const [node, exchanges] = await Promise.all([
    answers(request(rpc.replace(/^ws/, 'http'), 'system_health')),
    answers(market.state()),
  ]);
  if (node && exchanges) {
    narrator.say(`Using the chain at ${rpc} and the exchanges at ${sim}.`);
    const chain = await Chain.connect(rpc);
    return { chain, market, stop: () => chain.disconnect() };
  }
  if (node || exchanges) {
    const chain = [`a node at ${rpc}`, `market-sim at ${sim}`];
    const [here, missing] = node ? chain : chain.reverse();
    throw new Error(`there is ${here}, but no ${missing}; start both with 'make dev', or none`);
  }
  narrator.say('No chain answers, so one is started for the demo. This takes some seconds.');
  const stack = await startStack('demo');
  narrator.say(`Its logs are in ${stack.logs}.`);
  return stack;
}

const CHAPTERS = [
  ['Validators bring prices from the exchanges', 'pricesArrive'],
  ['Bob gets CUSD to buy with', 'bobPrepares'],
  ['Alice borrows against a basket', 'aliceBorrows'],
  ['The books, before', 'booksBefore'],
  ['The market falls', 'marketFalls'],
  ['The chain liquidates what it must', 'vaultIsLiquidated'],
  ['Bob buys from the lot', 'bobBuys'],
  ['Alice gets her leftover', 'aliceCollects'],
  ['The books, after', 'booksAfter'],
  ['Alice repays and leaves', 'aliceCloses'],
];

async function tell({ chain, market }) {
  const journey = new Journey(chain, market, narrator);
  const first = chain.best.number;
  beforeLeaving(() => journey.marketRecovers());
  try {
    for (const [title, step] of CHAPTERS) {
      narrator.chapter(title);
      await journey[step]();
    }
  } finally {
    narrator.chapter('The market recovers');
    await journey.marketRecovers();
  }
  narrator.chapter('The chain is sound');
  await chain.checkInvariants();
  narrator.say('All invariants of the vaults, lots, prices and books hold.');
  const last = chain.best.number;
  const missed = await chain.missedSlots(first, last);
  if (missed > 0) throw new Error(`${missed} slots of blocks ${first} to ${last} had no block`);
  narrator.say(`Every slot from block ${first} to ${last} has had its block.`);
}

async function main() {
  narrator.title('Cairn: a dollar backed by collateral, and what happens when the market falls');
  let found;
  try {
    found = await find();
    await tell(found);
    narrator.good('The demo has come to its end: all that it said was checked.');
  } catch (error) {
    narrator.bad(error.message);
    process.exitCode = 1;
  } finally {
    await found?.stop();
  }
}

await main();
