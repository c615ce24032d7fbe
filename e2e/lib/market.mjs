// The simulated exchanges, through the endpoints by which market-sim is told what to do.

import { usd } from './units.mjs';

export const EXCHANGES = ['binance', 'kraken', 'coinbase', 'okx', 'bitstamp'];

/** Every way in which an exchange can fail. */
export const FAILURES = [
  'http429',
  'http500',
  'hang',
  'drip',
  'huge',
  'bad_json',
  'html',
  'wrong_symbol',
  'error_200',
  'wrong_price',
];

export class Market {
  constructor(url) {
    this.url = url;
  }

  async #ask(path, body) {
    const request = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await fetch(`${this.url}/admin/${path}`, {
      ...request,
      signal: AbortSignal.timeout(5_000),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`market-sim refused /admin/${path}: ${answer.error}`);
    return answer;
  }

  /** Prices, failures and counters as market-sim reports them. */
  state() {
    return this.#ask('state');
  }

  /** The price of a token in units of 1e-18 USD. */
  async price(symbol) {
    return usd((await this.state()).prices[symbol]);
  }

  /** Sets prices: `{ ETH: '2400' }`. */
  set(prices) {
    return this.#ask('price', prices);
  }

  /** Moves prices by per cents: `{ ETH: '-20' }`. */
  move(changes) {
    return this.#ask('move', changes);
  }

  /** Makes an exchange fail in one of [`FAILURES`]. */
  fail(exchange, mode, options = {}) {
    return this.#ask('fail', { exchange, mode, ...options });
  }

  heal(exchange) {
    return this.#ask('fail', { exchange, mode: 'none' });
  }

  async failAll(mode) {
    for (const exchange of EXCHANGES) await this.fail(exchange, mode);
  }

  async healAll() {
    for (const exchange of EXCHANGES) await this.heal(exchange);
  }
}
