// JSON-RPC without decoration.

/** What a node answers with an error, with the node's own words. */
export class RpcError extends Error {
  constructor(method, { code, message, data }) {
    super(`${method}: ${code} ${message}${data ? ` (${data})` : ''}`);
    this.code = code;
    this.data = data;
  }
}

export async function request(rpc, method, params = []) {
  const response = await fetch(rpc, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(5_000),
  });
  const { result, error } = await response.json();
  if (error) throw new RpcError(method, error);
  return result;
}
