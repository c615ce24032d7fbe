// Tokens, and amounts as people write them. On chain an amount is an integer in the token's
// smallest unit, here a BigInt; a price is an integer in units of 1e-18 USD per whole token.

/** All tokens of the development presets, by symbol. */
export const TOKENS = {
  CRN: { id: 'Native', decimals: 12 },
  CUSD: { id: { WithId: 1 }, decimals: 12 },
  DOT: { id: { WithId: 2 }, decimals: 10 },
  ETH: { id: { WithId: 3 }, decimals: 18 },
  BTC: { id: { WithId: 4 }, decimals: 8 },
  USDT: { id: { WithId: 5 }, decimals: 6 },
  USDC: { id: { WithId: 6 }, decimals: 6 },
};

/** The tokens whose prices validators report. */
export const PRICED = ['BTC', 'ETH', 'DOT', 'CRN', 'USDT', 'USDC'];

/** Decimals of a price, of a health, and of the USD values computed here. */
export const USD_DECIMALS = 18;

export const PERBILL = 1_000_000_000n;
export const ONE = 10n ** BigInt(USD_DECIMALS);

function token(symbol) {
  const found = TOKENS[symbol];
  if (!found) throw new Error(`there is no token ${symbol}`);
  return found;
}

/** What the chain calls a token. */
export const assetId = (symbol) => token(symbol).id;

export const decimals = (symbol) => token(symbol).decimals;

/** The symbol of a token that the chain named, in the form that `plain` gives it. */
export function symbolOf(id) {
  const same = (other) =>
    id === 'Native' ? other === 'Native' : other.WithId === Number(id.WithId);
  const found = Object.entries(TOKENS).find(([, { id: other }]) => same(other));
  if (!found) throw new Error(`no token has the id ${id === 'Native' ? id : id.WithId}`);
  return found[0];
}

/** A decimal number in a string, exactly: `parse('1.5', 12)` is 1500000000000n. */
export function parse(text, places) {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(text));
  if (!match) throw new Error(`'${text}' is not a decimal number`);
  const [, sign, whole, fraction = ''] = match;
  if (fraction.length > places) throw new Error(`'${text}' has more than ${places} decimals`);
  const units = BigInt(whole + fraction.padEnd(places, '0'));
  return sign ? -units : units;
}

/** `amount('1.5', 'ETH')` in smallest units of ether. */
export const amount = (text, symbol) => parse(text, decimals(symbol));

/** A price or a value in USD, in units of 1e-18. */
export const usd = (text) => parse(text, USD_DECIMALS);

/** An integer with so many decimals as people read it, cut off after `places` of them. */
export function format(units, places, shown = places) {
  const scale = 10n ** BigInt(places);
  const size = units < 0n ? -units : units;
  const whole = (size / scale).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = (size % scale).toString().padStart(places, '0').slice(0, shown);
  return `${units < 0n ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
}

/** `show(1500000000000n, 'CUSD')` is `1.50 CUSD`. */
export function show(units, symbol, shown = symbol === 'ETH' || symbol === 'BTC' ? 4 : 2) {
  return `${format(units, decimals(symbol), Math.min(shown, decimals(symbol)))} ${symbol}`;
}

/** What is no amount may be rounded: nobody has less than he is shown. */
function rounded(units, shown) {
  const half = 5n * 10n ** BigInt(USD_DECIMALS - shown - 1);
  return format(units + half, USD_DECIMALS, shown);
}

/** A price or value of 1e-18 USD as `$3,000.00`; below a dollar with four decimals. */
export const showUsd = (units) => `$${rounded(units, units < ONE ? 4 : 2)}`;

/** A health of 1e-18 as `1.1000`. */
export const showHealth = (health) => (health === null ? 'no debt' : rounded(health, 4));

/** The value of an amount at a price, rounded down, in units of 1e-18 USD. */
export const valueOf = (units, symbol, price) => (units * price) / 10n ** BigInt(decimals(symbol));

export const ceilDiv = (a, b) => (a + b - 1n) / b;

const distance = (a, b) => (a > b ? a - b : b - a);

/** Whether two amounts differ by at most `parts` parts of a million million of the second. */
export const isClose = (a, b, parts) => distance(a, b) * 10n ** 12n <= BigInt(parts) * b;

/** By how many hundredths of a per cent `a` is away from `b`. */
export const basisPoints = (a, b) => Number((distance(a, b) * 1_000_000n) / b) / 100;
