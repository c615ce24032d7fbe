// Reports of prices, made by hand: what an attacker would send, and Polkadot.js cannot build.

import { toHex, withLength } from './codec.mjs';

/** Sets a report apart from everything else that a key may sign. */
const DOMAIN = 'cairn/oracle/v1';

/** A transaction of version 5 without a signer. */
export const GENERAL_TRANSACTION = 0x45;
const EXTENSION_VERSION = 0;

/**
 * A report as a transaction, in hexadecimal.
 *
 * - `report`: `{ setId, round, authorityIndex, prices }`
 * - `signer`: whose key signs it
 * - `genesis`: of the chain that it is signed for, if not of this one
 */
export function reportTransaction(api, report, signer, genesis = api.genesisHash) {
  const { registry } = api;
  const [argument] = api.tx.oracle.report.meta.args;
  const encoded = registry.createType(argument.type.toString(), report).toU8a();
  const payload = Buffer.concat([Buffer.from(DOMAIN), genesis.toU8a(), encoded]);
  const call = api.tx.oracle.report(report, signer.sign(payload)).method;
  const extensions = registry.metadata.extrinsic.transactionExtensions.map(({ type }) =>
    registry.createType(registry.createLookupType(type)).toU8a(),
  );
  const body = Buffer.concat([
    Uint8Array.of(GENERAL_TRANSACTION, EXTENSION_VERSION),
    ...extensions,
    call.toU8a(),
  ]);
  return toHex(withLength(registry, body));
}
