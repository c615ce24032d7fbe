// From codec objects to plain values that can be compared and printed.

import {
  AbstractArray,
  Compact,
  Enum,
  Null,
  Option,
  Raw,
  Struct,
  Text,
  bool,
} from '@polkadot/types-codec';

/** Without the underscore that Polkadot.js puts after a field whose name it needs itself: `entries`. */
const camel = (name) =>
  name.replace(/_+([a-z0-9])/g, (_, letter) => letter.toUpperCase()).replace(/_$/, '');

/**
 * The plain value of a codec object:
 *
 * - integers of up to 32 bits are numbers, longer ones BigInts;
 * - an `Option` is its content or null;
 * - an enum is the name of its variant, or `{ Variant: content }`;
 * - structs are objects, sequences and tuples arrays, maps arrays of pairs;
 * - accounts are addresses, other bytes hexadecimal.
 */
export function plain(value) {
  if (value === null || value === undefined || value instanceof Null) return null;
  if (value instanceof Option) return value.isSome ? plain(value.unwrap()) : null;
  if (value instanceof Compact) return plain(value.unwrap());
  if (value instanceof bool) return value.isTrue;
  if (value instanceof Text) return value.toString();
  if (typeof value.toBigInt === 'function') {
    return value.bitLength() <= 32 ? value.toNumber() : value.toBigInt();
  }
  if (value instanceof Enum) {
    return value.isBasic || value.inner instanceof Null
      ? value.type
      : { [value.type]: plain(value.inner) };
  }
  if (value instanceof Struct) {
    return Object.fromEntries([...value].map(([key, field]) => [camel(key), plain(field)]));
  }
  if (value instanceof AbstractArray) return [...value].map(plain);
  if (value instanceof Map) return [...value].map(([key, item]) => [plain(key), plain(item)]);
  if (value instanceof Raw) {
    return value.toRawType().includes('AccountId') ? value.toString() : value.toHex();
  }
  throw new Error(`no plain value for a ${value.toRawType?.() ?? typeof value}`);
}

/** An event as `{ name: 'vaults.Liquidated', data: { vault, … } }`. */
export function plainEvent({ section, method, data }) {
  const names = data.names?.map(camel) ?? data.map((_, position) => position);
  const fields = [...data].map((field, position) => [names[position], plain(field)]);
  return { name: `${section}.${method}`, data: Object.fromEntries(fields) };
}

/** A dispatch error by its name, with what its documentation says. */
export function dispatchError(error) {
  if (error.isModule) {
    const { section, name, docs } = error.registry.findMetaError(error.asModule);
    return { name: `${section}.${name}`, docs: docs.join(' ').trim() };
  }
  const inner = error.inner;
  const detail = inner && typeof inner.type === 'string' ? `.${inner.type}` : '';
  return { name: `${error.type}${detail}`, docs: '' };
}

export const toHex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;

/** Bytes with their length in front, as SCALE writes them. */
export const withLength = (registry, bytes) => registry.createType('Bytes', toHex(bytes)).toU8a();

/** Bytes that come with their length in front. */
export const withoutLength = (registry, bytes) => registry.createType('Bytes', bytes).toU8a(true);
