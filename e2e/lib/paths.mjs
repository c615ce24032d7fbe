// Where things are.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where cargo puts what it builds, and these tests their logs. */
export const targetDir = resolve(root, process.env.CARGO_TARGET_DIR || 'target');

function binary(name, variable) {
  const path = process.env[variable] || resolve(targetDir, 'release', name);
  if (!existsSync(path)) {
    throw new Error(`${path} is not there: run 'make build', or say in ${variable} where it is`);
  }
  return path;
}

export const nodeBinary = () => binary('cairn-node', 'CAIRN_NODE');

export const simBinary = () => binary('market-sim', 'MARKET_SIM');
