// Chain specifications for tests: a preset of the node, with a little of it changed.

import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeBinary } from './paths.mjs';

const run = promisify(execFile);
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * How a quote ages on a chain whose tests wait for it: it is Degraded after as many rounds as on any
 * other, and Stale after 8 where others take 50. The rule is the same, and that the default is 50
 * the oracle's own tests say.
 */
export const AGES_SOON = { live: 3, degraded: 5, stale: 8 };

async function buildSpec(chain, options = []) {
  const args = ['build-spec', '--chain', chain, '--disable-default-bootnode', ...options];
  return (await run(nodeBinary(), args, { maxBuffer: MOST_BYTES })).stdout;
}

/**
 * Writes the preset `chain` into `folder` with the `validity` of all feeds changed, and returns the
 * path.
 */
export async function writeSpec(chain, folder, validity) {
  // Changed as text: its integers are larger than those of JavaScript.
  const preset = await buildSpec(chain);
  let changed = 0;
  const spec = preset.replace(/("validity":\s*)\{[^}]*\}/g, (_, key) => {
    changed += 1;
    return key + JSON.stringify(validity);
  });
  if (changed === 0) throw new Error(`no feed of the preset ${chain} says how its quotes age`);
  return written(spec, folder, 'spec.json');
}

/**
 * Computes the genesis state of a preset or a specification, once for all nodes that start from it.
 */
export async function writeRawSpec(chain, folder) {
  return written(await buildSpec(chain, ['--raw']), folder, 'spec.raw.json');
}

function written(spec, folder, name) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, spec);
  return path;
}
