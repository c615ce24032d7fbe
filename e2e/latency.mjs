// Measures how long a price takes from the exchanges to the chain, on a network of four validators:
// `node latency.mjs [results.jsonl]`. The result is a line of JSON on standard output, as those of the
// other benchmarks, and takes the place of an older one in that file.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { measureLatency, seedOf, summary } from './lib/latency.mjs';
import { VALIDATORS, startNetwork } from './lib/network.mjs';
import { beforeLeaving } from './lib/program.mjs';

const BENCH = 'oracle_latency';
/** One every six seconds or so. */
const CHANGES = 30;
/** The price of the chain is at most so many blocks older than that of the exchanges. */
const GOAL = 2;

const say = (line) => process.stderr.write(`${line}\n`);

function keep(line, path) {
  mkdirSync(dirname(path), { recursive: true });
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const others = before
    .split('\n')
    .filter((other) => other !== '' && JSON.parse(other).bench !== BENCH);
  writeFileSync(path, [...others, line, ''].join('\n'));
}

let network;
beforeLeaving(() => network?.stop());
try {
  const seed = seedOf(process.env.SEED);
  say(`==> ${BENCH}: ${CHANGES} changes of price, ${VALIDATORS.length} validators, seed ${seed}`);
  network = await startNetwork(BENCH);
  const { chain, markets } = network;
  await chain.untilLive();
  const first = chain.best.number;
  const found = await measureLatency(chain, Object.values(markets), { count: CHANGES, seed });
  const missed = await chain.missedSlots(first, chain.best.number);
  const figures = summary(found);
  const line = JSON.stringify({ bench: BENCH, validators: VALIDATORS.length, ...figures });
  if (process.argv[2]) keep(line, resolve(process.argv[2]));
  process.stdout.write(`${line}\n`);
  for (const { block, milliseconds, blocks } of found.filter(({ blocks }) => blocks > GOAL)) {
    say(`in block ${block} after ${milliseconds} ms: ${blocks} blocks with an older price`);
  }
  const met = figures.blocks_max <= GOAL ? 'met' : 'missed';
  say(`goal ${met}: at most ${GOAL} blocks with an older price; ${missed} slots were empty`);
} catch (error) {
  say(`${BENCH}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await network?.stop();
}
