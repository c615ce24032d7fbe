// Stands before market-sim and takes as long to answer as an exchange on the other side of the world.
//
//   node far.mjs <url of market-sim> <milliseconds>
//
// A program of its own: what a test does meanwhile must not hold its answers up.

import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , market, milliseconds] = process.argv;

const server = createServer(async ({ url }, response) => {
  try {
    const [answer] = await Promise.all([fetch(market + url), sleep(Number(milliseconds))]);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  } catch (error) {
    response.writeHead(502);
    response.end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
