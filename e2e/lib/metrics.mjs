// What a node tells Prometheus.

/** The values of a metric by one of its labels, from the text that Prometheus reads. */
export function byLabel(text, metric, label) {
  const values = {};
  for (const line of text.split('\n')) {
    const [, name, labels, value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (name !== metric) continue;
    const [, key] = new RegExp(`(?:^|,)${label}="([^"]*)"`).exec(labels) ?? [];
    if (key !== undefined) values[key] = Number(value);
  }
  return values;
}

/** What a node shows at `url` of a metric that facilities have, by their numbers. */
export async function byFacility(url, metric) {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return byLabel(await response.text(), metric, 'facility');
}
